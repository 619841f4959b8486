# SPDX-License-Identifier: Apache-2.0
"""The same search done by allomatch, with pandas, and by the slow reference model of the tests.

    .venv/bin/python bench/compare_peers.py [--donors N] [--patients N] [--large N]

10/10 with up to one potential mismatch, on simulated donors under the starter nomenclature. All ways must
find the same donors with the same counts, or the script ends with 1. Times are medians over the patients, one
thread, in one run; reading the typings is measured apart, so the figures compare matching with matching.

* allomatch, also ranks, and gives letters and directional counts;
* pandas, typings joined: per locus every distinct typing is counted once in Python, the counts are merged
  with the donors and added up (only the count: no ranking, no letters);
* pandas, row by row: `DataFrame.apply` over the donors with sets of classes (only the count);
* the slow model (tests/python/slow_model): letters, counts and rank with plain sets and loops.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import allomatch as am
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
LOCI = ("A", "B", "C", "DRB1", "DQB1")
DAY = "2026-01-01"
MOST = 1

ClassSet = frozenset[str]
Alternatives = tuple[tuple[ClassSet, ClassSet], ...]
Found = dict[str, int]  # donor id -> potential mismatches
NO_PRODUCT = frozenset({"no product"})


# -- class sets, for pandas ------------------------------------------------


class Reader:
    """Typing texts as sets of classes; every distinct text is read once."""

    def __init__(self, mac: am.MacTable) -> None:
        self._mac = mac
        self._known: dict[tuple[str, str], ClassSet] = {}

    def _classes(self, locus: str, text: str) -> ClassSet:
        if (locus, text) not in self._known:
            found = am.read_typing(text, locus=locus, mac=self._mac)
            self._known[locus, text] = frozenset(found["classes"])
        return self._known[locus, text]

    def alternatives(self, locus: str, first: str, second: str) -> Alternatives:
        """Pairs of class sets; none for an untyped locus. A blank copies, a null makes homozygous."""
        if not first and not second:
            return ()
        a, b = self._classes(locus, first or second), self._classes(locus, second or first)
        if a and b:
            return ((a, b),)
        expressed = a or b
        if not expressed:
            return ((NO_PRODUCT, NO_PRODUCT),)
        return tuple((frozenset({one}), frozenset({one})) for one in sorted(expressed))


def mismatches(patient: Alternatives, donor: Alternatives) -> int:
    if not patient or not donor:
        return 0
    most = 0
    for p1, p2 in patient:
        for d1, d2 in donor:
            direct = (not p1.isdisjoint(d1)) + (not p2.isdisjoint(d2))
            crossed = (not p1.isdisjoint(d2)) + (not p2.isdisjoint(d1))
            most = max(most, direct, crossed)
    return 2 - most


def read_frame(path: Path, reader: Reader) -> pd.DataFrame:
    """One column of alternatives a locus."""
    texts = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame = pd.DataFrame({"id": texts["id"]})
    for locus in LOCI:
        pairs = zip(texts[f"{locus}_1"], texts[f"{locus}_2"], strict=True)
        frame[locus] = [reader.alternatives(locus, first, second) for first, second in pairs]
    return frame


def pandas_by_row(donors: pd.DataFrame, patient: Any) -> Found:
    def count(donor: Any) -> int:
        return sum(mismatches(patient[locus], donor[locus]) for locus in LOCI)

    counts = donors.apply(count, axis=1)
    kept = counts <= MOST
    return dict(zip(donors["id"][kept], counts[kept].astype(int), strict=True))


class JoinedFrame:
    """Donors with a number for each distinct typing, and the distinct typings by locus."""

    def __init__(self, donors: pd.DataFrame) -> None:
        self.donors = donors[["id"]].copy()
        self.distinct = {}
        for locus in LOCI:
            codes, values = pd.factorize(donors[locus])
            self.donors[locus] = codes
            self.distinct[locus] = pd.DataFrame({locus: range(len(values)), "typing": values})

    def search(self, patient: Any) -> Found:
        joined = self.donors
        names = []
        for locus in LOCI:
            table = self.distinct[locus]
            counts = [mismatches(patient[locus], typing) for typing in table["typing"]]
            names.append(f"{locus}_mm")
            joined = joined.merge(
                pd.DataFrame({locus: table[locus], names[-1]: counts}), on=locus, how="left"
            )
        joined["total"] = joined[names].sum(axis=1)
        kept = joined[joined["total"] <= MOST]
        return dict(zip(kept["id"], kept["total"].astype(int), strict=True))


# -- the slow model ------------------------------------------------


def starter_release() -> Any:
    """The starter tables as the rows that the slow model reads."""
    from slow_model import Release

    data = ROOT / "src" / "nomenclature" / "data"

    def table(name: str) -> list[dict[str, str]]:
        with (data / name).open(encoding="utf-8") as file:
            return list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))

    def rows_of(groups: dict[str, list[str]]) -> list[tuple[str, str, str]]:
        return [
            (f"{name.split('*')[0]}*", "/".join(members), name.split("*")[1])
            for name, members in groups.items()
        ]

    nom, serology = [], []
    p_groups: dict[str, list[str]] = {}
    g_groups: dict[str, list[str]] = {}
    for row in table("starter_alleles.tsv"):
        gene, short = row["allele"].split("*")
        nom.append((f"{gene}*", short, "", "", "", ""))
        for groups, column in ((p_groups, "p_group"), (g_groups, "g_group")):
            if row[column]:
                name = row[column] if "*" in row[column] else f"{gene}*{row[column]}"
                groups.setdefault(name, []).append(short)
        if row["serology"]:
            serology.append((f"{gene}*", short, *row["serology"].split(";")))
    lines = [tuple(row.values()) for row in table("starter_serology.tsv")]
    return Release.from_rows(nom, rows_of(g_groups), rows_of(p_groups), serology, lines)


class SlowModel:
    def __init__(self, folder: Path) -> None:
        sys.path.insert(0, str(ROOT / "tests" / "python"))
        from slow_model import load_mac
        from slow_model.search import person_from_row, search

        self._search = search
        release, mac = starter_release(), load_mac(folder / "mac.txt")

        def people(name: str) -> list[Any]:
            with (folder / name).open(encoding="utf-8") as file:
                return [person_from_row(release, row, mac) for row in csv.DictReader(file)]

        self.donors = people("donors.csv")
        self.patients = people("patients.csv")

    def search(self, patient: Any) -> list[tuple[str, int]]:
        on = datetime.date.fromisoformat(DAY)
        ((_, hits),) = self._search([patient], self.donors, LOCI, max_mismatches=MOST, on=on)
        return [(hit.donor.id, hit.mismatches) for hit in hits]


# -- measuring ------------------------------------------------


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


class Run:
    def __init__(self, donors: int, patients: int, slow: bool) -> None:
        self.donors = donors
        self.times: dict[str, list[float]] = {}
        self.wrong: list[str] = []
        self.hits = 0
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            files = am.simulate(folder, donors=donors, patients=patients, seed=1, reference_date=DAY)
            mac = am.MacTable.load(files["mac"])
            reading, self.registry = timed(lambda: am.Registry.from_csv(files["donors"], mac=mac))
            self.patients, _ = am.read_patients(files["patients"], mac=mac)
            reader = Reader(mac)
            pandas_reading, self.frame = timed(lambda: read_frame(files["donors"], reader))
            self.frame_patients = read_frame(files["patients"], reader).to_dict("records")
            self.model: SlowModel | None
            slow_reading, self.model = timed(lambda: SlowModel(folder)) if slow else (0.0, None)
        self.reading = {"allomatch": reading, "pandas": pandas_reading} | (
            {"slow model": slow_reading} if slow else {}
        )
        self.joined = JoinedFrame(self.frame)

    def one(self, number: int, by_row: bool) -> None:
        patient, frame_patient = self.patients[number], self.frame_patients[number]
        options: dict[str, Any] = {"loci": LOCI, "max_mismatches": MOST, "on": DAY, "threads": 1}
        seconds, matches = timed(lambda: self.registry.search(patient, **options))
        ranked = [(match.donor_id, match.mismatches) for match in matches]
        self.hits += len(ranked)
        self.times.setdefault("allomatch", []).append(seconds)
        ways: dict[str, Callable[[], Any]] = {
            "pandas, typings joined": lambda: self.joined.search(frame_patient)
        }
        if by_row:
            ways["pandas, row by row"] = lambda: pandas_by_row(self.frame, frame_patient)
        if self.model is not None:
            slow_patient = self.model.patients[number]
            ways["slow model"] = lambda: self.model.search(slow_patient)
        for way, work in ways.items():
            seconds, answer = timed(work)
            self.times.setdefault(way, []).append(seconds)
            same = answer == (ranked if way == "slow model" else dict(ranked))
            if not same:
                self.wrong.append(f"{patient.id}: {way} finds other donors")

    def show(self) -> None:
        each = self.hits / len(self.patients)
        print(f"{self.donors:,} donors, {len(self.patients)} patients, {each:.1f} donors found for each")
        reading = ", ".join(f"{way} {seconds:.2f} s" for way, seconds in self.reading.items())
        print(f"  reading: {reading}")
        base = statistics.median(self.times["allomatch"])
        for way, seconds in self.times.items():
            median = statistics.median(seconds)
            print(f"  {way:<24} {1000 * median:12.3f} ms  {median / base:10,.0f} x")
        for line in self.wrong:
            print(f"  WRONG {line}")


def main() -> int:
    parser = argparse.ArgumentParser(description="allomatch against pandas and the slow model")
    parser.add_argument("--donors", type=int, default=2_000, help="donors of the run with every way")
    parser.add_argument("--patients", type=int, default=10)
    parser.add_argument(
        "--large", type=int, default=100_000, help="donors of a run without the slowest ways; 0: none"
    )
    args = parser.parse_args()
    wrong = False
    for donors, every_way in ((args.donors, True), (args.large, False)):
        if donors == 0:
            continue
        run = Run(donors, args.patients, every_way)
        for number in range(args.patients):
            run.one(number, every_way)
        run.show()
        wrong = wrong or bool(run.wrong)
    print("the answers differ" if wrong else "all ways find the same donors with the same counts")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
