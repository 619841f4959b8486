# SPDX-License-Identifier: Apache-2.0
"""What the tests of the slow model share: a handful of alleles, and short ways to read and to compare."""

import functools
import os
from pathlib import Path

import pytest
from slow_model import ReadingError, Release, compare_locus, generate, read_gl, read_locus_pair, read_position

SHARED = Path(os.environ.get("ALLOMATCH_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
MAC = {
    "AB": "01/02",
    "AD": "01/04",
    "GFJM": "02:01/03:01",
    "ZZ": "998/999",
    "OLDC": "02:01/01:34N/02:100/998:01",
}


@functools.cache
def real(version="3.58.0"):
    folder = SHARED / "data" / "imgt" / version
    if not folder.is_dir():
        pytest.skip(f"release {version} not found; set ALLOMATCH_SHARED to the folder with data/imgt")
    return Release.load(folder)


@functools.cache
def mini():
    """A handful of alleles; every P group of more than one member is written out."""
    alleles = {
        "A": "01:01 01:02 02:01:01:01 02:01:01:02L 02:01:02 02:05 02:06 02:07 02:15N 03:01 11:01"
        " 11:02N 23:01 24:02 24:03"
        " 24:09N 26:01 34:01 68:01",
        "B": "07:02 08:01 15:01 35:01 38:01 39:01 39:02",
        "C": "03:03 03:04 07:01 07:02 12:02 12:03 14:02 15:02",
        "DRB1": "01:01 03:01 03:02 04:01",
        "DRB3": "01:01 02:02",
        "DRB4": "01:01 01:03N",
        "DRB5": "01:01",
        "DPB1": "01:01 02:01 04:01 04:02",
    }
    serology = {
        "A*01:01": "1",
        "A*01:02": "1",
        "A*02:01:01:01": "2",
        "A*02:01:01:02L": "2",
        "A*02:01:02": "2",
        "A*02:05": "2",
        "A*02:06": "203",
        "A*02:07": "210",
        "A*03:01": "3",
        "A*11:01": "11",
        "A*23:01": "23",
        "A*24:02": "24",
        "A*24:03": "2403",
        "A*26:01": "26",
        "A*34:01": "34",
        "B*07:02": "7",
        "B*15:01": "62",
        "B*35:01": "35",
        "B*38:01": "38",
        "B*39:01": "3901",
        "B*39:02": "39",
        "C*03:03": "9",
        "C*03:04": "10",
        "C*07:01": "7",
        "C*14:02": "1",
        "DRB1*01:01": "1",
        "DRB1*03:01": "17",
        "DRB1*03:02": "18",
        "DRB1*04:01": "4",
        "DRB3*01:01": "52",
        "DRB3*02:02": "52",
        "DRB4*01:01": "53",
        "DRB5*01:01": "51",
    }
    nom = [
        (gene + "*", short, "2010", "", "", "") for gene, text in alleles.items() for short in text.split()
    ]
    nom += [
        ("A*", "02:90", "2010", "2012", "02:91", ""),
        ("A*", "02:91", "2012", "2014", "02:05", ""),
        ("A*", "02:92", "2010", "2010", "", "Never assigned"),
        ("A*", "02:93:01", "2010", "2012", "01:01", ""),
        ("A*", "02:93:02", "2010", "2012", "01:02", ""),
        ("A*", "0299", "1999", "2001", "02:06", ""),
        ("Cw*", "0701", "1989", "1995", "07:02", ""),
    ]
    dna_ser = []
    for gene, text in alleles.items():
        for short in text.split():
            number = serology.get(f"{gene}*{short}", "0" if short.endswith("N") else "?")
            dna_ser.append((gene + "*", short, number, "", "", ""))
    return Release.from_rows(
        nom=nom,
        p=[
            ("A*", "02:01:01:01/02:01:01:02L/02:01:02", "02:01P"),
            ("A*", "02:05", ""),
            ("A*", "01:01/01:02", "01:01P"),
        ],
        g=[("A*", "02:01:01:01/02:01:01:02L/02:15N", "02:01:01G"), ("A*", "02:01:02", "")],
        dna_ser=dna_ser,
        ser_ser=generate.SER_SER,
    )


def alleles(text, locus="A", release=None, **options):
    return read_position(release or mini(), locus, text, MAC, **options).alleles


def short(text, locus="A", release=None, **options):
    return " ".join(sorted(name.split("*")[1] for name in alleles(text, locus, release, **options)))


def error(text, locus="A", release=None, **options):
    with pytest.raises(ReadingError) as caught:
        read_position(release or mini(), locus, text, MAC, **options)
    return caught.value


def letters(locus, patient, donor, release=None, nulls="ignore_inside_ambiguity", **options):
    """'MISMATCHES MAX GVH HVG LETTERS' of two pairs `x+y` (an empty side is a blank), or GL Strings."""
    release = release or mini()

    def typing(text):
        if "|" in text or "^" in text:
            return read_gl(release, text, MAC, nulls, locus=locus)[locus]
        first, second = text.split("+")
        return read_locus_pair(release, locus, first, second, MAC, nulls=nulls)

    result = compare_locus(typing(patient), typing(donor), **options)
    return " ".join(str(result[key]) for key in ("mismatches", "mismatches_max", "gvh", "hvg", "letters"))
