# SPDX-License-Identifier: Apache-2.0
"""The report of a pool: its numbers are those of the functions, in both languages."""

import re
import sys

import allomatch as am
import pytest
from conftest import ROOT
from pools import DAY, frequencies_of, registry_of, simulated

pandas = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
html5lib = pytest.importorskip("html5lib", reason="needs html5lib: pip install 'allomatch[test]'")
from allomatch import analytics  # noqa: E402
from allomatch._words import Number  # noqa: E402
from allomatch.analytics.pool_report import blocks, parts, sets, texts  # noqa: E402
from allomatch.report import phrases  # noqa: E402
from pool_pages import analysed, tables_of, tree_of, words_of, written  # noqa: E402


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    for lang in texts.LANGUAGES:
        analytics.write_pool_report(analysed(), folder / f"{lang}.html", lang=lang)
    return {lang: (folder / f"{lang}.html").read_text(encoding="utf-8") for lang in texts.LANGUAGES}


# -- content ------------------------------------------------


def test_tables_are_those_of_the_functions():
    registry, made = simulated()[1], analysed()
    loci = ["A", "C", "B", "DRB1", "DQB1"]
    estimate = am.estimate(registry, loci, name="pool", bootstrap=20)
    pool = estimate.frequencies
    wanted = {
        "completeness_by_year": analytics.completeness(registry, by="registered_year"),
        "homozygosity": analytics.homozygosity(registry, pool),
        "branch_haplotypes": analytics.branch_haplotypes(registry, loci, **parts.OF_BRANCHES),
        "attrition": analytics.attrition(registry, on=DAY),
        "completeness": analytics.completeness(registry),
        "completeness_by": analytics.completeness(registry, by="branch"),
        "alleles": analytics.allele_frequencies(registry, loci, bootstrap=20),
        "haplotypes": estimate.to_pandas(),
        "hardy_weinberg": analytics.hardy_weinberg(registry, loci),
        "linkage": analytics.linkage(pool, loci),
        "linkage_pairs": analytics.linkage_pairs(pool, "C", "B"),
        "branch_value": analytics.branch_value(registry, loci=loci, on=DAY),
        "typing_probabilities": analytics.typing_probabilities(registry, pool),
        "suspicious": analytics.suspicious_typings(registry, pool),
        "duplicates": analytics.duplicates(registry),
        "relatives": analytics.relatives(registry, pool, loci),
        "ages": analytics.age_structure(registry, on=DAY),
        "ageing_out": analytics.ageing_out(registry, on=DAY),
        "utilisation": analytics.utilisation(registry),
    }
    for name, table in wanted.items():
        pandas.testing.assert_frame_equal(made.tables[name], table, obj=name)
    kept = estimate.to_pandas().query("count >= 0.01")["frequency"]
    assert 300 < made.likelihood_haplotypes == len(kept) < 4000
    assert made.likelihood_mass == pytest.approx(kept.sum()) and made.likelihood_mass > 0.99
    likely, _ = sets.most_frequent(pool, "pool", len(kept))
    by_set = dict(list(made.tables["likelihood_sets"].groupby("loci", sort=False)))
    assert list(by_set) == ["6/6", "8/8", "10/10"]
    for name, table in by_set.items():
        alone = analytics.match_likelihood(likely, sizes=list(table["size"]), loci=name)
        assert table["probability"].tolist() == alone["probability"].tolist()
    for k in (0, 1):
        mine = {
            name: made.tables[name][made.tables[name]["mismatches"] == k]
            .drop(columns="mismatches")
            .reset_index(drop=True)
            for name in ("likelihood", "sizes", "observed")
        }
        sizes = list(mine["likelihood"]["size"])
        assert int(made.tables["numbers"].set_index("measure")["value"]["standing"]) in sizes
        for name, table in {
            "likelihood": analytics.match_likelihood(likely, sizes=sizes, loci=loci, mismatches=k),
            "sizes": analytics.size_for(likely, loci=loci, mismatches=k),
            "observed": analytics.observed_likelihood(registry, loci=loci, mismatches=k, on=DAY),
        }.items():
            pandas.testing.assert_frame_equal(mine[name], table, obj=name)
    assert set(made.tables) | set(made.left_out) == set(parts.PARTS)
    assert set(made.left_out) == {
        *("likelihood_dpb1", "observed_dpb1", "donations_by_year", "days_to_collection")
    }
    assert made.too_ambiguous == estimate.left_out["too_ambiguous"] > 0
    assert (made.own, made.population, made.set_name) == (True, "pool", "10/10")


def test_numbers_of_the_pool():
    rows, registry, _ = simulated()
    numbers = analysed().tables["numbers"].set_index("measure")["value"].to_dict()
    assert numbers["donors"] == 2000
    assert numbers["standing"] == sum(row["status"] != "DE" for row in rows)
    assert numbers["available"] == sum(row["status"] == "AV" for row in rows)
    assert numbers["groups"] == len({row["branch"] for row in rows if row["branch"]})
    assert numbers["loci"] == 5
    typed = analytics.observed_matches(registry, on=DAY)  # anything of all donors
    full = analytics.completeness(registry).set_index("locus")["one_class"]["10/10"]
    assert numbers["fully_typed"] == round(len(typed) * full)


def percent(value):
    return f"{100 * value:.1f} %"


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_numbers_on_the_page(pages, lang):
    t, tables = texts.texts(lang), tables_of(pages[lang])
    made = analysed().tables
    shown = tables["typing", t["typing"]]
    by_locus = made["completeness"].set_index("locus")
    assert [row[0] for row in shown[1:]] == [name for name, row in by_locus.iterrows() if row["typed"] > 0]
    for row in shown[1:]:
        of = by_locus.loc[row[0]]
        for cell, name in zip(row[1:], ("typed", "one_class", "ambiguous", "first_field"), strict=False):
            assert cell in (percent(of[name]), "<0.1 %", ">99.9 %"), (row, name)
    first = made["haplotypes"].iloc[0]
    row = tables["frequencies", t["haplotypes"]][1]
    assert row[:3] == [first["haplotype"], f"{first['frequency']:.5f}", f"{first['count']:,.1f}"]
    assert row[3] == f"{first['low']:.5f} – {first['high']:.5f}"
    alleles = made["alleles"]
    for locus in ("A", "DQB1"):
        top = alleles[alleles["locus"] == locus].head(5)
        cells = tables["frequencies", locus][1:]
        assert [row[0] for row in cells] == list(top["allele"])
        assert [row[1] for row in cells] == [f"{value:.5f}" for value in top["frequency"]]
    proportion = tables["frequencies", t["proportion"]][1:]
    assert [row[0] for row in proportion] == list(made["hardy_weinberg"]["locus"])
    assert [row[1] for row in proportion] == [f"{n:,}" for n in made["hardy_weinberg"]["people"]]
    assert [float(row[4]) for row in proportion] == pytest.approx(
        list(made["hardy_weinberg"]["inbreeding"]), abs=6e-4
    )
    now = tables["likelihood", t["now"]][1:]
    size = made["numbers"].set_index("measure")["value"]["standing"]
    for row, k in zip(now, (0, 1), strict=False):
        curve = made["likelihood"].set_index(["mismatches", "size"])["probability"][k, size]
        last = made["observed"].set_index("mismatches").loc[k].iloc[-1]
        assert row[1:] == [percent(curve), percent(last["certain"]), percent(last["potential"])]
    sizes = tables["likelihood", t["sizes"]][1:]
    assert [row[2] for row in sizes] == [f"{size:,}" for size in made["sizes"]["size"]]
    value = made["branch_value"].set_index("branch")
    branch = texts.texts(lang)["value"].format("branch" if lang == "en" else "分库")
    cells = tables["likelihood", branch][1:]
    assert len(cells) == len(value)
    for row in cells:
        assert row[4] == f"{value.loc[row[0], 'served_certain']:,}"
        assert row[3] == f"{value.loc[row[0], 'own_genotypes']:,}"
        assert row[7] == f"{made['branch_haplotypes'].set_index('branch').loc[row[0], 'only_here']:,}"
    ages = {row[0]: row[1] for row in tables["ages", t["ages"]][1:]}
    assert ages == {row.age: f"{row.donors:,}" for row in made["ages"].itertuples() if row.donors}
    leaving = [row[2] for row in tables["ages", t["ageing_out"].format(60)][1:]]
    assert leaving == [f"{number:,}" for number in made["ageing_out"]["leaving"]]
    use = made["utilisation"].set_index("branch")
    for row in tables["use", t["utilisation"]][1:]:
        assert row[1:3] == [f"{use.loc[row[0], 'donors']:,}", f"{use.loc[row[0], 'donations']:,}"]
        assert row[4] == f"{use.loc[row[0], 'per_1000']:,.1f}"
    told = words_of(tree_of(pages[lang]))
    by_set = made["likelihood_sets"].set_index(["loci", "size"])["probability"]
    assert [row[:2] for row in now[2:]] == [[name, percent(by_set[name, size])] for name in ("6/6", "8/8")]

    def says(key, *values):
        return t[key].format(*(Number(one) if isinstance(one, int) else one for one in values))

    assert says("check_says", len(made["suspicious"]), 2000) in told
    assert says("check_ambiguous", analysed().too_ambiguous) in told
    assert says("relatives_says", len(made["relatives"])) in told
    donations = int(made["utilisation"]["donations"].sum())
    assert says("use_says", donations, 2000, f"{donations / 2:.1f}") in told
    left = round(made["attrition"]["donors_at_end"].iloc[-1])
    assert says("attrition_says", "60", "3.0 %", left, int(size), 10) in told
    gain = made["recruitment"]["gain_per_1000"]
    assert f"{100 * gain.iloc[0]:.2f}" in told and f"{100 * gain.iloc[-1]:.2f}" in told
    half = int((made["haplotypes"]["count"] >= 0.5).sum())
    name, value = first["haplotype"], percent(first["frequency"])
    loci = "A C B DRB1 DQB1"
    assert says("frequencies_says_own", len(made["haplotypes"]), loci, name, value, half) in told


def test_pictures_are_drawn_and_named(pages):
    for lang, page in pages.items():
        t = texts.texts(lang)
        pictures = tree_of(page).findall(".//figure//{http://www.w3.org/2000/svg}svg")
        labels = [picture.get("aria-label") for picture in pictures]
        assert len(labels) == len(set(labels)) == 15
        assert t["picture_likelihood"] in labels and t["picture_linkage"] in labels
        assert "宁波" in " ".join(words_of(picture) for picture in pictures)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        wanted = re.findall(r"url\(#([^)]+)\)", page) + re.findall(r'href="#([^"]+)"', page)
        assert wanted and set(wanted) <= set(ids)


def test_given_frequencies(tmp_path):
    _, registry, _ = simulated()
    given = am.Frequencies.builtin()
    made, page = written(registry, tmp_path, frequencies=given)
    assert not made.own and made.population == given.populations[0]
    assert made.haplotypes == given.sets[0]["haplotypes"] == len(made.tables["haplotypes"])
    assert made.tables["haplotypes"]["frequency"].is_monotonic_decreasing
    assert f"the set {made.population} that was given" in page
    pandas.testing.assert_frame_equal(
        made.tables["suspicious"], analytics.suspicious_typings(registry, given)
    )
    rows = {("a", "A*01:01~B*08:01"): 0.5, ("b", "A*02:01~B*07:02"): 0.5}
    two = frequencies_of(tmp_path, rows)
    for options, column in (
        ({"frequencies": two}, "population"),
        ({"frequencies": two, "population": "c"}, "population"),
        ({"population": "a"}, "population"),
        ({"frequencies": am.Frequencies.builtin(am.Nomenclature.names())}, "frequencies"),
        ({"frequencies": "builtin"}, "frequencies"),
        ({"by": "city"}, "by"),
        ({"store": "registry.db"}, "store"),
        ({"age_limit": 200}, "age_limit"),
        ({"on": "today"}, "on"),
        ({"loci": "A,Z"}, "loci"),
    ):
        with pytest.raises(am.FormatError) as caught:
            analytics.analyse(registry, **options)
        assert caught.value.column == column, options
    one = analytics.analyse(registry, frequencies=two, population="b", on=DAY)
    assert one.loci == ["A", "B"] and one.untyped_loci == ["C", "DRB1", "DQB1"]
    assert len(one.tables["haplotypes"]) == 1


def test_the_most_frequent_haplotypes_make_the_likelihood(monkeypatch):
    _, registry, _ = simulated()
    monkeypatch.setattr(sets, "LIKELIHOOD_HAPLOTYPES", 5)
    made = analytics.analyse(registry, frequencies=am.Frequencies.builtin(), on=DAY, bootstrap=0)
    five = made.tables["haplotypes"]["frequency"].head(5)
    assert made.likelihood_haplotypes == 5
    assert made.likelihood_mass == pytest.approx(five.sum()) and 0.05 < made.likelihood_mass < 0.5
    p = five / five.sum()
    expected = sum((p[i] * p[j]) ** 2 * (1 if i == j else 4) for i in range(5) for j in range(i + 1))
    curve = made.tables["likelihood"].query("mismatches == 0").iloc[-1]
    assert curve["expected_donors"] == pytest.approx(curve["size"] * expected, rel=1e-6)


# -- words ------------------------------------------------


def test_both_languages_have_the_same_texts():
    english, chinese = texts.texts("en"), texts.texts("zh")
    assert set(english) == set(chinese)
    for key in english:
        holes = [sorted(re.findall(r"\{(\d)[:}]", words[key])) for words in (english, chinese)]
        assert holes[0] == holes[1] and chinese[key], key
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "python/allomatch/analytics/pool_report").glob("*.py")
        if path.name not in ("texts.py", "column_texts.py")
    )
    for key in english:
        assert re.search(rf"""["']{key.removeprefix("col_")}["']""", sources) or re.match(
            "measure_|dpb1_", key
        ), key
    with pytest.raises(KeyError):
        texts.texts("fr")


@pytest.mark.parametrize(
    "english, chinese",
    [
        ("1 in 19,000,000 people has such a typing", "每 19,000,000 人中有 1 人为此分型"),
        ("C and B: no known haplotypes of the two fit", "C 与 B：没有已知单倍型相符"),
        ("DRB1 and DQB1: 100 times rarer together than apart", "DRB1 与 DQB1：同时出现比各自独立罕见 100 倍"),
        ("homozygous at 5 of 5 loci, as 1 in 10^9 people", "5 个位点中 5 个纯合，每 10^9 人中有 1 人如此"),
        (
            "no haplotypes fit: no haplotype of x has A*01:02; 1 in 3.1 people has such a typing",
            "没有单倍型能解释：频率集 x 中没有携带 A*01:02 的单倍型；每 3.1 人中有 1 人为此分型",
        ),
    ],
)
def test_reasons_in_chinese(english, chinese):
    assert phrases.chinese(english) == chinese


def test_every_reason_has_chinese_words(pages):
    _, registry, _ = simulated()
    found = analytics.suspicious_typings(registry, am.Frequencies.builtin(), homozygous=0.1, broken=0.5)
    assert len(found) > 20
    for words in [*found["reasons"], *analysed().tables["suspicious"]["reasons"]]:
        assert phrases.chinese(words), words
    assert "people has such" not in pages["zh"] and 'lang="zh-CN"' in pages["zh"]


@pytest.mark.parametrize(
    "value, words",
    [(0.0, "0.0 %"), (0.0004, "<0.1 %"), (0.9999, ">99.9 %"), (1.0, "100.0 %"), (0.1234, "12.3 %")],
)
def test_shares(value, words):
    assert blocks.share(value) == words


def test_values_as_texts():
    assert (blocks.small(-0.0001), blocks.p_value(0.0004), blocks.frequency(1e-6)) == (
        "0.000",
        "<0.001",
        "1.0e-06",
    )
    assert blocks.one_decimal(float("-inf")) == "-∞" and blocks.large(2e12) == "2.0e+12"


# -- files, progress, extras ------------------------------------------------


def test_what_cannot_be_written(tmp_path):
    for path, options, column in (
        ("r.pdf", {}, "report"),
        ("no/r.html", {}, "report"),
        ("r.html", {"lang": "fr"}, "lang"),
        ("r.html", {"top": 0}, "top"),
        ("r.html", {"by": "branch"}, "donors"),
    ):
        with pytest.raises(am.FormatError) as caught:
            analytics.write_pool_report(analysed(), tmp_path / path, **options)
        assert caught.value.column == column
    assert not list(tmp_path.iterdir())


def test_progress_and_a_missing_extra(monkeypatch, tmp_path):
    seen = []
    rows = [{"id": "D1", "A_1": "01:01"}, {"id": "D2", "A_1": "01:01"}]
    analytics.analyse(registry_of(rows), progress=lambda *both: seen.append(both), bootstrap=0)
    count = len(parts.PARTS)
    assert seen == [(done, count) for done in range(count + 1)]
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"allomatch\[plot\]"):
        analytics.write_pool_report(analysed(), tmp_path / "r.html")
