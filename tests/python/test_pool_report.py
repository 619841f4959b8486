# SPDX-License-Identifier: Apache-2.0
"""The report of a pool: its numbers are those of the functions, in both languages, for pools of any kind."""

import datetime
import functools
import re
import sys
from collections import Counter
from html.parser import HTMLParser

import allomatch as am
import pytest
from command import as_json, call, refused, said
from conftest import ROOT, write_rows
from pools import DAY, frequencies_of, registry_of, simulated

pandas = pytest.importorskip("pandas")
pytest.importorskip("matplotlib")
html5lib = pytest.importorskip("html5lib")
from allomatch import analytics  # noqa: E402
from allomatch._words import Number  # noqa: E402
from allomatch.analytics.pool_report import blocks, parts, sets, texts  # noqa: E402
from allomatch.report import phrases  # noqa: E402

HOSTILE = ("<script>alert(1)</script>", "$x^{", "\u202egnp", "W" * 64, "a\nb", "مريض", "宁波", "")


@functools.cache
def analysed():
    return analytics.analyse(simulated()[1], on=DAY, bootstrap=20)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pool")
    for lang in texts.LANGUAGES:
        analytics.write_pool_report(analysed(), folder / f"{lang}.html", lang=lang)
    return {lang: (folder / f"{lang}.html").read_text(encoding="utf-8") for lang in texts.LANGUAGES}


def tree_of(page):
    """Parsed strictly: an error of the HTML raises."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words_of(element):
    return " ".join("".join(element.itertext()).split())


def tables_of(page):
    """Rows of cells of each table, by section and caption."""
    found = {}
    for section in tree_of(page).findall(".//section"):
        for table in section.findall(".//table"):
            rows = [[words_of(cell) for cell in row] for row in table.findall(".//tr")]
            found[section.get("id"), words_of(table.find("caption"))] = rows
    return found


def written(registry, folder, lang="en", **options):
    path = folder / "pool.html"
    made = analytics.write_pool_report(registry, path, lang=lang, **{"on": DAY, "bootstrap": 20} | options)
    return made, path.read_text(encoding="utf-8")


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


# -- pools of any kind ------------------------------------------------


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_small_and_odd_pools(tmp_path, lang):
    one = {"id": "D1", "A_1": "01:01", "A_2": "02:01", "B_1": "08:01", "B_2": "07:02"}
    t = texts.texts(lang)
    for rows, missing, told in (
        ([one], {"observed"}, t["why_one_donor"]),
        (
            [one, one | {"id": "D2"}],
            {"utilisation", "ages", "branch_value"},
            t["why_no_field"].format("branch"),
        ),
        ([{"id": "D1"}, {"id": "D2"}], {"alleles", "likelihood", "relatives"}, t["why_no_loci"]),
        ([{"id": f"D{i}", "A_1": "01:01"} for i in range(3)], {"linkage"}, t["why_one_locus"]),
        ([one | {"birth_date": "", "branch": "", "sex": ""}], {"observed", "utilisation"}, None),
        (
            [
                one | {"id": f"D{i}", "birth_date": "1990-01-01", "sex": "F", "donations": "1"}
                for i in range(2)
            ],
            {"utilisation"},
            "D1",
        ),
    ):
        made, page = written(registry_of(rows), tmp_path, lang)
        assert missing <= set(made.left_out), made.left_out
        assert all(len(tree_of(page).findall(f".//section[@id='{one}']")) == 1 for one in ("typing", "use"))
        assert told is None or told in words_of(tree_of(page))
        assert "Left out: column" not in page
    empty = am.Registry.from_frame(pandas.DataFrame({"id": [], "A_1": [], "A_2": []}, dtype=str))
    made, page = written(empty, tmp_path, lang)
    assert set(made.tables) == {"numbers"} and t["why_no_donors"] in page


def test_names_without_a_nomenclature(tmp_path):
    rows = [
        {"id": f"D{i}", "A_1": "01:01", "A_2": "02:01", "B_1": "08:01", "B_2": "07:02", "C_1": "07:01"}
        for i in range(4)
    ]
    made, page = written(registry_of(rows, am.Nomenclature.names()), tmp_path, loci="A,B,C")
    assert made.set_name == "6/6" and "6/6" in page and "starter" not in page
    assert made.tables["haplotypes"]["frequency"].sum() == pytest.approx(1)


def test_donations_and_a_store(tmp_path):
    day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    rows = [
        {"id": f"D{i}", "A_1": "01:01", "A_2": "02:01", "branch": branch, "donations": "0"}
        for i, branch in enumerate(["x", "x", "$y^"])
    ]
    with am.Store.create(tmp_path / "registry.db", actor="setup") as store:
        store.import_frame(registry_of(rows).to_pandas(), actor="anna")
        store.reserve("D2", "P", "2100-01-01", day="2024-01-11")
        for step, more in (
            ("physical_examination", {"cleared": True}),
            ("assessment", {"cleared": True}),
            ("collection_plan", {"product": "marrow"}),
            ("collection", {}),
        ):
            store.record_step("D2", "P", step, day="2024-01-30", **more)
        made, page = written(store.registry(), tmp_path, store=store, on=day)
        assert made.tables["days_to_collection"]["days"].tolist() == [19]
        by_year = made.tables["donations_by_year"]
        assert by_year["donations"].sum() == 1 and by_year.query("year == 2024")["donations"].sum() == 1
        assert "1 collection; the median from the reservation is 19 days." in page
        listed = pandas.DataFrame({"day": ["2019-01-01", "2020-01-01", "2020-02-01"]})
        made, page = written(store.registry(), tmp_path, store=store, donations=listed)
        assert made.tables["donations_by_year"]["donations"].tolist() == [1, 2]
        assert "3 donations from 2019 to 2020, 2 in the last year." in page
        with pytest.raises(am.FormatError, match="no such column"):
            analytics.analyse(store.registry(), donations=pandas.DataFrame({"date": []}))


def test_one_donor_is_told_in_the_singular(tmp_path):
    one = {"id": "D1", "A_1": "01:01", "A_2": "01:01", "B_1": "08:01", "B_2": "08:01", "branch": "x"}
    one |= {"donations": "1", "birth_date": "1990-01-01", "status": "AV"}
    _, page = written(registry_of([one]), tmp_path)
    told = words_of(tree_of(page))
    for words in ("With 1 donor,", "1 donation of 1 donor:", "1 donor is below 60", "1 haplotype at A B"):
        assert words in told, words
    for words in ("1 donors", "1 branches", "1branches", "1 typings", "hang together", "No locus deviates"):
        assert words not in told, words
    figures = [words_of(div) for div in tree_of(page).findall(".//dl/div")]
    assert "1branch" in figures and "1donor in the pool" in figures


def test_unknown_ages_are_said(tmp_path):
    rows = [{"id": f"D{i}", "A_1": "01:01", "birth_date": ""} for i in range(3)]
    _, page = written(registry_of(rows), tmp_path)
    assert "age is known, so nothing" in page and "are below" not in page
    rows += [{"id": "D9", "A_1": "01:01", "birth_date": "1990-01-01"}]
    _, page = written(registry_of(rows), tmp_path)
    assert "1 donor is below 60" in page and "The age of 3 donors is not known." in page


def test_years_long_ago_are_only_counted(tmp_path):
    registry = registry_of([{"id": "D1", "A_1": "01:01"}])
    listed = pandas.DataFrame({"day": ["1920-05-01", *[f"{year}-01-01" for year in range(1990, 2026)]]})
    made, page = written(registry, tmp_path, donations=listed)
    assert len(made.tables["donations_by_year"]) == 106
    assert "37 donations from 1920 to 2025" in page
    assert "Picture and table begin with 2001; 12 donations were earlier." in page
    shown = tables_of(page)["use", "Donations by year"]
    assert [row[0] for row in shown[1:]] == [str(year) for year in range(2001, 2026)]
    for days, message in (
        (["2020-01-01", "1899-12-31"], "row 2: column day: '1899-12-31': a donation before 1900-01-01"),
        (["2026-01-02"], "row 1: column day: '2026-01-02': a donation after 2026-01-01"),
    ):
        with pytest.raises(am.FormatError, match=message):
            analytics.analyse(registry, on=DAY, donations=pandas.DataFrame({"day": days}))


def test_why_there_is_no_estimate(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise am.FormatError("column loci: every typing is too ambiguous", column="loci")

    monkeypatch.setattr(parts, "estimate", refuse)
    registry = registry_of([{"id": f"D{i}", "A_1": "01:01", "B_1": "08:01"} for i in range(3)])
    made, page = written(registry, tmp_path)
    why = "Left out: haplotype frequencies could not be estimated: every typing is too ambiguous"
    assert made.left_out["haplotypes"] == why and why in page
    for name in ("linkage", "likelihood", "relatives", "suspicious"):
        assert made.left_out[name].endswith("it takes haplotype frequencies, which could not be estimated.")


def test_wrong_options_are_no_missing_parts():
    _, registry, _ = simulated()
    for options, column in (({"bootstrap": 1}, "bootstrap"), ({"on": "9999-12-31"}, "on")):
        with pytest.raises(am.FormatError) as caught:
            analytics.analyse(registry, **options)
        assert caught.value.column == column


def test_dpb1_of_those_typed_there(tmp_path):
    hf = {"A*01:01~B*08:01~DPB1*04:01": 0.5, "A*02:01~B*07:02~DPB1*02:01": 0.5}
    rows = [
        {"id": f"D{i}", "A_1": "01:01", "A_2": "02:01", "B_1": "08:01", "B_2": "07:02"}
        | ({"DPB1_1": "04:01", "DPB1_2": "02:01"} if i % 2 else {})
        for i in range(40)
    ]
    made, page = written(registry_of(rows), tmp_path, loci="A,B")
    found = made.tables["likelihood_dpb1"]
    assert list(dict.fromkeys(found["dpb1"])) == ["", "permissive", "match"]
    by_kind = {kind: part["probability"].to_numpy() for kind, part in found.groupby("dpb1")}
    assert (by_kind["match"] <= by_kind["permissive"]).all() and (by_kind["permissive"] <= by_kind[""]).all()
    assert "With DPB1 as well" in page and "among the 20 donors typed there" in page
    observed = made.tables["observed_dpb1"]
    wanted = analytics.observed_likelihood(registry_of(rows), loci="A,B", dpb1="permissive")
    pandas.testing.assert_frame_equal(observed, wanted)
    assert observed["size"].iloc[-1] == 19 and observed["certain"].iloc[-1] == 1
    made, page = written(registry_of(rows), tmp_path, loci="A,B", frequencies=frequencies_of(tmp_path, hf))
    likely = analytics.match_likelihood(frequencies_of(tmp_path, hf), sizes=[1000], loci="A,B", dpb1="match")
    row = made.tables["likelihood_dpb1"].set_index(["dpb1", "size"]).loc[("match", 1000)]
    assert row["probability"] == pytest.approx(likely["probability"].iloc[0])
    few = [row | {"DPB1_1": "", "DPB1_2": ""} for row in rows[:-2]] + rows[-2:]
    made, page = written(registry_of(few), tmp_path, loci="A,B")
    assert "fewer than 20 %" in made.left_out["likelihood_dpb1"] and "With DPB1" not in page


def test_recruitment_of_the_largest_branches(monkeypatch):
    monkeypatch.setattr(sets, "LEAST_PEOPLE", 200)
    monkeypatch.setattr(sets, "LARGEST", 3)
    rows, registry, _ = simulated()
    made = analytics.analyse(registry, on=DAY, bootstrap=0)
    found = made.tables["recruitment"].set_index("population")
    standing = Counter(row["branch"] for row in rows if row["status"] != "DE")
    largest = [name for name, _ in standing.most_common(3)]
    assert set(found.index) == {*largest, ""}
    assert {name: found.loc[name, "donors"] for name in largest} == {name: standing[name] for name in largest}
    assert found.loc["", "donors"] == sum(standing.values()) - sum(standing[name] for name in largest)
    assert (found["gain"] > 0).all()


def test_groups_by_the_year_of_a_date(tmp_path, monkeypatch):
    _, registry, _ = simulated()
    few = analytics.analyse(registry, by="registered_year", loci="A", bootstrap=0)
    assert "groups are too many to estimate" in few.left_out["branch_haplotypes"]
    assert list(few.tables["recruitment"]["population"]) == [""]
    monkeypatch.setattr(parts, "MOST_BRANCHES", 100)
    made, page = written(registry, tmp_path, by="registered_year", loci="A,B", bootstrap=0)
    years = set(made.tables["completeness_by"]["registered_year"]) - {""}
    assert set(made.tables["branch_haplotypes"]["registered_year"]) <= years
    told = words_of(tree_of(page))
    assert "registered_year" not in told and "registered (year)" in told
    assert page.count("year of registration") == 0


def test_ambiguous_typings_are_not_called_wrong(tmp_path):
    _, registry, _ = simulated()
    made, page = written(registry, tmp_path)
    unexplained = int((made.tables["typing_probabilities"]["log10_probability"] == float("-inf")).sum())
    ambiguous = made.not_estimated[
        (made.tables["typing_probabilities"]["log10_probability"] == float("-inf")).to_numpy()
    ].sum()
    assert ("left out as too ambiguous" in page) == (ambiguous > 0)
    assert ambiguous <= unexplained


def test_a_wrong_list_ends_the_command(donors_file, tmp_path):
    listed = tmp_path / "list.csv"
    listed.write_text("day;branch\n2020-01-01;x\n01.02.2021;x\n", encoding="utf-8")
    told = refused("analyse", "--donors", donors_file, "--on", DAY, "--donations", listed)
    assert f"{listed}:3: column day: '01.02.2021': not a date YYYY-MM-DD" in told


# -- hostile data ------------------------------------------------


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_data_cannot_become_markup(tmp_path, lang):
    person = {"A_1": "01:01", "A_2": "02:01", "B_1": "08:01", "B_2": "07:02", "sex": "F"}
    rows = [
        person | {"id": f"{name[:60]}{i}", "branch": name, "birth_date": "1990-01-01", "donations": "1"}
        for name in HOSTILE
        for i in range(2)
    ]
    made, page = written(registry_of(rows), tmp_path, lang)
    assert {"utilisation", "branch_value", "duplicates"} <= set(made.tables)
    tree_of(page)
    parser = Tags()
    parser.feed(page)
    tags = [tag for tag, _ in parser.tags]
    assert tags.count("style") == 1 and not {"script", "img", "iframe", "object"} & set(tags)
    for tag, attributes in parser.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes), attributes
        for name in ("src", "href", "action", "xlink:href"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:,", "data:image/png;base64,")), (tag, value)
    assert "\u202e" not in page and "[U+202E]gnp" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "$x^{" in page
    assert not re.search(r"https?:|@import|xmlns", page)
    assert "default-src 'none'" in page and "script-src 'none'" in page


def test_many_groups(tmp_path):
    rows = [
        {"id": f"D{i}", "A_1": "01:01", "A_2": "02:01", "branch": f"branch {i % 45}", "donations": "0"}
        for i in range(100)
    ]
    _, page = written(registry_of(rows), tmp_path, top=3)
    assert page.count("The picture shows the 30 largest of 45 groups.") == 3
    assert "1,000 more donors raise the likelihood of a 2/2 donor by" in page
    assert "The first 3 of 45." in page


def test_a_long_name_does_not_push_the_columns_away(tmp_path):
    rows = [{"id": f"D{i}", "A_1": "01:01", "branch": "W" * 300, "donations": "1"} for i in range(3)]
    _, page = written(registry_of(rows), tmp_path)
    assert f'<span class="long"><bdi>{"W" * 300}</bdi></span>' in page


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


# -- command line ------------------------------------------------


@pytest.fixture
def pool_file(tmp_path):
    return write_rows(tmp_path / "donors.csv", simulated()[0][:300])


def test_the_command(pool_file, tmp_path):
    asked = ["analyse", "--donors", pool_file, "--on", DAY, "--bootstrap", "20"]
    code, out, err = call(*asked)
    assert code in (0, 3) and err == ""
    for told in (
        "== The pool in numbers ==",
        "donors in the pool",
        "Donors needed",
        "Left out: neither a store",
    ):
        assert told in out, told
    listed = tmp_path / "donations.csv"
    listed.write_text("day,branch\n2020-01-01,x\n2021-01-01,\n", encoding="utf-8")
    report = tmp_path / "r.html"
    code, out, err = call(*asked, "--out", report, "--lang", "zh", "--top", 4, "--donations", listed)
    assert code in (0, 3) and err == "" and f"report written to {report}" in out
    page = report.read_text(encoding="utf-8")
    assert "供者库分析报告" in page and "2020 至 2021 年共 2 例" in page
    assert all(len(table.findall("tbody/tr")) <= 10 for table in tree_of(page).findall(".//table"))


def test_the_command_as_json(tmp_path):
    rows = [
        {"id": f"D{i}", "A_1": "01:01", "A_2": "02:01", "B_1": "08:01", "B_2": "07:02", "branch": "x"}
        for i in range(3)
    ]
    donors = write_rows(tmp_path / "donors.csv", rows)
    found = as_json("analyse", "--donors", donors, "--loci", "A,B", "--frequencies", "builtin", "--on", DAY)
    assert found["loci"] == ["A", "B"] and found["population"] and found["on"] == DAY
    assert {"measure": "donors", "value": 3} in found["tables"]["numbers"]
    assert found["tables"]["branch_value"][0]["branch"] == "x"
    assert "typing_probabilities" not in found["tables"] and "ages" in found["left_out"]
    assert found["frequencies"]["sets"][0]["haplotypes"] == len(found["tables"]["haplotypes"])


def test_the_command_takes_a_store(store, tmp_path):
    told = said("analyse", "--donors", tmp_path / "registry.db", "--loci", "6/6", "--bootstrap", "0")
    assert "Days to collection: Left out: no collection is recorded." in told
    assert "4 donors in the pool" in told


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--out", "r.pdf"], "r.pdf"),
        (["--out", "no/r.html"], "no/r.html"),
        (["--by", "city"], "city"),
        (["--population", "x"], "--frequencies"),
        (["--lang", "fr"], "fr"),
        (["--top", "0"], "--top"),
        (["--donations", "donors.csv"], "column day"),
        (["--donations", "nothing.csv"], "nothing.csv"),
        (["--bootstrap", "1"], "bootstrap: '1'"),
        (["--on", "9999-12-31"], "on: '9999-12-31': the 10 years that follow end after the year 9999"),
        (["--donations", "d.html", "--out", "d.html"], "overwrite"),
    ],
)
def test_options_that_do_not_fit(donors_file, arguments, told):
    folder = donors_file.parent
    assert told in refused("analyse", "--donors", donors_file, *arguments, cwd=folder)
    assert [path.name for path in folder.iterdir()] == ["donors.csv"]
