# SPDX-License-Identifier: Apache-2.0
"""Tables of the terminal: what is in a cell cannot steer it, columns align, numbers have their singular."""

import json

import pytest
from allomatch._words import counted
from allomatch.cli._tables import show_table, visible
from command import call, donors_of

TYPED = "01:01,02:01"


@pytest.mark.parametrize(
    "text, shown",
    [
        ("D1 ÄÖ 捐献者 o\u0301 \u200d", "D1 ÄÖ 捐献者 o\u0301 \u200d"),
        ("a\x1b[2Jb\x07", r"a\x1b[2Jb\x07"),
        ("a\nb\tc\r\x7f", r"a\x0ab\x09c\x0d\x7f"),
        ("a\x9b2J\x85", r"a\x9b2J\x85"),
        ("1\u202e2\u2066\u061c", r"1\u202e2\u2066\u061c"),
        ("a\u2028b", r"a\u2028b"),
    ],
)
def test_control_characters_are_shown(text, shown):
    assert visible(text) == shown and visible(shown) == shown


def test_columns_align(capsys):
    rows = [["捐献者", "x"], ["D\x1b1", "x"], ["o\u0301o\u0301", "x"], ["ﾄﾞﾅｰ", "x"]]
    show_table("t", ["id", "y"], rows)
    _, _, *lines = capsys.readouterr().out.splitlines()
    assert lines == ["  捐献者  x", r"  D\x1b1  x", "  o\u0301o\u0301      x", "  ﾄﾞﾅｰ    x"]


def test_no_table_passes_control_characters_on(tmp_path):
    """Of ids and fields, whatever the command prints."""
    donors = donors_of(tmp_path, f'id,A_1,A_2,branch\n"D\x1b]0;x\x07",{TYPED},"b\x9b\u202e"\n')
    patients = donors_of(tmp_path, f'id,A_1,A_2\n"P\x1b[2J",{TYPED}\n"Q\x1b",03:01,11:01\n', "p.csv")
    files = ["--donors", donors, "--patients", patients, "--loci", "A"]
    pair = ["--donor", "D\x1b]0;x\x07", "--patient", "P\x1b[2J"]
    builtin = ["--frequencies", "builtin"]
    commands = [
        ["search", *files],
        ["search", *files, "--out", tmp_path / "m.csv"],
        ["compare", *files],
        ["explain", *files, *pair],
        ["why", *files, *pair],
        ["why", *files, *pair[:2], "--patient", "Q\x1b"],
        ["explain", *files, "--donor", "no\x1b", *pair[2:]],
        ["typing-gain", *files, *builtin],
        ["impute", "--patients", patients, "--loci", "A", *builtin],
        ["import", "--donors", donors],
    ]
    seen = ""
    for command in commands:
        code, out, err = call(*command)
        assert code in (0, 2, 3), (command, err)
        steering = set(out + err) & set("\x1b\x07\x9b\u202e\r")
        assert not steering, (command, steering)
        seen += out
    assert r"D\x1b]0;x\x07" in seen and r"P\x1b[2J" in seen


def test_the_dpb1_decision_has_columns(tmp_path):
    head = "id,A_1,A_2,DPB1_1,DPB1_2\n"
    typings = {"same": "04:01,02:01", "other": "04:01,04:02", "untyped": ","}
    rows = "".join(f"{id},{TYPED},{dpb1}\n" for id, dpb1 in typings.items())
    donors = donors_of(tmp_path, head + rows)
    patients = donors_of(tmp_path, f"{head}P,{TYPED},04:01,02:01\n", "p.csv")
    files = ["--donors", donors, "--patients", patients]
    out = call("search", *files, "--loci", "A")[1]
    _, titles, *lines = out.splitlines()
    assert titles.split() == ["#", "donor", "mismatches", "A", "DPB1", "TCE", "placed", "by"]
    assert lines[0].split()[1:] == ["same", "0", "AA", "AA", "match"]
    placed = {line.split()[1]: line for line in lines[:3]}
    assert "placed" not in placed["other"] and "permissive" in placed["other"].split("DPB1")[0]
    assert "DPB1 permissive after DPB1 match" in placed["other"]
    assert placed["untyped"].split()[4:6] == ["--", "-"]

    assert "TCE" not in call("search", *files, "--loci", "A,DPB1", "--max-mismatches", "1")[1]
    assert "TCE" not in call("search", *files, "--loci", "A", "--also", "none")[1]
    assert "TCE" not in call("search", *files, "--loci", "A", "--where", "id = 'untyped'")[1]


def test_counted():
    assert [counted(n, "donor") for n in (0, 1, 2, 1200)] == [
        "0 donors",
        "1 donor",
        "2 donors",
        "1,200 donors",
    ]
    assert [counted(n, "person", "people") for n in (1, 2)] == ["1 person", "2 people"]


def test_singulars(tmp_path):
    donors = donors_of(tmp_path, f"id,A_1,A_2\nD,{TYPED}\n")
    patients = donors_of(tmp_path, f"id,A_1,A_2\nP,{TYPED}\n", "p.csv")
    files = ["--donors", donors, "--patients", patients, "--loci", "A"]
    out = call("search", *files, "--out", tmp_path / "m.csv")[1]
    assert "donors: 1 row read, 1 taken" in out and "\n1 row written" in out
    assert "\n1 donor found for 1 patient at A, 0 patients without one" in out
    assert "\n1 pair at A" in call("compare", *files)[1]
    assert json.loads(call("search", *files, "--json")[1])["matches"]["donors_found"] == 1
