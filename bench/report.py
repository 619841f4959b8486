# SPDX-License-Identifier: Apache-2.0
"""How long a report of 500 donors takes, beside the search that it shows, in one run.

    .venv/bin/python bench/report.py
"""

import tempfile
import time
from pathlib import Path

import allomatch as am


def best_of(runs, work):
    """The shortest of some runs, in milliseconds, and what the last one gave."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        times.append(1000 * (time.perf_counter() - start))
    return min(times), result


def main():
    with tempfile.TemporaryDirectory() as folder:
        am.simulate(folder, donors=20_000, patients=1, seed=1)
        mac = am.MacTable.load(Path(folder, "mac.txt"))
        registry = am.Registry.from_csv(Path(folder, "donors.csv"), mac=mac)
        (patient, *_), _ = am.read_patients(Path(folder, "patients.csv"), mac=mac)
        frequencies = am.Frequencies.builtin(registry.nomenclature)
        options = {"max_mismatches": 5, "top": 500, "frequencies": frequencies}
        searching, matches = best_of(5, lambda: registry.search(patient, **options))
        assert len(matches) == 500
        explaining, _ = best_of(5, lambda: [match.explain() for match in matches])
        print(f"search, best 500 of {matches.total}: {searching:.1f} ms; explaining them: {explaining:.1f} ms")
        for lang in ("en", "zh"):
            page = Path(folder, f"{lang}.html")
            writing, _ = best_of(5, lambda p=page, k=lang: am.write_report(p, matches, lang=k))
            assert page.read_text(encoding="utf-8").count("<tr") > len(matches)
            print(
                f"report in {lang}: {writing:.0f} ms, {page.stat().st_size / 1e6:.1f} MB, "
                f"{writing / searching:.1f} searches, {writing / explaining:.1f} explanations"
            )


main()
