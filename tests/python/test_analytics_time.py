# SPDX-License-Identifier: Apache-2.0
"""Ages, attrition and use of the pool against plain counting by calendar."""

import gzip
from collections import Counter
from datetime import date
from statistics import median

import allomatch as am
import pytest
from pools import DAY, registry_of, simulated

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
from allomatch import analytics  # noqa: E402


def age(birth, day):
    """As birthdays count; 29 February on 1 March in common years."""
    return day.year - birth.year - ((birth.month, birth.day) > (day.month, day.day))


def plain_ages(rows, day):
    day = date.fromisoformat(day)
    return [
        (row, age(date.fromisoformat(row["birth_date"]), day) if row["birth_date"] else None)
        for row in rows
        if row["status"] != "DE"
    ]


@pytest.mark.parametrize("day", [DAY, "2026-02-28", "2028-02-29", "2026-11-23"])
def test_age_structure(day):
    rows, registry, _ = simulated()
    table = analytics.age_structure(registry, on=day, by="sex", bands=(20, 30, 31, 50))
    counted = Counter()
    for row, years in plain_ages(rows, day):
        bands = [(20, "<20"), (30, "20-29"), (31, "30"), (50, "31-49"), (999, "50+")]
        counted[row["sex"], next(name for last, name in bands if years < last)] += 1
    found = {(row.sex, row.age): row.donors for row in table.itertuples() if row.donors}
    assert found == dict(counted)
    assert table.groupby("sex")["share"].sum().tolist() == pytest.approx([1, 1])


def test_birthdays():
    rows = [
        {"id": "leap", "birth_date": "2000-02-29"},
        {"id": "eve", "birth_date": "1980-03-01"},
        {"id": "old", "birth_date": "1940-01-01"},
        {"id": "later", "birth_date": "2030-01-01"},
        {"id": "none", "birth_date": ""},
        {"id": "gone", "birth_date": "1990-01-01", "status": "DE"},
    ]
    registry = registry_of(rows)

    def ages(day):
        table = analytics.age_structure(registry, on=day, bands=(25, 26, 27, 45, 46, 47))
        return {row.age: row.donors for row in table.itertuples() if row.donors}

    assert ages("2026-02-28") == {"25": 1, "45": 1, "47+": 1, "unknown": 2}
    assert ages(date(2026, 3, 1)) == {"26": 1, "46": 1, "47+": 1, "unknown": 2}


@pytest.mark.parametrize(("limit", "day"), [(45, DAY), (60, "2024-02-29"), (31, "2026-11-23")])
def test_ageing_out_is_by_birthdays(limit, day):
    rows, registry, _ = simulated()
    table = analytics.ageing_out(registry, limit=limit, years=12, on=day, by="branch")
    start = date.fromisoformat(day)

    def first_day(year):
        try:
            return start.replace(year=start.year + year)
        except ValueError:
            return date(start.year + year, 3, 1)

    ages = plain_ages(rows, day)
    for row in table.itertuples():
        mine = [date.fromisoformat(one["birth_date"]) for one, _ in ages if one["branch"] == row.branch]
        begin, end = first_day(row.year - 1), first_day(row.year)
        assert row.first_day == begin.isoformat()
        below = [birth for birth in mine if age(birth, begin) < limit]
        leaving = [birth for birth in below if age(birth, end) >= limit]
        assert (row.donors, row.leaving) == (len(below), len(leaving)), row
        assert row.share == pytest.approx(len(leaving) / len(below) if below else 0)


def test_attrition_is_what_single_steps_give():
    rows, registry, _ = simulated()
    options = dict(years=8, yearly=0.1, reachable=0.5, recruits=90, recruit_ages={30: 2, 39: 1}, limit=45)
    table = analytics.attrition(registry, on=DAY, **options)
    pool = Counter(years for _, years in plain_ages(rows, DAY) if years < 45)
    for row in table.itertuples():
        before = sum(pool.values())
        gone = pool.pop(44, 0)
        after = Counter({years + 1: 0.9 * n for years, n in pool.items()})
        after[30] += 60
        after[39] += 30
        pool = after
        assert row.donors == pytest.approx(before) and row.aged_out == pytest.approx(gone)
        assert row.lost == pytest.approx((before - gone) * 0.1) and row.recruited == pytest.approx(90)
        assert row.donors_at_end == pytest.approx(sum(pool.values()))
        assert row.reachable == pytest.approx(sum(pool.values()) / 2)
    alone = analytics.attrition(registry, yearly=0, limit=45, years=12, on=DAY)
    leaving = analytics.ageing_out(registry, limit=45, years=12, on=DAY)
    assert alone["aged_out"].tolist() == leaving["leaving"].tolist()


def test_utilisation_is_what_counting_finds():
    rows, registry, _ = simulated()
    table = analytics.utilisation(registry).set_index("branch")
    assert set(table.index) == {row["branch"] for row in rows}
    total = sum(int(row["donations"] or 0) for row in rows)
    for branch, found in table.iterrows():
        mine = [row for row in rows if row["branch"] == branch]
        donations = [int(row["donations"] or 0) for row in mine]
        assert found["donors"] == len(mine) and found["donations"] == sum(donations)
        assert found["abroad_donations"] == sum(int(row["abroad_donations"] or 0) for row in mine)
        assert found["donors_with_donations"] == sum(n > 0 for n in donations)
        assert found["per_1000"] == pytest.approx(1000 * sum(donations) / len(mine))
        assert found["share_of_donations"] == pytest.approx(sum(donations) / total)
    whole = analytics.utilisation(registry, by=None)
    assert whole["donors"].tolist() == [len(rows)] and whole["donations"].tolist() == [total]


def test_a_branch_of_thirteen_thousand():
    rows = [{"id": f"D{n}", "branch": "Ningbo", "donations": "1" if n < 123 else ""} for n in range(13000)]
    found = analytics.utilisation(registry_of(rows)).iloc[0]
    assert found["per_1000"] == pytest.approx(9.4615, abs=1e-4)
    assert found["low"] < 123 / 13000 < found["high"]


@pytest.fixture
def collections(tmp_path):
    """Three collections and one that was withdrawn."""
    rows = [
        {"id": f"D{n}", "A_1": "02:01", "branch": branch, "sex": "F", "birth_date": "1990-01-01"}
        for n, branch in enumerate(["x", "x", "y", ""])
    ]
    with am.Store.create(tmp_path / "registry.db", actor="setup") as store:
        store.import_frame(registry_of(rows).to_pandas(), actor="anna")
        taken = [
            ("D0", "2023-01-10", "2023-03-01"),
            ("D1", "2023-05-01", "2024-01-02"),
            ("D2", "2024-02-01", "2024-02-20"),
        ]
        for donor, reserved, day in [*taken, ("D3", "2024-03-01", "2024-04-01")]:
            store.reserve(donor, "P", "2026-01-01", day=reserved)
            for step, more in (
                ("physical_examination", {"cleared": True}),
                ("assessment", {"cleared": True}),
                ("collection_plan", {"product": "marrow"}),
            ):
                store.record_step(donor, "P", step, day=reserved, **more)
            last = store.record_step(donor, "P", "collection", day=day, abroad=donor == "D2")
        store.withdraw_event(last, "not this donor")
        yield store


def test_collections_of_a_store(collections):
    table = analytics.days_to_collection(collections)
    assert table["donor_id"].tolist() == ["D0", "D1", "D2"]
    assert table["days"].tolist() == [50, 246, 19]
    assert table["branch"].tolist() == ["x", "x", "y"] and table["abroad"].tolist() == [False, False, True]
    assert table["days_to_plan"].tolist() == [0, 0, 0] and set(table["product"]) == {"marrow"}
    assert len(analytics.days_to_collection(collections, first="2024-01-01", last="2024-01-31")) == 1
    years = analytics.donations_by_year(collections, 2022, 2024).set_index(["year", "branch"])
    assert years["donations"].to_dict() == {
        (year, branch): {(2023, "x"): 1, (2024, "x"): 1, (2024, "y"): 1}.get((year, branch), 0)
        for year in (2022, 2023, 2024)
        for branch in ("", "x", "y")
    }
    whole = analytics.donations_by_year(collections, 2022, 2024, by=None).set_index("year")
    assert whole["abroad"].tolist() == [0, 0, 1]
    assert whole.loc[2024, "days_to_collection"] == median([246, 19])
    used = analytics.utilisation(collections).set_index("branch")
    assert used["donations"].to_dict() == {"": 0, "x": 2, "y": 1}


def test_donations_of_a_frame():
    import pandas

    frame = pandas.DataFrame({"day": ["2020-03-01", "2020-12-31", "2022-01-01"], "branch": ["x", None, "x"]})
    table = analytics.donations_by_year(frame)
    found = {(row.year, row.branch): row.donations for row in table.itertuples()}
    assert found == {
        (2020, ""): 1,
        (2020, "x"): 1,
        (2021, ""): 0,
        (2021, "x"): 0,
        (2022, ""): 0,
        (2022, "x"): 1,
    }
    assert analytics.donations_by_year(frame, by=None)["donations"].tolist() == [2, 0, 1]
    assert analytics.donations_by_year(frame, 2019, 2020, by=None)["donations"].tolist() == [0, 2]
    assert len(analytics.donations_by_year(frame.head(0))) == 0
    with pytest.raises(am.FormatError, match="row 2: column day: a donation has no day"):
        analytics.donations_by_year(frame.assign(day=["2020-01-01", None, "2020-01-01"]))
    for day, message in (
        ("soon", "row 1: column day: 'soon': not a date YYYY-MM-DD"),
        ("2020-02-30", "row 1: column day: '2020-02-30': not a date YYYY-MM-DD"),
        ("0001-01-01", "row 1: column day: '0001-01-01': a donation before 1900-01-01"),
        ("9999-01-01", "row 1: column day: '9999-01-01': a donation after"),
        (float("nan"), "row 1: column day: a donation has no day"),
        (7, "row 1: column day: '7': not a date"),
    ):
        with pytest.raises(am.FormatError, match=message) as caught:
            analytics.donations_by_year(frame.assign(day=day))
        assert (caught.value.row, caught.value.column) == (1, "day")
    as_dates = frame.assign(day=pandas.to_datetime(frame["day"]))
    assert analytics.donations_by_year(as_dates).equals(table)
    assert analytics.donations_by_year(frame.assign(day=as_dates["day"].dt.date)).equals(table)
    with pytest.raises(am.FormatError, match="a donation after 2021-06-01"):
        analytics.donations_by_year(frame, on="2021-06-01")
    with pytest.raises(am.FormatError, match="no such column"):
        analytics.donations_by_year(frame, by="town")
    with pytest.raises(am.FormatError, match="before the first year"):
        analytics.donations_by_year(frame, 2022, 2020)


def test_hostile_input(collections):
    empty = registry_of([])
    with pytest.raises(am.FormatError, match="'birth_date': no such donor field"):
        analytics.age_structure(empty)
    nobody = registry_of([{"id": "a", "birth_date": "", "branch": "", "donations": ""}])
    assert analytics.ageing_out(nobody)["leaving"].sum() == 0
    assert analytics.attrition(nobody)["donors_at_end"].sum() == 0
    assert analytics.age_structure(nobody).set_index("age")["donors"]["unknown"] == 1
    assert analytics.utilisation(nobody)["donations"].tolist() == [0]
    for options, message in (
        ({"yearly": 1.5}, "yearly: '1.5'"),
        ({"reachable": "all"}, "reachable: 'all': expected a number"),
        ({"recruits": -1}, "recruits"),
        ({"recruit_ages": {70: 1}}, "below 60"),
        ({"recruit_ages": (50, 20)}, "the first age is above the last"),
        ({"years": -1}, "years"),
        ({"on": "2026-02-30"}, "on: '2026-02-30': expected a date"),
        ({"on": "9999-01-01"}, "on: '9999-01-01': the 10 years that follow end after the year 9999"),
    ):
        with pytest.raises(am.FormatError, match=message):
            analytics.attrition(nobody, **options)
    with pytest.raises(am.FormatError, match="on: '9999-01-01': the 10 years"):
        analytics.ageing_out(nobody, on="9999-01-01")
    assert len(analytics.ageing_out(nobody, on="9989-01-01")) == 10
    with pytest.raises(am.FormatError, match="rising ages"):
        analytics.age_structure(nobody, bands=(30, 20))
    with pytest.raises(am.FormatError, match="expected a Store"):
        analytics.days_to_collection(nobody)
    with pytest.raises(am.FormatError, match="branch or None"):
        analytics.donations_by_year(collections, by="sex")


@pytest.mark.parametrize(
    "text",
    [
        b"day,branch\n2020-03-01,x\n2020-12-31,\n2022-01-01,x\n",
        b"\xef\xbb\xbf# list\r\nBranch;DAY;note\r\nx;2020-03-01;\r\n\r\n;2020-12-31;a\r\nx;2022-01-01;\r\n",
        b'day\t"branch"\n"2020-03-01"\t"x"\n2020-12-31\t\n 2022-01-01 \tx',
        gzip.compress(b"day,branch,,\n2020-03-01,x,,\n2020-12-31,\n2022-01-01,x\n"),
    ],
)
def test_lists_of_donations(tmp_path, text):
    path = tmp_path / "donations.csv"
    path.write_bytes(text)
    table = analytics.read_donations(path)
    assert table["day"].tolist() == ["2020-03-01", "2020-12-31", "2022-01-01"]
    assert table["branch"].tolist() == ["x", "", "x"]
    assert analytics.donations_by_year(table)["donations"].sum() == 3


def test_quoted_cells_of_a_list(tmp_path):
    path = tmp_path / "donations.csv"
    path.write_text('day,branch\n2020-03-01,"a, ""b""\nc"\n2020-03-01,d\n', encoding="utf-8")
    assert analytics.read_donations(path)["branch"].tolist() == ['a, "b"\nc', "d"]
    path.write_text('day,branch\n2020-03-01,"a\nb"\nsoon,d\n', encoding="utf-8")
    with pytest.raises(am.FormatError, match="donations.csv:4: column day: 'soon'"):
        analytics.read_donations(path)


@pytest.mark.parametrize(
    "text, row, message",
    [
        (b"", None, "the file is empty"),
        (b"\n# nothing\n", None, "no header line"),
        (b"date,branch\n2020-01-01,x\n", None, "column day: a list of donations needs this column"),
        (b"day,branch\n2020-01-01,x\n2020-13-01,x\n", 3, "'2020-13-01': not a date YYYY-MM-DD"),
        (b"day,branch\n\n1899-12-31,x\n", 3, "'1899-12-31': a donation before 1900-01-01"),
        (b"day,branch\n2026-01-02,x\n", 2, "'2026-01-02': a donation after 2026-01-01"),
        (b"day,branch\n,x\n", 2, "a donation has no day"),
        (b"day,branch\n2020-01-01\n", 2, "expected 2 cells, found 1"),
        (b"day,branch\n2020-01-01,x,y\n", 2, "expected 2 cells, found 3"),
        (b"day,Day\n", 1, "'day': the header names this column twice"),
        (b"day,branch\n2020-01-01,\xff\n", 2, "the row is not valid UTF-8"),
        (b"day,branch\n2020-01-01,\0\n", 2, "the row holds a NUL byte"),
        (b'day,branch\n2020-01-01,"x\n', 2, "a quote is not closed before the end of the file"),
        (b'day;branch\n2020-01-01;"x"y\n', 2, "text after a closing quote"),
        (b"day,branch\n2020-01-01,x\ry\n", 2, "a carriage return outside quotes"),
        ("day,branch\n".encode("utf-16"), None, "the text is UTF-16, save it as UTF-8"),
        (b"PK\x03\x04", None, "this is a zip archive or a workbook, not a text file"),
        (b"\x1f\x8b\x08", None, "truncated or corrupt gzip"),
    ],
)
def test_lists_that_cannot_be_read(tmp_path, text, row, message):
    path = tmp_path / "donations.csv"
    path.write_bytes(text)
    with pytest.raises(am.FormatError, match="donations.csv") as caught:
        analytics.read_donations(path, on="2026-01-01")
    assert message in str(caught.value) and caught.value.place == str(path) and caught.value.row == row
