# SPDX-License-Identifier: Apache-2.0
"""Hostile files and unfriendly surroundings: every one has a clear end."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from allomatch.cli import main
from allomatch.report import write_page
from command import call, donors_of, refused, rows_of
from conftest import DONORS, PATIENTS, write_rows

# -- hostile files ------------------------------------------------


@pytest.mark.parametrize(
    "content, told",
    [
        (b"", "empty"),
        (b"name,A_1,A_2\nD,01:01,02:01\n", "id"),
        (b"id,shoe_size\nD,43\n", "typing"),
        (b"id,A_1,A_1\nD,01:01,02:01\n", "A_1"),
        (gzip.compress(b"id,A_1,A_2\n" + b"D,01:01,02:01\n" * 9999)[:-30], "gz"),
        (None, "is a folder"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, patients_file, content, told):
    donors = tmp_path / "donors.gz"
    if content is None:
        donors.mkdir()
    else:
        donors.write_bytes(content)
    err = refused("search", "--donors", donors, "--patients", patients_file, "--out", tmp_path / "m.csv")
    assert "donors.gz" in err and told in err.lower() or told in err
    assert not (tmp_path / "m.csv").exists()


@pytest.mark.parametrize(
    "cell",
    [
        b"0" * 10_000_000,
        b"01:01\x00",
        b"01:01\xff\xfe",
        b"01:0" + "١".encode(),
        b"/".join(b"01:01" for _ in range(200_000)) + b"/",
        b'"01:01',
    ],
    ids=["10 MB", "NUL", "no UTF-8", "Arabic digit", "endless list", "open quote"],
)
def test_hostile_cells_are_refused_rows(tmp_path, patients_file, cell):
    donors = donors_of(tmp_path, b"id,A_1,A_2\nD1,01:01,02:01\nD2," + cell + b",02:01\nD3,01:01,02:01\n")
    report = tmp_path / "r.csv"
    arguments = ["--donors", donors, "--patients", patients_file, "--loci", "A", "--import-report", report]
    code, out, err = call("search", *arguments, "--out", tmp_path / "m.csv")
    assert (code, err) == (3, "")
    found = [row["donor_id"] for row in rows_of(tmp_path / "m.csv") if row["patient_id"] == "P1"]
    assert found in (["D1", "D3"], ["D1"]) and len(out) < 5000
    assert report.stat().st_size < 5000 and rows_of(report)[0]["row"] == "3"


def test_a_list_of_a_million_members(tmp_path, patients_file):
    donors = donors_of(tmp_path, b"id,A_1,A_2\nD1," + b"/".join([b"01:01", b"01:02"] * 500_000) + b",02:01\n")
    out = tmp_path / "m.csv"
    arguments = ["--donors", donors, "--patients", patients_file, "--loci", "A", "--out", out]
    code, printed, err = call("search", *arguments)
    assert code in (0, 3) and err == "" and len(printed) < 5000
    if code == 0:
        assert rows_of(out)[0]["A"] in ("PA", "AP")


# -- surroundings ------------------------------------------------


def test_a_terminal_without_utf8(people):
    environment = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    code, out, _ = call("search", *people, "--max-mismatches", "2", environment=environment)
    assert code == 0 and "\\u6350" in out
    code, out, _ = call("typing", "A*02:01é😀", environment=environment)
    assert code == 0 and json.loads(out)["text"] == "A*02:01é😀"


def test_file_names_of_all_kinds(tmp_path):
    folder = tmp_path / "供者 и доноры"
    folder.mkdir()
    donors, patients = write_rows(folder / "ドナー.csv", DONORS), write_rows(folder / "p ä.csv", PATIENTS)
    out = folder / "résultat.csv"
    assert call("search", "--donors", donors, "--patients", patients, "--loci", "A", "--out", out)[0] == 0
    assert len(rows_of(out)) >= 2
    assert "keiner ß" in refused("search", "--donors", folder / "keiner ß.csv", "--patients", patients)


def test_a_reader_that_goes_away(people):
    command = [sys.executable, "-m", "allomatch", "search", *map(str, people), "--max-mismatches", "6"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        err = process.stderr.read()
        assert process.wait(timeout=60) == 141 and err == b""


def test_interrupted(tmp_path):
    """Ctrl-C while waiting for input that never comes."""
    pipe = tmp_path / "in.jsonl"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "allomatch", "typing", "--in", pipe, "--out", tmp_path / "out.jsonl"]

    def hear_interrupts():
        """Whoever runs the tests in the background may have them ignored, which a command inherits."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=hear_interrupts) as process:
        with pipe.open("wb") as file:  # opens when the command has come to reading
            file.flush()
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        assert process.wait(timeout=60) == 130 and err == b"allomatch: interrupted\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_existing_file_survives_a_failure(people, tmp_path):
    out = tmp_path / "m.csv"
    out.write_text("what was there before")
    refused("search", *people, "--out", out, "--where", "sex =")
    refused("search", "--donors", tmp_path / "no.csv", "--patients", people[3], "--out", out)
    assert out.read_text() == "what was there before"


def test_plain_tables_without_rich(people, tmp_path):
    (tmp_path / "rich.py").write_text("raise ModuleNotFoundError('no rich', name='rich')")
    code, out, err = call("search", *people, environment={"PYTHONPATH": str(tmp_path)})
    assert (code, err) == (0, "") and "Patient P1: 1 donor\n" in out


def test_parquet_without_pyarrow(people, tmp_path):
    (tmp_path / "pyarrow.py").write_text("raise ModuleNotFoundError('no pyarrow', name='pyarrow')")
    err = refused(
        "search", *people, "--out", tmp_path / "m.parquet", environment={"PYTHONPATH": str(tmp_path)}
    )
    assert "pyarrow" in err and "pip install" in err


# -- files that must not be lost ------------------------------------------------


@pytest.fixture
def precious(tmp_path, donors_file, patients_file):
    """A folder with an input of every kind under names that outputs may have, and links to them."""
    names = ("m.csv", "f.csv", "r.toml", "t.jsonl", "plain.html", "rel/tce/dpb_tce.csv")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "soft.csv").symlink_to("donors.csv")
    (tmp_path / "hard.csv").hardlink_to(tmp_path / "donors.csv")
    (tmp_path / "again").symlink_to(".")
    return tmp_path


_PEOPLE = "--donors donors.csv --patients patients.csv"


@pytest.mark.parametrize(
    "arguments, options, path",
    [
        (f"search {_PEOPLE} --out donors.csv", "--donors --out", "donors.csv"),
        (f"search {_PEOPLE} --out ./again/patients.csv", "--patients --out", "./again/patients.csv"),
        (f"search {_PEOPLE} --out soft.csv", "--donors --out", "soft.csv"),
        (f"search {_PEOPLE} --out hard.csv", "--donors --out", "hard.csv"),
        (f"search {_PEOPLE} --import-report donors.csv", "--donors --import-report", "donors.csv"),
        ("search --donors plain.html --patients patients.csv --report plain.html", "--report --donors", ""),
        (f"search {_PEOPLE} --out z.csv --import-report again/z.csv", "--out --import-report", "z.csv"),
        (f"search {_PEOPLE} --mac m.csv --out m.csv", "--mac --out", "m.csv"),
        (f"search {_PEOPLE} --frequencies builtin f.csv --out f.csv", "--frequencies --out", "f.csv"),
        (f"search {_PEOPLE} --release rel --out rel/tce/dpb_tce.csv", "--release --out", "dpb_tce.csv"),
        (f"cord {_PEOPLE} --out donors.csv", "--donors --out", "donors.csv"),
        (f"cord {_PEOPLE} --double --import-report donors.csv", "--donors --import-report", "donors.csv"),
        (f"compare {_PEOPLE} --out patients.csv", "--patients --out", "patients.csv"),
        ("impute --donors donors.csv --frequencies f.csv --out f.csv", "--frequencies --out", "f.csv"),
        ("impute --patients patients.csv --frequencies builtin --out patients.csv", "--patients --out", ""),
        ("import --donors donors.csv --report donors.csv", "--donors --report", "donors.csv"),
        ("typing --in t.jsonl --out t.jsonl", "--in --out", "t.jsonl"),
        ("calibrate --frequencies f.csv --out f.csv", "--frequencies --out", "f.csv"),
        ("calibrate --predict-with f.csv --out f.csv", "--predict-with --out", "f.csv"),
        ("calibrate --out z.svg --plot z.svg", "--out --plot", "z.svg"),
    ],
)
def test_no_output_overwrites_an_input(precious, arguments, options, path):
    before = {file: file.read_bytes() for file in precious.rglob("*.*") if file.is_file()}
    err = refused(*arguments.split(), cwd=precious)
    assert path in err and all(option in err.split() or f"{option};" in err for option in options.split())
    assert {file: file.read_bytes() for file in precious.rglob("*.*") if file.is_file()} == before


_PLACES = {
    "no/folder/m": "the folder is not there",
    "plain.html/m": "plain.html is no folder",
    "folder": "it is a folder",
    "/sys/m": "",  # nobody makes a file there
}
_OUTPUTS = {
    "search --donors none --patients none": ("--out .csv", "--report .html", "--import-report .csv"),
    "cord --donors none --patients none": ("--out .tsv",),
    "compare --donors none --patients none": ("--out .parquet",),
    "impute --donors none --frequencies builtin": ("--out .jsonl",),
    "import --donors none": ("--report .csv",),
    "import --donors none --store none.db --mode check": ("--out .csv",),
    "index build --donors none": ("--out .amx",),
    "typing --in none": ("--out .jsonl",),
    "calibrate --frequencies none": ("--out .csv", "--plot .svg"),
    "estimate --donors none": ("--out .csv", "--trace .csv"),
    "analyse --donors none": ("--out .html",),
    "reinterpret --donors none --to-release names": ("--out .csv",),
    "repeat 1 --store none": ("--out .csv",),
    "utilisation --store none": ("--out .csv",),
    "store switch none --to-release names": ("--out .csv",),
}


@pytest.mark.parametrize(
    "command, output", [(command, one) for command, outputs in _OUTPUTS.items() for one in outputs]
)
def test_outputs_that_cannot_be_written_are_refused_before_the_work(precious, capsys, command, output):
    (precious / "folder").mkdir()
    option, ending = output.split()
    for place, reason in _PLACES.items():
        path = precious / (place if place == "folder" else place + ending)
        assert main([*command.split(), option, str(path)]) == 2
        assert f"{path}: {option} cannot be written: {reason}" in capsys.readouterr().err


def test_a_store_that_cannot_be_made_is_refused_before_the_import(capsys):
    assert main(["import", "--donors", "none", "--store", "/sys/p.db"]) == 2
    assert "/sys/p.db: --store cannot be written: " in capsys.readouterr().err


def test_failures_while_writing_name_the_file_that_was_asked_for(tmp_path, capsys):
    lines = tmp_path / "in.jsonl"
    lines.write_text('{"id": "1", "text": "02:01", "locus": "A"}\n')
    assert main(["typing", "--in", str(lines), "--out", "/dev/full"]) == 2
    assert capsys.readouterr().err == "allomatch: /dev/full: No space left on device\n"
    for path in (tmp_path / "none/p.html", lines / "p.html"):
        with pytest.raises(OSError) as caught:
            write_page(path, "")
        assert caught.value.filename == str(path)
    longest = tmp_path / ("宁" * 80 + ".html")
    write_page(longest, "page")
    assert longest.read_text() == "page" and len(list(tmp_path.iterdir())) == 2


def test_both_streams_of_a_terminal_are_no_file():
    """Standard input and output may be one device."""
    arguments = ["typing", "--in", "/dev/null", "--out", "/dev/null"]
    assert call(*arguments) == (0, "", "")
