# SPDX-License-Identifier: Apache-2.0
"""What typings mean under another release, told in Python and on the command line."""

import json

import allomatch as am
import pytest
from command import call, donors_of, refused, rows_of
from conftest import SHARED

TEXT = """\
id,A_1,A_2,B_1,B_2
D1,02:01,24:02,40:01,46:01
D2,02:01,24:09N,40:01,
D3,02:ZZ,24:02,40:01,46:01
D4,02:01,24:999,40:01,46:01
"""
HEAD = "LAST UPDATED: 1\n*\tCODE\tSUBTYPE\n\n"
KINDS = ["lost", "moved", "changed", "widened", "narrowed", "facts", "gained", "alleles_only", "same"]


@pytest.fixture
def files(tmp_path):
    donors = donors_of(tmp_path, TEXT)
    macs = []
    for name, members in (("old", "01/06"), ("new", "01/06/07")):
        macs.append(tmp_path / f"{name}.txt")
        macs[-1].write_text(f"{HEAD}\tZZ\t{members}\n")
    return donors, *macs


def read(donors, mac, names=None):
    return am.Registry.from_csv(donors, names, mac=am.MacTable.load(mac))


def test_the_same_reading_changes_nothing(files):
    donors, old, _ = files
    changes = read(donors, old).compare_meaning(read(donors, old), list_alleles_only=True)
    assert len(changes) == 0 and list(changes) == []
    assert changes.donors == dict.fromkeys(KINDS, 0) | {"same": 3}
    assert list(changes.donors) == KINDS
    assert changes.loci["B"]["same"] == 3


def test_another_table_of_codes(files):
    donors, old, new = files
    changes = read(donors, old).compare_meaning(read(donors, new))
    assert list(changes) == [
        am.MeaningChange(
            "D3",
            "A",
            "02:ZZ + 24:02",
            "widened",
            "A*02:01P/A*02:06P + A*24:02P",
            "A*02:01P/A*02:06P/A*02:07P + A*24:02P",
            "new A*02:07P",
        )
    ]
    back = read(donors, new).compare_meaning(read(donors, old))
    assert [c.change for c in back] == ["narrowed"] and back[0].reason == "no longer A*02:07P"


def test_who_is_lost_is_gained_on_the_way_back(files):
    donors, old, _ = files
    names = am.Nomenclature.names()
    by_names = am.Registry.from_csv(donors, names, mac=am.MacTable.load(old))
    builtin = read(donors, old)
    assert "D4" in by_names and "D4" not in builtin
    changes = by_names.compare_meaning(builtin)
    lost = changes[0]
    assert lost[:4] == ("D4", "A", "24:999", "lost") and "24:999" in builtin.report.problems[0]["message"]
    assert lost.reason == builtin.report.problems[0]["reason"]
    gained = [c for c in builtin.compare_meaning(by_names) if c.change == "gained"]
    assert [c.donor_id for c in gained] == ["D4"] and gained[0].reason.endswith(lost.reason)
    # Null under a release, a class of its own without.
    assert {c.donor_id: c.change for c in changes if c.locus == "A"}["D2"] == "moved"


def test_as_a_table_and_as_a_page(files, tmp_path):
    donors, old, new = files
    changes = read(donors, old).compare_meaning(read(donors, new))
    frame = changes.to_pandas()
    assert list(frame.columns) == list(am.MeaningChange._fields)
    assert [tuple(row) for row in frame.itertuples(index=False)] == [tuple(c) for c in changes]
    changes.write(tmp_path / "c.csv")
    assert rows_of(tmp_path / "c.csv") == [changes[0]._asdict()]
    assert changes.summary["changes"] == 1 and changes.summary["donors"]["widened"] == 1
    assert "1 widened" in repr(changes) and "A*02:07P" in changes._repr_html_()
    with pytest.raises(IndexError):
        changes[1]


@pytest.mark.parametrize("other", [None, "names"])
def test_what_is_no_registry_is_refused(files, other):
    with pytest.raises(am.FormatError, match="expected a Registry"):
        read(*files[:2]).compare_meaning(other)


def test_a_snapshot_has_no_problems_to_tell(files, tmp_path):
    donors, old, _ = files
    names = am.Nomenclature.names()
    by_names = am.Registry.from_csv(donors, names, mac=am.MacTable.load(old))
    read(donors, old).save(tmp_path / "r.amx")
    lost = by_names.compare_meaning(am.Registry.open(tmp_path / "r.amx"))[0]
    assert lost == ("D4", None, "", "lost", "", "", "is not among the donors any more")


def test_command(files, tmp_path):
    donors, old, new = files
    out = tmp_path / "changes.csv"
    command = ["reinterpret", "--donors", donors, "--mac", old, "--to-mac", new]
    code, text, err = call(*command, "--out", out)
    assert (code, err) == (3, "")  # D4 is refused in both
    assert "widened 1 1" in " ".join(text.split()) and "new A*02:07P" in text
    assert [row["donor_id"] for row in rows_of(out)] == ["D3"]
    code, text, _ = call(*command, "--json")
    told = json.loads(text)
    assert code == 3 and told["donors"]["widened"] == 1 and told["first"][0]["donor_id"] == "D3"
    assert told["before"]["donors"]["taken"] == told["after"]["donors"]["taken"] == 3
    code, text, _ = call(
        "reinterpret", "--donors", donors, "--mac", old, "--to-release", "names", "--most", "1"
    )
    assert code == 3 and "moved" in text and ", the first 1" in text


def test_command_refuses(files, tmp_path):
    donors, old, new = files
    assert "--to-release, --to-mac or --to-nulls" in refused("reinterpret", "--donors", donors)
    command = ["reinterpret", "--donors", donors, "--mac", old, "--to-mac", new]
    for option, path in (("--donors", donors), ("--mac", old), ("--to-mac", new)):
        before = path.read_bytes()
        assert f"--out would overwrite the file of {option}" in refused(*command, "--out", path)
        assert path.read_bytes() == before
    read(donors, old).save(tmp_path / "r.amx")
    assert "a snapshot is bound to its release" in refused(
        "reinterpret", "--donors", tmp_path / "r.amx", "--to-release", "names"
    )


def test_real_people_from_a_release_to_another():
    """Three alleles that the P file of 3.33.0 does not list are in the P groups of their names in 3.58.0."""
    people = SHARED / "data" / "typings" / "1000genomes.tsv"
    releases = [SHARED / "data" / "imgt" / version for version in ("3.33.0", "3.58.0")]
    if not all(path.exists() for path in (people, *releases)):
        pytest.skip("people or releases not found; set ALLOMATCH_SHARED")
    before, after = (am.Registry.from_csv(people, am.Nomenclature.load(folder)) for folder in releases)
    changes = before.compare_meaning(after)
    assert {c.change for c in changes} == {"narrowed"}
    alone = {
        ("B", "B*40:01"): "B*40:01:51",
        ("C", "C*02:02"): "C*02:02:41",
        ("DQB1", "DQB1*06:02"): "DQB1*06:02:29",
    }
    for change in changes:
        (allele,) = [
            name for (locus, typed), name in alone.items() if locus == change.locus and typed in change.text
        ]
        assert (
            change.reason
            == f"{allele} was in {allele} and is in {allele.rsplit(':', 1)[0]}P; no longer {allele}"
        )
        assert f"/{allele}" in change.before and allele not in change.after
    for (locus, _), name in alone.items():
        listed = {c.donor_id for c in changes if c.locus == locus}
        typed = {
            row
            for row in (c.donor_id for c in changes)
            if name.rsplit(":", 1)[0] in str(before.donor(row)["typings"].get(locus))
        }
        assert listed and listed == typed
    # The other way round everything that was taken away comes back.
    back = after.compare_meaning(before)
    assert {(c.donor_id, c.locus) for c in back} == {(c.donor_id, c.locus) for c in changes}
    assert {c.change for c in back} == {"widened"}
