# SPDX-License-Identifier: Apache-2.0
"""Reports as files: what is on a page, in both languages, and what hostile data cannot do."""

import json
import re
from html.parser import HTMLParser

import allomatch as am
import html5lib
import pytest
from allomatch.report import phrases, safe_name, texts
from allomatch.report.markup import safe
from command import call, refused
from conftest import ROOT, write_rows
from report_people import HOSTILE, donor_rows, options, patient_row, read


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    refused_row = donor_rows(1)[0] | {"id": "bad", "A_1": "<img src=x onerror=alert(4)>"}
    patients = [
        patient_row(),
        patient_row("<b>P&2"),
        patient_row("P3", A=("34:01", "66:01"), B=("57:01", "13:02")),
    ]
    return read(folder, [*donor_rows(40), refused_row], patients)


@pytest.fixture(scope="module")
def frequencies():
    return am.Frequencies.builtin()


def page_of(tmp_path, world, lang="en", patient=0, **more):
    registry, patients, reports = world
    asked = options(**more)
    path = tmp_path / "r.html"
    matches = registry.search(patients[patient], **asked)
    assert am.write_report(path, matches, lang=lang, searched=asked, reports=reports) == [path]
    return path.read_text(encoding="utf-8"), matches


def tree_of(page):
    """Parsed strictly: an error of the HTML raises."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words_of(element):
    return " ".join("".join(element.itertext()).split())


def spaced(element):
    """The same with a space between elements."""
    return " ".join(" ".join(element.itertext()).split())


def rows_of(tree):
    return tree.findall(".//tbody[@class='donor']/tr[1]")


# -- content ------------------------------------------------


def test_what_a_page_says(tmp_path, world, frequencies):
    page, matches = page_of(tmp_path, world, frequencies=frequencies, where="age < 50")
    tree = tree_of(page)
    assert tree.get("lang") == "en" and words_of(tree.find(".//h1")) == "Patient P1"
    header = spaced(tree.find(".//header"))
    for told in ("2001-06-02", "Age 24", "Sex F", "ABO A", "CMV N", "Weight, kg 61", "02:01 + 24:02"):
        assert told in header, told
    rows = rows_of(tree)
    assert len(rows) == len(matches) > 20
    table = tree.find(".//table[@id='donors']")
    assert words_of(table.find("caption")) == "Donors for patient P1, best first"
    heads = table.findall("thead/tr[@class='heads']/th")
    assert all(head.get("scope") == "col" for head in heads)
    names = [words_of(head) for head in heads]
    for name in (
        "Rank",
        "Donor",
        "Match class",
        "P(0)",
        "P(1)",
        "A",
        "DQB1",
        "Age",
        "CMV",
        "Status",
        "Branch",
    ):
        assert name in names, names
    assert [head.get("aria-sort") for head in heads] == ["ascending"] + ["none"] * (len(heads) - 1)
    for row, match in zip(rows, matches, strict=True):
        cells = dict(zip(names, map(words_of, row), strict=True))
        assert cells["Rank"] == str(match.rank)
        assert cells["Donor"] == safe_text(match.donor_id) + ", details"
        assert cells["Match class"].startswith(f"{10 - match.mismatches}/10")
        assert ("potential" in cells["Match class"]) == (match.mismatches != match.mismatches_max)
        assert cells["A"] == match.letters["A"]
        if match.p is not None:
            assert cells["P(0)"] == am.percent_text(match.p0) + " %"
        assert cells["Age"] == ("–" if match.age is None else str(match.age))
    searched = tree.find(".//section[@id='searched']")
    searched = spaced(searched) + words_of(searched)
    assert str(tmp_path) not in page
    for told in (
        "mismatches: at most 2",
        "age < 50",
        "default mismatches, antigen mismatches",
        "2026-01-01",
        "A B C DRB1 DQB1",
        f"{len(world[0])} in the registry, {matches.total} within the limits, {len(matches)} listed here",
        "908 haplotypes",
        "donors.csv: 41 rows read, 40 taken, 1 refused",
        "are not part of this search: 1.",
        "<img src=x onerror=alert(4)>",
    ):
        assert told in searched, (told, searched)


def safe_text(text):
    return "".join(char if char.isprintable() else f"[U+{ord(char):04X}]" for char in text)


def test_what_unfolds(tmp_path, world, frequencies):
    page, matches = page_of(tmp_path, world, frequencies=frequencies)
    details = tree_of(page).findall(".//tr[@class='detail']")
    for detail, match in zip(details, matches, strict=True):
        words = words_of(detail)
        explained = match.explain()
        for locus in explained:
            for position in locus["positions"]:
                assert position["reason"] in words
        assert match.reason in words
        for value in match.criteria.values():
            assert value in words
        pictures = detail.findall(".//{http://www.w3.org/2000/svg}svg")
        assert len(pictures) == (match.p is not None)
        for picture in pictures:
            assert am.percent_text(match.p0) in picture.get("aria-label")
        for locus in match.also:
            assert f"{locus}not searched" in words


def test_also_and_dpb1_have_columns(tmp_path, world):
    page, matches = page_of(tmp_path, world)
    names = [words_of(head) for head in tree_of(page).findall(".//tr[@class='heads']/th")]
    assert any(match.also for match in matches) == ("DPB1not searched" in names)
    assert any(match.dpb1_tce for match in matches) == ("DPB1 TCE" in names)
    assert any(match.b_leader for match in matches) == ("B leader" in names)


def test_counts_by_class(tmp_path, world):
    page, matches = page_of(tmp_path, world, top=3)
    tree = tree_of(page)
    rows = tree.findall(".//table[@class='summary']/tbody/tr")
    assert [words_of(row.find("td")) for row in rows] == [f"{one['donors']:,}" for one in matches.summary()]
    assert len(rows_of(tree)) == 3 and f"{matches.total} within the limits, 3 listed here" in page


def test_what_no_donor_has_is_said(tmp_path):
    donors = [{k: v for k, v in row.items() if k not in ("branch", "weight_kg")} for row in donor_rows(8)]
    page, _ = page_of(tmp_path, read(tmp_path, donors, [patient_row()]))
    assert "without a column" in page and "Weight, kg, Branch." in page
    assert "Searched without haplotype frequencies" in page and "P(0)</button>" not in page


def test_no_donor(tmp_path, world):
    page, matches = page_of(tmp_path, world, patient=2)
    assert len(matches) == 0
    tree = tree_of(page)
    assert "No donor was found within the limits of this search." in words_of(tree)
    assert tree.find(".//table[@id='donors']") is None
    page, _ = page_of(tmp_path, world, patient=2, lang="zh")
    assert "没有找到任何供者" in page


def test_compare_has_no_ranks(tmp_path, world):
    registry, patients, _ = world
    path = tmp_path / "r.html"
    am.write_report(path, registry.compare(patients[0], loci="A,B"), most=7)
    tree = tree_of(path.read_text(encoding="utf-8"))
    assert len(rows_of(tree)) == 7 and "in the order of the registry" in words_of(tree)


# -- hostile data ------------------------------------------------


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("patient", [0, 1])
def test_data_cannot_become_markup(tmp_path, world, frequencies, lang, patient):
    page, _ = page_of(tmp_path, world, lang=lang, patient=patient, frequencies=frequencies)
    tree_of(page)
    parser = Tags()
    parser.feed(page)
    tags = [tag for tag, _ in parser.tags]
    assert tags.count("script") == 1 and tags.count("style") == 1 and "img" not in tags
    for _, attributes in parser.tags:
        assert not any(name.startswith("on") for name in attributes), attributes
    assert "\u202e" not in page and "[U+202E]gnp.exe" in page
    for id in HOSTILE:
        assert safe(id) in page
    assert page.count("<bdi") == page.count("</bdi>")


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_nothing_from_the_network(tmp_path, world, lang):
    page, _ = page_of(tmp_path, world, lang=lang)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page.replace("//d", ""))
    parser = Tags()
    parser.feed(page)
    for tag, attributes in parser.tags:
        for name in ("src", "href", "action", "data", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:,")), (tag, value)
    assert "default-src 'none'" in page


def test_escaping():
    assert safe("<a href='x'>&\"") == "&lt;a href=&#x27;x&#x27;&gt;&amp;&quot;"
    assert safe("a\nb\u2066c\x00\ud800") == "a b[U+2066]c[U+0000][U+D800]"
    assert safe("患者 İ مريض") == "患者 İ مريض"


# -- languages ------------------------------------------------


def test_both_languages_have_the_same_texts():
    english, chinese = texts.texts("en"), texts.texts("zh")
    assert set(english) == set(chinese)
    for key in english:
        blanks = [sorted(re.findall(r"\{\d\}", words[key])) for words in (english, chinese)]
        assert blanks[0] == blanks[1], key
        assert chinese[key], key
    with pytest.raises(KeyError):
        texts.texts("fr")


def test_every_text_is_used():
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "python/allomatch/report").glob("*.py")
        if path.name != "texts.py"
    )
    made = r"(letter|tce|expression|leader|cmv|abo|sex|status|field|direction)_"
    for key in texts.texts("en"):
        assert re.search(rf"""["']{key}["']""", sources) or re.match(made, key), key


def test_chinese_pages_have_chinese_reasons(tmp_path, world, frequencies):
    page, matches = page_of(tmp_path, world, lang="zh", frequencies=frequencies)
    tree = tree_of(page)
    assert tree.get("lang") == "zh-CN" and words_of(tree.find(".//h1")) == "患者 P1"
    known = [phrases.chinese(match.reason) for match in matches if match.reason]
    assert known and None not in known
    for match in matches:
        for locus in match.explain():
            for position in locus["positions"]:
                assert phrases.chinese(position["reason"]), position["reason"]
        for name, value in match.criteria.items():
            assert phrases.chinese(value), (name, value)
            assert phrases.criterion_name(name, "zh") != name.replace("_", " ") or name == "cmv", name
    for row in matches.summary():
        assert phrases.chinese(row["class"]), row
    left = [words_of(one) for one in tree.findall(".//*[@lang='en']")]
    assert all("donors.csv" in one for one in left) and len(left) == 1
    assert "未作翻译" in page


# -- files ------------------------------------------------


def test_several_patients_have_a_page_each(tmp_path, world, frequencies):
    registry, patients, _ = world
    table = registry.search_many(patients, **options(frequencies=frequencies))
    written = am.write_report(tmp_path / "all.html", table)
    assert [path.name for path in written] == ["all-P1.html", "all-_b_P_2.html", "all-P3.html", "all.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in written)
    tree = tree_of(written[-1].read_text(encoding="utf-8"))
    links = tree.findall(".//tbody//a")
    assert [link.get("href") for link in links] == ["all-P1.html", "all-_b_P_2.html", "all-P3.html"]
    assert [words_of(link) for link in links] == ["P1", "<b>P&2", "P3"]
    cells = [[words_of(cell) for cell in row] for row in tree.findall(".//tbody/tr")]
    assert cells[0][1] == str(table[0].total) and cells[0][2] == safe_text(table[0][0].donor_id)
    assert cells[2][1:] == ["0", "–", "–", "–"]


def test_names_of_files(tmp_path, world):
    assert safe_name("../a/b\\c:d*e") == "___a_b_c_d_e" and safe_name("患者-2_x") == "患者-2_x"
    registry = world[0]
    patients = [am.Patient(id, A=("02:01", "24:02")) for id in ("p/1", "P.1", "p:1", "患者")]
    written = am.write_report(tmp_path / "r.html", registry.search_many(patients, loci="A"))
    assert [path.name for path in written] == [
        "r-p_1.html",
        "r-P_1-2.html",
        "r-p_1-3.html",
        "r-患者.html",
        "r.html",
    ]
    links = tree_of(written[-1].read_text(encoding="utf-8")).findall(".//tbody//a")
    assert links[-1].get("href") == "r-%E6%82%A3%E8%80%85.html"


def test_one_patient_of_a_table_has_one_page(tmp_path, world):
    table = world[0].search_many(world[1][:1], **options())
    assert am.write_report(tmp_path / "r.html", table) == [tmp_path / "r.html"]


def test_what_cannot_be_written(tmp_path, world):
    matches = world[0].search(world[1][0], **options())
    for path, lang, column in (
        ("r.pdf", "en", "report"),
        ("no/r.html", "en", "report"),
        ("r.html", "fr", "lang"),
    ):
        with pytest.raises(am.FormatError) as caught:
            am.write_report(tmp_path / path, matches, lang=lang)
        assert caught.value.column == column
    assert not list(tmp_path.iterdir())


def test_the_package_has_style_and_script():
    import allomatch.report

    folder = ROOT / "python/allomatch/report"
    installed = {path.name for path in type(ROOT)(allomatch.report.__file__).parent.iterdir()}
    assert {path.name for path in folder.iterdir() if path.suffix in (".css", ".js")} <= installed


# -- command line ------------------------------------------------


def test_search_writes_reports(tmp_path):
    people = ["--donors", write_rows(tmp_path / "donors.csv", donor_rows(30))]
    people += ["--patients", write_rows(tmp_path / "patients.csv", [patient_row(), patient_row("P2")])]
    more = ["--max-mismatches", "2", "--on", "2026-01-01", "--report", tmp_path / "r.html"]
    code, out, err = call("search", *people, *more)
    assert (code, err) == (0, "") and f"report written to {tmp_path / 'r.html'}" in out
    assert "the best 10 shown" in out
    page = (tmp_path / "r-P1.html").read_text(encoding="utf-8")
    assert (tmp_path / "r-P2.html").exists() and len(rows_of(tree_of(page))) == 30
    assert "patients.csv: 2 rows read, 2 taken, 0 refused" in words_of(tree_of(page))

    out_file = tmp_path / "m.csv"
    more += ["--lang", "zh", "--top", "4", "--out", out_file, "--frequencies", "builtin", "--json"]
    code, out, err = call("search", *people, *more)
    assert (code, err) == (0, "") and json.loads(out)["report"] == str(tmp_path / "r.html")
    page = (tmp_path / "r-P1.html").read_text(encoding="utf-8")
    assert len(rows_of(tree_of(page))) == 4 and "P(0)" in page and "最多 2 个错配" in page
    assert out_file.read_text(encoding="utf-8").count("\n") == 9


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--report", "r.pdf"], "r.pdf"),
        (["--report", "no/such/r.html"], "no/such"),
        (["--lang", "zh"], "--report"),
        (["--report", "r.html", "--lang", "fr"], "fr"),
    ],
)
def test_options_that_do_not_fit(people, tmp_path, arguments, told):
    assert told in refused("search", *people, *arguments, cwd=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["donors.csv", "patients.csv"]
