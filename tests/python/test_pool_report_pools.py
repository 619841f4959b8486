# SPDX-License-Identifier: Apache-2.0
"""The report of pools of any kind: small, odd, with wrong options, with hostile data."""

import datetime
import re
from collections import Counter
from html.parser import HTMLParser

import allomatch as am
import pytest
from command import refused
from pools import DAY, frequencies_of, registry_of, simulated

pandas = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
html5lib = pytest.importorskip("html5lib", reason="needs html5lib: pip install 'allomatch[test]'")
from allomatch import analytics  # noqa: E402
from allomatch.analytics.pool_report import parts, sets, texts  # noqa: E402
from pool_pages import HOSTILE, tables_of, tree_of, words_of, written  # noqa: E402


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
