# SPDX-License-Identifier: Apache-2.0
"""The built-in tables against the release and the data they were made from. Uses only the files."""
import collections
import importlib.util
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("ALLOMATCH_SHARED") or ROOT.parent / "shared")
DATA = SHARED / "data" if (SHARED / "data").is_dir() else SHARED
RELEASE = DATA / "imgt/3.58.0"
STARTER = ROOT / "src/nomenclature/data"
HAPLOTYPE = ROOT / "src/haplotype/data"
LOCI = ["A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1"]


def needs(path):
    return pytest.mark.skipif(not path.exists(), reason=f"shared data not found: {path} "
                                                        "(set ALLOMATCH_SHARED)")


needs_release = needs(RELEASE / "wmda/hla_nom.txt")


def table(path):
    """A tab-separated table with # comments: its rows as dictionaries."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    header = lines[0].split("\t")
    rows = [line.split("\t") for line in lines[1:]]
    assert all(len(row) == len(header) for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


def release_rows(name, delimiter):
    lines = (RELEASE / name).read_text(encoding="utf-8").splitlines()
    return [line.split(delimiter) for line in lines if line and not line.startswith("#")]


def groups(name):
    """Allele -> group of hla_nom_p.txt or hla_nom_g.txt; the ones that stand alone are left out."""
    return {locus + allele: locus + group for locus, alleles, group in release_rows(name, ";")
            if group for allele in alleles.split("/")}


def script(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def em_script():
    pytest.importorskip("numpy", reason="the estimate script needs numpy")
    return script(HAPLOTYPE / "estimate_east_asian.py")


@pytest.fixture(scope="module")
def alleles():
    return table(STARTER / "starter_alleles.tsv")


def test_every_table_says_what_it_is():
    for path in [*STARTER.glob("*.tsv"), *HAPLOTYPE.glob("*.tsv")]:
        comments = "".join(line for line in path.read_text(encoding="utf-8").splitlines(True)
                           if line.startswith("#")).lower()
        assert "not for clinical use" in comments and "3.58.0" in comments, path.name


def test_starter_has_every_locus_and_no_allele_twice(alleles):
    names = [row["allele"] for row in alleles]
    assert len(set(names)) == len(names)
    assert 600 <= len(names) <= 1000
    assert {name.split("*")[0] for name in names} == set(LOCI)


def test_starter_has_ambiguity(alleles):
    """Some P groups hold several two-field names; nulls have a G group but no P group."""
    proteins = collections.defaultdict(set)
    for row in alleles:
        if row["p_group"]:
            proteins[row["p_group"]].add(":".join(row["allele"].split(":")[:2]))
    assert sum(len(names) > 1 for names in proteins.values()) >= 50
    nulls = [row for row in alleles if row["allele"].endswith("N")]
    assert nulls and not any(row["p_group"] for row in nulls)
    assert any(row["g_group"] for row in nulls)


@needs_release
def test_starter_alleles_agree_with_the_release(alleles):
    order = [row[1] for row in release_rows("Allelelist.txt", ",")[1:]]
    position = {name: i for i, name in enumerate(order)}
    p_group, g_group = groups("wmda/hla_nom_p.txt"), groups("wmda/hla_nom_g.txt")
    serology = {row[0] + row[1]: ";".join(row[2:]) for row in release_rows("wmda/rel_dna_ser.txt", ";")}
    header, *rows = release_rows("tce/dpb_tce.csv", ",")
    column = header.index("V2_Assignment")  # the newest in this release
    tce = {row[0]: row[column].rstrip("a$").replace("0", "") for row in rows}

    for row in alleles:
        name = row["allele"]
        assert name in position, f"{name} is not in the release"
        assert row["p_group"] == p_group.get(name, ""), name
        assert row["g_group"] == g_group.get(name, ""), name
        assert row["serology"] == serology[name], name
        assert row["tce"] == tce.get(name, ""), name
    places = [position[row["allele"]] for row in alleles]
    assert places == sorted(places), "not in the order of the release"


@needs_release
def test_starter_groups_exist_in_the_release(alleles):
    p_names, g_names = set(groups("wmda/hla_nom_p.txt").values()), set(groups("wmda/hla_nom_g.txt").values())
    assert {row["p_group"] for row in alleles} - {""} <= p_names
    assert {row["g_group"] for row in alleles} - {""} <= g_names


@needs_release
def test_starter_serology_agrees_with_the_release():
    rows = [list(row.values()) for row in table(STARTER / "starter_serology.tsv")]
    assert rows == release_rows("wmda/rel_ser_ser.txt", ";")


def test_starter_renames_lead_into_the_table(alleles):
    names = {row["allele"] for row in alleles}
    renames = table(STARTER / "starter_renames.tsv")
    assert len({row["old"] for row in renames}) == len(renames) >= 10
    for row in renames:
        assert row["old"] not in names
        assert row["current"] == "" or row["current"] in names, row
    assert any(row["current"] == "" for row in renames)


@needs_release
def test_starter_renames_agree_with_the_release():
    replaced = {row[0] + row[1]: row[4] and row[0].replace("Cw*", "C*") + row[4]
                for row in release_rows("wmda/hla_nom.txt", ";") if row[3]}
    for row in table(STARTER / "starter_renames.tsv"):
        assert replaced[row["old"]] == row["current"]


@needs_release
@needs(DATA / "frequencies")
def test_starter_script_makes_these_tables(tmp_path, monkeypatch):
    module = script(STARTER / "make_starter.py")
    monkeypatch.setattr("sys.argv", ["make_starter.py", "--shared", str(SHARED), "--out", str(tmp_path)])
    module.main()
    made = sorted(tmp_path.iterdir())
    assert [path.name for path in made] == sorted(path.name for path in STARTER.glob("starter_*.tsv"))
    for path in made:
        assert path.read_bytes() == (STARTER / path.name).read_bytes(), path.name


def test_haplotype_alleles_are_in_the_starter(alleles):
    """A two-field name stands for the alleles with that prefix, with its suffix if it has one."""
    known = set()
    for row in alleles:
        name = row["allele"]
        digits = name.rstrip("NLSCAQ")
        two_fields = ":".join(digits.split(":")[:2])
        known |= {two_fields, two_fields + name[len(digits):]}
    for row in table(HAPLOTYPE / "east_asian.tsv"):
        for allele in row["haplotype"].split("~"):
            assert allele in known, allele


def test_haplotype_table_is_well_formed():
    rows = table(HAPLOTYPE / "east_asian.tsv")
    names = [row["haplotype"] for row in rows]
    values = [float(row["frequency"]) for row in rows]
    assert len(set(names)) == len(names) > 500
    assert all([allele.split("*")[0] for allele in name.split("~")] == ["A", "C", "B", "DRB1", "DQB1"]
               for name in names)
    assert all(1e-6 <= value <= 1 for value in values)
    assert 0.98 < sum(values) <= 1.000001
    order = list(zip((-value for value in values), names, strict=True))
    assert order == sorted(order)


@needs(DATA / "em/kg_eas.exact.tsv")
def test_em_reproduces_the_exact_frequencies():
    worst, facts = em_script().check(DATA)
    assert facts["people"] == 350
    assert worst < 1e-6


def test_em_on_a_case_done_by_hand():
    """One double heterozygote and one person who is certain: the likelihood is highest at one phase."""
    def one(first, second):
        return [[(a, b)] for a, b in zip(first, second, strict=True)]

    found, _ = em_script().estimate([one("ab", "ab"), one("ab", "AB")])
    assert found["a", "b"] == pytest.approx(0.75, abs=1e-6)
    assert found["A", "B"] == pytest.approx(0.25, abs=1e-6)
    assert found["a", "B"] == pytest.approx(0, abs=1e-6)


def test_em_counts_two_different_haplotypes_twice():
    """b,b beside a,a or a,b: the likelihood q^2 (1 - q^2) is highest at q^2 = 1/2."""
    found, _ = em_script().estimate([[[("b", "b")]], [[("a", "a"), ("a", "b")]]])
    assert found["b",] == pytest.approx(0.5 ** 0.5, abs=1e-6)


@needs_release
@needs(DATA / "typings/1000genomes.tsv")
def test_estimate_script_makes_this_table(tmp_path, monkeypatch):
    module = em_script()
    arguments = ["estimate_east_asian.py", "--shared", str(SHARED), "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)
    module.main()
    made = {row["haplotype"]: float(row["frequency"]) for row in table(tmp_path / "east_asian.tsv")}
    kept = {row["haplotype"]: float(row["frequency"]) for row in table(HAPLOTYPE / "east_asian.tsv")}
    assert made == pytest.approx(kept, rel=1e-6, abs=1e-12)
