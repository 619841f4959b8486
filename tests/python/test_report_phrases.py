# SPDX-License-Identifier: Apache-2.0
"""Sentences of the library in the Chinese report."""

import re

import allomatch as am
import pytest
from allomatch.report import phrases
from report_people import donor_rows, options, patient_row, read


@pytest.mark.parametrize(
    "english, chinese",
    [
        ("5 mismatches", "5 个错配"),
        ("1 mismatch after 0 mismatches", "本供者“1 个错配”，上一名“0 个错配”"),
        ("probability 80-90 %", "概率 80–90 %"),
        (
            "both are A*02:01P in this alternative, not in every one",
            "双方均为 A*02:01P（仅在此种可能中，并非全部）",
        ),
        ("both may be A*02:01P, A*02:06P and 3 more", "双方可能同为 A*02:01P、A*02:06P 等另外 3 种"),
        ("no class in common; antigens B60 and B58 differ", "无共同类别；抗原 B60 与 B58 不同"),
        (
            "no haplotype of x has A*01:02; no haplotype of y has what is typed at B",
            "频率集 x 中没有携带 A*01:02 的单倍型；频率集 y 中没有符合 B 分型的单倍型",
        ),
        ("TCE unknown, possible: unknown; expression unfavourable", "TCE 未知，可能：未知；表达不利"),
        (
            "TCE permissive, possible: permissive, nonpermissive_gvh; expression favourable",
            "TCE 允许性，可能：允许性、非允许性 GvH；表达有利",
        ),
        ("1 mismatch at most", "最多 1 个错配"),
        ("2 mismatches at most", "最多 2 个错配"),
        ("2 mismatches at most after 1 mismatch at most", "本供者“最多 2 个错配”，上一名“最多 1 个错配”"),
        ("2 mismatches at B", "2 个错配（均在 B）"),
        ("2 GvH mismatches after 1 GvH mismatch", "本供者“2 个 GvH 错配”，上一名“1 个 GvH 错配”"),
        ("score 2 after 1", "本供者“得分 2”，上一名“得分 1”"),
        ("40.5 % after 41 %", "本供者“40.5 %”，上一名“41 %”"),
        ("10 % after A_p0 not known", "本供者“10 %”，上一名“A 0 个错配的概率未知”"),
        ("hobby not known", "hobby未知"),
        ("hobby golf after hobby tennis", "本供者“hobby golf”，上一名“hobby tennis”"),
        ("hobby golf after hobby golf after work", "本供者“hobby golf”，上一名“hobby golf after work”"),
        ("hobby of another kind after hobby golf", "本供者“hobby为其他”，上一名“hobby golf”"),
        ("hobby not known after hobby golf", "本供者“hobby未知”，上一名“hobby golf”"),
        (
            "birth_date 1990-01-02 after birth_date 1999-01-02",
            "本供者“birth_date 1990-01-02”，上一名“birth_date 1999-01-02”",
        ),
        ("a sentence nobody knows", None),
        ("5 mismatches after something", None),
    ],
)
def test_phrases(english, chinese):
    assert phrases.chinese(english) == chinese


_RANKED = (
    *("mismatches", "antigen_mismatches", "mismatches_max", "gvh", "hvg", "probability", "exact_probability"),
    *("dpb1", "dpb1_expression", "leader", "low_expression", "availability", "age_band", "age", "cmv", "sex"),
    *("abo", "rh", "weight", "weight_ratio", "tnc_per_kg", "cd34_per_kg", "birth_date", "population"),
    *("donations", "p0", "p1", "A_p0", "DRB1_mm", "dpb1_p_match", "dpb1_p_permissive", "dpb1_p_unknown"),
    *("dpb1_p_nonpermissive_gvh", "dpb1_p_nonpermissive_hvg"),
)


@pytest.mark.parametrize("name", _RANKED)
def test_names_of_criteria(name):
    words = phrases.criterion_name(name, "zh")
    assert re.search("[\u4e00-\u9fff]", words) or name in ("dpb1", "cmv", "rh"), words


def test_reasons_of_other_rankings(tmp_path):
    """Every built-in criterion alone, and all with weights: what the library says is known."""
    criteria = [name for name in _RANKED if name not in ("birth_date", "population", "donations")]
    registry, patients, _ = read(tmp_path, donor_rows(40), [patient_row()])
    frequencies = am.Frequencies.builtin()
    rankings = [[name] for name in criteria] + [[{"by": "mismatches_max", "bands": [1, 2], "weight": 2}]]
    for rank in rankings:
        asked = options(frequencies=frequencies, rank=rank)
        for match in registry.search(patients[0], **asked):
            for words in (match.reason, *match.criteria.values()):
                assert not words or phrases.chinese(words), words


@pytest.mark.parametrize("accept", ["A,B", ["A", "B"]])
def test_accepted_loci_are_named(tmp_path, accept):
    registry, patients, reports = read(tmp_path, donor_rows(3), [patient_row()])
    asked = options(max_mismatches=0) | {"accept": accept}
    matches = registry.search(patients[0], **asked)
    am.write_report(tmp_path / "r.html", matches, searched=asked, reports=reports)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "mismatches: at most 0; one mismatch accepted at A / B" in page
