# SPDX-License-Identifier: Apache-2.0
"""A simulated pool, and small ones, as the tests of its statistics share them."""

import csv
import functools
import tempfile
from pathlib import Path

import allomatch as am

DAY = "2026-01-01"
_TYPED = ("A_1", "A_2", "B_1", "B_2", "C_1", "C_2", "DRB1_1", "DRB1_2", "DQB1_1", "DQB1_2")


@functools.cache
def simulated():
    """2,000 donors: the rows of their file as texts, and the registry."""
    with tempfile.TemporaryDirectory() as folder:
        files = am.simulate(folder, donors=2000, patients=1, seed=3, reference_date=DAY)
        with Path(files["donors"]).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        mac = am.MacTable.load(Path(files["mac"]))
        return rows, am.Registry.from_csv(files["donors"], mac=mac), mac


def registry_of(rows, names=None):
    """Rows as dicts; what a row lacks is blank."""
    import pandas

    columns = list(dict.fromkeys(["id", *_TYPED, *(name for row in rows for name in row)]))
    cells = {name: [row.get(name, "") for row in rows] for name in columns}
    frame = pandas.DataFrame(cells, columns=columns, dtype=str)
    return am.Registry.from_frame(frame, names, strict=True)


def frequencies_of(folder, rows, name="set"):
    """haplotype -> frequency, or with the population in front."""
    path = folder / f"{name}.csv"
    populations = any(isinstance(key, tuple) for key in rows)
    with path.open("w", encoding="utf-8") as file:
        file.write("haplotype,population,frequency\n" if populations else "haplotype,frequency\n")
        for key, frequency in rows.items():
            cells = [key[1], key[0]] if populations else [key]
            file.write(",".join([*cells, str(frequency)]) + "\n")
    return am.Frequencies.read(path)
