# SPDX-License-Identifier: Apache-2.0
"""What several test files share: real releases, and a small pool of people on the starter nomenclature."""

import csv
import functools
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ALLOMATCH_SHARED") or ROOT.parent / "shared")

_TYPED = ("id", "A_1", "A_2", "B_1", "B_2", "DRB1_1", "DRB1_2")
_DONOR = (*_TYPED, "birth_date", "sex", "cmv", "branch")


def _rows(columns, *rows):
    return [dict(zip(columns, (cell.strip() for cell in row.split("|")), strict=True)) for row in rows]


DONORS = _rows(
    _DONOR,
    "D1       | 01:01 | 02:01 | 08:01 | 07:02 | 03:01 | 15:01       | 1999-02-03 | M | N   | 宁波",
    "D2       | 02:01 | 02:06 | 08:01 | 07:02 | 03:01 | 15:01       | 1980-02-03 | F | pos | 杭州",
    '捐献者三 | 01:01 |       | 08:01 | 07:02 | 03:01 | 15:01/15:02 |            |   |     | İzmir, "Ege"',
    "D4       | 24:02 | 24:02 | 44:02 | 44:03 | 04:01 | 07:01       | 2001-01-01 | M | G   | 宁波",
)
PATIENTS = _rows(
    (*_TYPED, "cmv"),
    "P1     | 01:01 | 02:01 | 07:02 | 08:01 | 15:01 | 03:01 | N",
    "患者二 | 24:02 | 24:02 | 44:02 | 44:03 | 04:01 | 07:01 | N",
)


def write_rows(path, rows, delimiter=","):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


@functools.cache
def _release(version):
    import allomatch

    folder = SHARED / "data" / "imgt" / version
    if not folder.is_dir():
        pytest.skip(f"release {version} not found; set ALLOMATCH_SHARED to the folder with data/imgt")
    return allomatch.Nomenclature.load(folder)


@pytest.fixture(scope="session")
def real_release():
    """Release 3.58.0, where the shared data is there."""
    return _release("3.58.0")


@pytest.fixture
def donors_file(tmp_path):
    return write_rows(tmp_path / "donors.csv", DONORS)


@pytest.fixture
def patients_file(tmp_path):
    return write_rows(tmp_path / "patients.csv", PATIENTS)


@pytest.fixture
def store(tmp_path, donors_file):
    """A store with the donors of that file."""
    import allomatch

    with allomatch.Store.create(tmp_path / "registry.db", actor="setup") as made:
        made.import_file(donors_file, actor="anna")
        yield made


@pytest.fixture
def people(donors_file, patients_file):
    return ["--donors", donors_file, "--patients", patients_file, "--loci", "A,B,DRB1"]


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """Seed -> a miniature release on disk, loaded by the library and by the slow model."""
    from worlds import GENES, World

    @functools.cache
    def make(seed, loci=GENES):
        return World(tmp_path_factory.mktemp(f"world{seed}"), seed, loci)

    return make


@pytest.fixture(scope="session")
def real():
    """Release 3.58.0, loaded by both."""
    from worlds import World

    folder = SHARED / "data" / "imgt" / "3.58.0"
    if not folder.is_dir():
        pytest.skip("release 3.58.0 not found; set ALLOMATCH_SHARED to the folder with data/imgt")
    return World.real(folder)


# -- tables by hand, see clinical_tables.py ------------------------------------------------


@pytest.fixture(params=["model", "library"])
def side(request, tmp_path):
    import clinical_tables

    return {"model": clinical_tables.Model, "library": clinical_tables.Library}[request.param](tmp_path)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    from clinical_worlds import small_world

    return small_world(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["small", "3.58.0"])
def typed_world(request, small):
    return small if request.param == "small" else request.getfixturevalue("real")


@pytest.fixture(scope="module")
def names():
    from worlds import World

    return World.names_only()
