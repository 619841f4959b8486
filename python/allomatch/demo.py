# SPDX-License-Identifier: Apache-2.0
"""The main job on built-in data: simulate a registry, index it, search it, print the ranked list.

Run with ``python -m allomatch.demo [DONORS [PATIENTS]]``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import allomatch as am

SEARCH_DAY = "2026-01-01"
LOCI = "10/10"


def run(donors: int = 100_000, patients: int = 20, seed: int = 1) -> None:
    def timed(what: str, start: float) -> None:
        print(f"{what:<58} {1000 * (time.perf_counter() - start):9.1f} ms")

    nomenclature = am.Nomenclature.builtin()
    print(
        f"Starter nomenclature, {nomenclature.allele_count} alleles "
        "(for demonstration and tests, not for clinical use).\n"
        "Donors and patients are simulated from a built-in East Asian haplotype table.\n"
    )
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        files = am.simulate(name, donors=donors, patients=patients, seed=seed, reference_date=SEARCH_DAY)
        timed(f"simulated {donors:,} donors and {patients} patients", start)

        start = time.perf_counter()
        mac = am.MacTable.load(Path(files["mac"]))
        registry = am.Registry.from_csv(files["donors"], nomenclature, mac=mac)
        timed(f"read and indexed {len(registry):,} donors from CSV", start)
        everyone, _ = am.read_patients(files["patients"], nomenclature, mac=mac)

        best = registry.search(everyone[0], loci=LOCI, max_mismatches=1, on=SEARCH_DAY)
        times = []
        for patient in everyone:
            start = time.perf_counter()
            registry.search(patient, loci=LOCI, max_mismatches=1, on=SEARCH_DAY, threads=1)
            times.append(time.perf_counter() - start)
        median = sorted(times)[len(times) // 2]
        print(f"{'one search, ' + LOCI + ' with up to 1 mismatch, median':<58} {1000 * median:9.3f} ms")
        start = time.perf_counter()
        found = registry.search_many(everyone, loci=LOCI, max_mismatches=1, on=SEARCH_DAY)
        timed(f"all {len(everyone)} patients at once", start)

        memory = registry.memory()
        columns = memory["typings"] + memory["typing_texts"] + memory["fields"]
        per_donor = columns / max(len(registry), 1)
        in_all = memory["total"] / 1e6
        print(f"memory: {per_donor:.0f} bytes a donor for typings and fields, {in_all:.1f} MB in all\n")

        print(f"{'patient':<10} {'donors':>7}  {'0 mismatches':>12}  {'1 mismatch':>10}  best donor")
        for matches in found:
            full = sum(1 for match in matches if match.mismatches == 0)
            first = matches[0].donor_id if len(matches) else "-"
            counts = f"{full:>12}  {matches.total - full:>10}"
            print(f"{matches.patient.id:<10} {matches.total:>7}  {counts}  {first}")
        print()
        show(best)


def show(matches: am.Matches, most: int = 15) -> None:
    """Print one patient's list."""
    print(f"{matches.patient.id}: " + ", ".join(f"{k} {v}" for k, v in matches.patient.typings.items()))
    head = f"{'#':>3}  {'donor':<10} {'mm':>2}  " + "  ".join(f"{locus:<4}" for locus in matches.loci)
    print(f"{head}  placed by")
    for match in matches[:most]:
        letters = "  ".join(f"{match.letters[locus]:<4}" for locus in matches.loci)
        line = f"{match.rank:>3}  {match.donor_id:<10} {match.mismatches:>2}  {letters}  {match.reason}"
        print(line.rstrip())
    if matches.total > most:
        print(f"... {matches.total - most} more")
    print("\nA certain match, P potential, L allele mismatch, M antigen mismatch, - not typed")


if __name__ == "__main__":
    run(*[int(argument) for argument in sys.argv[1:3]])
