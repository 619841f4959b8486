# SPDX-License-Identifier: Apache-2.0
"""What typing a donor would bring, against doing it: the donor is typed, and the search made again."""

import json

import allomatch as am
import pandas as pd
import pytest
from command import call

LOCI = ("A", "B", "C", "DRB1", "DQB1")
ON = "2026-01-01"


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gain")
    am.simulate(folder, donors=10_000, patients=40, seed=5)
    mac = am.MacTable.load(folder / "mac.txt")
    donors = pd.read_csv(folder / "donors.csv", dtype=str, keep_default_na=False)
    patients, _ = am.read_patients(folder / "patients.csv", mac=mac)
    names = patients[0].nomenclature
    return donors, patients, names, mac, am.Frequencies.builtin(names)


@pytest.fixture(scope="module")
def registry(pool):
    donors, _, names, mac, _ = pool
    return am.Registry.from_frame(donors, names, mac=mac)


def options(pool):
    return {"frequencies": pool[4], "max_mismatches": 2, "on": ON}


def classes_at(patient, locus):
    """The two classes of a patient who is typed to one class each, else nothing."""
    parts = (patient.typings.get(locus) or "").split(" + ")
    if len(parts) != 2:
        return None
    read = [am.read_typing(part, patient.nomenclature, locus=locus)["classes"] for part in parts]
    return None if any(len(classes) != 1 for classes in read) else parts


def test_typing_the_donor(pool, registry):
    """With the alleles of the patient at that locus: the probability and the rank that were foretold."""
    donors, patients, names, mac, _ = pool
    tried = climbed = 0
    for patient in patients:
        matches = registry.search(patient, **options(pool))
        for gain in matches.typing_gain()[:6]:
            alleles = classes_at(patient, gain.locus)
            if alleles is None or tried >= 60:
                continue
            listed = {match.donor_id for match in matches}
            typed = donors[donors["id"].isin(listed)].copy()
            row = typed.index[typed["id"] == gain.donor_id]
            typed.loc[row, [f"{gain.locus}_1", f"{gain.locus}_2"]] = alleles
            typed.loc[row, typed.columns.intersection([f"{gain.locus}_ser_1", f"{gain.locus}_ser_2"])] = ""
            after = am.Registry.from_frame(typed, names, mac=mac).search(patient, **options(pool))
            then = next(match for match in after if match.donor_id == gain.donor_id)
            assert then.p[0] == pytest.approx(gain.p0_if_match, abs=1e-9)
            assert then.rank == gain.rank_if_match
            tried += 1
            climbed += gain.rank_if_match < gain.rank
    assert tried > 20 and climbed > 3


def test_gains_by_hand(pool, registry):
    """The expectation over both answers, of the best donor there would be."""
    _, patients, *_ = pool
    seen = worth = 0
    for patient in patients:
        matches = registry.search(patient, **options(pool))
        gone = {match.donor_id for match in matches if match.donor()["status"] in ("DE", "OP", "TU")}
        now = {match.donor_id: match.p[0] if match.p else 0.0 for match in matches}
        choice = {id: p for id, p in now.items() if id not in gone}
        by_id = {match.donor_id: match for match in matches}
        for gain in matches.typing_gain():
            match = by_id[gain.donor_id]
            assert gain.rank == match.rank and gain.p0 == match.p[0]
            assert gain.locus_p0 == match.locus_p[gain.locus][0] and 0 < gain.locus_p0 < 1
            others = max((p for id, p in choice.items() if id != gain.donor_id), default=0.0)
            after = gain.locus_p0 * max(others, gain.p0 / gain.locus_p0) + (1 - gain.locus_p0) * others
            expected = 0 if gain.donor_id in gone else after - max(choice.values())
            assert gain.gain == pytest.approx(expected, abs=1e-12)
            assert 1 <= gain.rank_if_match <= gain.rank <= gain.rank_if_mismatch <= len(matches)
            seen += 1
            worth += gain.gain > 0
    assert seen > 40 and worth > 5


def test_order(pool, registry):
    for patient in pool[1]:
        gains = registry.search(patient, **options(pool)).typing_gain()
        keys = [(-gain.gain, gain.rank_if_match - gain.rank) for gain in gains]
        assert keys == sorted(keys)


def test_a_donor_who_is_typed_is_not_asked_for(pool, registry):
    """Only what typing the donor could settle: never a locus where the donor has two known classes."""
    for patient in pool[1]:
        for gain in registry.search(patient, **options(pool)).typing_gain():
            text = registry.donor(gain.donor_id)["typings"].get(gain.locus)
            if text is None:
                continue
            alternatives = am.read_typing(text.replace(" + ", "+"), pool[2], locus=gain.locus, mac=pool[3])
            (only, *more) = (
                alternatives["alternatives"][gain.locus] if "alternatives" in alternatives else [None]
            )
            assert more or only is None or any(len(classes) != 1 for classes in only)


def test_without_frequencies(pool, registry):
    with pytest.raises(am.FormatError, match="frequencies"):
        registry.search(pool[1][0]).typing_gain()


def test_an_empty_list(pool, registry):
    assert registry.search(pool[1][0], **{**options(pool), "where": "age > 150"}).typing_gain() == []


def test_command(pool, tmp_path, registry):
    donors, patients, _, _, _ = pool
    am.simulate(tmp_path, donors=10_000, patients=40, seed=5)
    people = ["--donors", tmp_path / "donors.csv", "--patients", tmp_path / "patients.csv"]
    people += ["--mac", tmp_path / "mac.txt", "--max-mismatches", "2", "--on", ON]
    with_frequencies = [*people, "--frequencies", "builtin"]
    one = patients[0].id
    code, out, err = call("typing-gain", *with_frequencies, "--patient", one, "--most", "3")
    assert code in (0, 3), err
    expected = registry.search(patients[0], **options(pool)).typing_gain()[:3]
    for gain in expected:
        assert gain.donor_id in out
    code, out, _ = call("typing-gain", *with_frequencies, "--json")
    assert code in (0, 3) and len(json.loads(out)["patients"]) == len(patients)
    code, _, err = call("typing-gain", *people)
    assert code == 2 and "--frequencies" in err
    code, _, err = call("typing-gain", *with_frequencies, "--patient", "nobody")
    assert code == 2 and "nobody" in err
