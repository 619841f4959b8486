# SPDX-License-Identifier: Apache-2.0
"""Status, reservations, steps to a collection and utilisation, from Python and the command line."""

import datetime
import json

import allomatch as am
import pytest
from command import call, refused, rows_of
from conftest import DONORS, PATIENTS, write_rows

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
FAR = "2199-12-31"
PATIENT = am.Patient("P1", **{name: text for name, text in PATIENTS[0].items() if name != "id"})
OTHER = am.Patient("P2", **{name: text for name, text in PATIENTS[0].items() if name != "id"})
ASKED = {"loci": "A,B,DRB1", "max_mismatches": 2}


def day(ago):
    return (TODAY - datetime.timedelta(days=ago)).isoformat()


@pytest.fixture
def path(tmp_path, donors_file):
    with am.Store.create(tmp_path / "registry.db", actor="setup") as store:
        store.import_file(donors_file, actor="setup")
    return tmp_path / "registry.db"


@pytest.fixture
def store(path):
    with am.Store.open(path) as opened:
        yield opened


def listed(store, patient=PATIENT):
    return [match.donor_id for match in store.registry().search(patient, **ASKED)]


def collect(store, donor="D1", patient="P1", **last):
    """All steps to a collection of marrow."""
    store.reserve(donor, patient, FAR, day=day(30))
    store.record_step(donor, patient, "physical_examination", day=day(20), cleared=True)
    store.record_step(donor, patient, "assessment", day=day(18), cleared=True)
    store.record_step(donor, patient, "collection_plan", day=day(10), product="marrow")
    return store.record_step(donor, patient, "collection", day=day(5), **last)


# -- status and reservation ------------------------------------------------


def test_a_reserved_donor_is_offered_to_nobody_else(store):
    assert "D1" in listed(store, PATIENT) and "D1" in listed(store, OTHER)
    assert store.reserve("D1", "P1", FAR, actor="anna") == 1
    assert "D1" in listed(store, PATIENT) and "D1" not in listed(store, OTHER)
    donors = store.registry()
    tables = donors.search_many([PATIENT, OTHER], **ASKED)
    assert [[match.donor_id for match in one] for one in tables] == [listed(store), listed(store, OTHER)]
    said = donors.why(OTHER, "D1", **ASKED)
    assert not said.listed and [reason["kind"] for reason in said.reasons] == ["reserved"]
    assert "P1" in str(said) and FAR in str(said)
    assert donors.why(PATIENT, "D1", **ASKED).listed
    store.release("D1", "P1", "the patient is well")
    assert "D1" in listed(store, OTHER)


def test_a_reserved_cord_unit_is_offered_to_nobody_else(tmp_path):
    units = [{**DONORS[0], "id": f"C{i}", "type": "cord", "tnc": "150", "cd34": "6"} for i in (1, 2, 3)]
    child, other = (
        am.Patient(name, **{k: v for k, v in PATIENTS[0].items() if k != "id"}, weight_kg=20)
        for name in ("P1", "P2")
    )
    with am.Store.create(tmp_path / "cords.db") as store:
        store.import_file(write_rows(tmp_path / "units.csv", units))
        for patient in (child, other):
            assert len(store.registry().search_cords(patient, "4/6")) == 3
        store.reserve("C2", "P1", FAR)
        found = [
            [unit.donor_id for unit in store.registry().search_cords(patient, "4/6")]
            for patient in (child, other)
        ]
        assert [sorted(one) for one in found] == [["C1", "C2", "C3"], ["C1", "C3"]]
        pairs = store.registry().search_cord_pairs(other, "4/6")
        assert [sorted((pair.first, pair.second)) for pair in pairs] == [["C1", "C3"]]


def test_a_reservation_survives_imports(store, donors_file):
    store.reserve("D1", "P1", FAR)
    assert store.import_file(donors_file).unchanged == 4
    assert "D1" not in listed(store, OTHER)
    with pytest.raises(am.StoreError, match=f"is reserved for patient P1 until {FAR}"):
        store.reserve("D1", "P2", FAR)


def test_a_status_stands_until_it_is_lifted(store, donors_file):
    store.set_status("D1", "DE", "moved away", day=day(3), actor="anna")
    assert "D1" not in listed(store)
    assert [reason["kind"] for reason in store.registry().why(PATIENT, "D1", **ASKED).reasons] == ["retired"]
    store.import_file(donors_file)
    assert store.registry().donor("D1")["status"] == "DE"
    with pytest.raises(am.StoreError, match="retired"):
        store.reserve("D1", "P1", FAR)
    store.lift_status("D1", "is back", day=day(1))
    assert "D1" in listed(store)
    store.set_status("D1", "TU", "on holiday", until=FAR)
    (match,) = [match for match in store.registry().search(PATIENT, **ASKED) if match.donor_id == "D1"]
    assert match.donor()["status"] == "TU"


@pytest.mark.parametrize(
    "given", [day(0), TODAY, datetime.datetime(TODAY.year, TODAY.month, TODAY.day, 7), None]
)
def test_days(store, given):
    store.set_status("D1", "TU", "ill", day=given)
    assert store.donor_events("D1")[0].day == day(0)


# -- steps ------------------------------------------------


def test_the_way_to_a_collection(store):
    number = collect(store, abroad=True, note="by plane")
    events = store.donor_events("D1")
    assert [event.kind for event in events] == [
        "reservation",
        "physical_examination",
        "assessment",
        "collection_plan",
        "collection",
    ]
    assert events[-1].number == number and events[-1].patient_id == "P1" and events[-1].day == day(5)
    assert events[-1].detail == {
        "abroad": "yes",
        "note": "by plane",
        "product": "marrow",
        "branch": "宁波",
        "reserved_since": day(30),
    }
    donor = store.registry().donor("D1")
    assert (donor["donations"], donor["abroad_donations"]) == ("1", "1")
    assert "D1" in listed(store, OTHER)  # the collection ended the reservation
    assert store.verify()


def test_steps_out_of_order(store):
    with pytest.raises(am.StoreError, match="is not reserved"):
        store.record_step("D1", "P1", "physical_examination", cleared=True)
    store.reserve("D1", "P1", FAR, day=day(9))
    with pytest.raises(am.StoreError, match="the physical_examination is missing"):
        store.record_step("D1", "P1", "collection")
    with pytest.raises(am.StoreError, match="is needed: whether the physical_examination cleared"):
        store.record_step("D1", "P1", "physical_examination")
    store.record_step("D1", "P1", "physical_examination", cleared=False, reason="anaemia", day=day(8))
    with pytest.raises(am.StoreError, match="physical_examination"):
        store.record_step("D1", "P1", "assessment", cleared=True)
    assert [event.kind for event in store.donor_events("D1")] == ["reservation", "physical_examination"]


def test_an_event_is_taken_back(store):
    number = collect(store)
    with pytest.raises(am.StoreError, match="is later, withdraw it first"):
        store.withdraw_event(number - 1, "wrong day")
    store.withdraw_event(number, "wrong donor", actor="anna")
    *_, event, withdrawal = store.donor_events("D1")
    assert event.withdrawn and (withdrawal.kind, withdrawal.actor) == ("withdrawal", "anna")
    assert withdrawal.detail == {"event": str(number), "reason": "wrong donor"}
    assert "D1" not in listed(store, OTHER)


@pytest.mark.parametrize(
    "change, error, match",
    [
        (lambda s: s.set_status("D9", "TU", "ill"), am.StoreError, "D9"),
        (lambda s: s.set_status("D1", "XX", "ill"), am.StoreError, "XX"),
        (lambda s: s.set_status("D1", "TU", ""), am.StoreError, "reason"),
        (lambda s: s.set_status("D1", "TU", "ill", day=FAR), am.StoreError, FAR),
        (
            lambda s: s.reserve("D1", "P1", "2999-12-31"),
            am.StoreError,
            "column until: '2999-12-31': expected a day from",
        ),
        (
            lambda s: s.set_status("D1", "TU", "ill", day="30.1.2026"),
            am.FormatError,
            "column day: '30.1.2026'",
        ),
        (lambda s: s.set_status("D1", "TU", "ill", until=20260130), am.FormatError, "column until"),
        (lambda s: s.lift_status("D1", "well"), am.StoreError, "D1"),
        (lambda s: s.reserve("D1", "P1", None), am.FormatError, "column until: 'None': expected a date"),
        (lambda s: s.reserve("D1", "P1", day(2)), am.StoreError, "until"),
        (lambda s: s.reserve("D1", 7, FAR), am.FormatError, "column patient"),
        (lambda s: s.release("D1", "P1", "well"), am.StoreError, "not reserved"),
        (lambda s: s.record_step("D1", "P1", "transplant"), am.StoreError, "transplant"),
        (lambda s: s.record_step("D1", "P1", "collection", product="bone"), am.StoreError, "bone"),
        (lambda s: s.record_step("D1", "P1", "assessment", cleared="yes"), am.FormatError, "column cleared"),
        (lambda s: s.withdraw_event(1, "wrong"), am.StoreError, "1"),
        (lambda s: s.withdraw_event("1", "wrong"), am.FormatError, "column event"),
        (lambda s: s.donor_events("D9"), am.StoreError, "D9"),
        (lambda s: s.utilisation("2026-02-01", "2026-01-01"), am.StoreError, "2026-02-01"),
        (lambda s: s.utilisation("soon"), am.FormatError, "column first: 'soon'"),
    ],
)
def test_what_is_refused_changes_nothing(store, change, error, match):
    entries = len(store.audit())
    with pytest.raises(error) as caught:
        change(store)
    assert match in str(caught.value)
    assert len(store.audit()) == entries and store.donor_events("D1") == []


# -- utilisation ------------------------------------------------


def test_utilisation(store):
    collect(store)
    store.set_status("D2", "DE", "age")
    store.set_status("捐献者三", "TU", "ill")
    found = store.utilisation(day(40), TODAY)
    assert (found.first, found.last, len(found)) == (day(40), day(0), 3)
    by_name = {branch.branch: branch for branch in found}
    here = by_name["宁波"]
    assert (here.donors, here.available, here.collections, here.examined) == (2, 2, 1, 1)
    assert (here.collections_per_1000, here.days_to_collection) == (500.0, 25.0)
    assert by_name["杭州"].retired_for == {"age": 1} and by_name["杭州"].collections_per_1000 == 0
    whole = found.whole
    assert (whole.donors, whole.available, whole.retired, whole.unavailable) == (4, 2, 1, 1)
    assert store.utilisation(day(4), TODAY).whole.collections == 0
    assert store.utilisation().first == f"{TODAY.year}-01-01"
    frame = found.to_pandas()
    assert list(frame["branch"]) == [branch.branch for branch in found] and frame["donors"].sum() == 4
    assert found.to_polars()["days_to_collection"].null_count() == 2
    retired = found.retirements.to_pandas()
    assert retired.to_dict("records") == [{"branch": "杭州", "reason": "age", "donors": 1}]


def test_utilisation_from_the_command_line(path, store, tmp_path):
    collect(store)
    store.set_status("D2", "DE", "age")
    code, out, err = call("utilisation", "--store", path, "--from", day(40), "--out", tmp_path / "u.csv")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["all", "4", "3", "0", "0", "1", "0"] in lines
    assert ["all", "1", "1", "0", "250.00", "25"] in lines
    assert ["age", "1"] in lines
    assert [row["branch"] for row in rows_of(tmp_path / "u.csv")] == [
        one.branch for one in store.utilisation()
    ]
    code, out, _ = call("utilisation", "--store", path, "--from", day(40), "--json")
    summary = json.loads(out)
    assert (
        summary["from"] == day(40) and summary["whole"]["collections"] == 1 and len(summary["branches"]) == 3
    )


# -- the command line ------------------------------------------------


def test_a_donor_from_the_command_line(path, store):
    def donor(action, *arguments):
        code, out, err = call("donor", action, *arguments, "--store", path, "--donor", "D1")
        assert (code, err) == (0, ""), err
        return out

    out = donor("reserve", "--patient", "P1", "--until", FAR, "--day", day(9), "--actor", "anna")
    assert out == f"event 1, donor D1, {day(9)}: reservation for patient P1: until {FAR}\n"
    donor(
        "step",
        "physical_examination",
        "--patient",
        "P1",
        "--cleared",
        "no",
        "--reason",
        "flu",
        "--day",
        day(8),
    )
    event = json.loads(
        donor(
            "step", "physical_examination", "--patient", "P1", "--cleared", "yes", "--day", day(7), "--json"
        )
    )["event"]
    assert event["detail"] == {"cleared": "yes", "branch": "宁波"} and event["number"] == 3
    donor("step", "assessment", "--patient", "P1", "--cleared", "yes", "--day", day(6))
    donor("step", "collection_plan", "--patient", "P1", "--product", "pbsc", "--day", day(5))
    donor("step", "mobilisation", "--patient", "P1", "--day", day(4))
    donor("step", "collection", "--patient", "P1", "--day", day(3), "--abroad", "--note", "by plane")
    donor("step", "follow_up", "--patient", "P1")
    donor("withdraw", "8", "--reason", "wrong donor")
    donor("reserve", "--patient", "P2", "--until", FAR)
    donor("release", "--patient", "P2", "--reason", "better donor")
    donor("status", "TU", "--reason", "tired", "--until", FAR)
    donor("lift", "--reason", "well again")
    events = json.loads(donor("events", "--json"))
    assert [one["kind"] for one in events] == [event.kind for event in store.donor_events("D1")]
    assert len(events) == 13 and events[7]["withdrawn"]
    shown = donor("events")
    assert "follow_up (withdrawn)" in shown and f"until {FAR}, reason tired" in shown
    donor_d4 = call("donor", "events", "--store", path, "--donor", "D4")
    assert donor_d4[:2] == (0, f"{path}: nothing happened to donor D4\n")


def test_refusals_of_the_command_line(path):
    where = ("--store", path, "--donor", "D1")
    assert "the physical_examination is missing" in refused(
        "donor", "step", "collection", *where, "--patient", "P1", "--day", day(0)
    ) or "is not reserved" in refused("donor", "step", "collection", *where, "--patient", "P1")
    assert "--reason" in refused("donor", "status", "TU", *where)
    assert "--patient" in refused("donor", "reserve", *where, "--until", FAR)
    assert "'soon'" in refused("donor", "reserve", *where, "--until", "soon", "--patient", "P1")
    assert "'7': is not one of donor D1" in refused("donor", "withdraw", "7", *where, "--reason", "wrong")
    assert "D9" in refused("donor", "events", "--store", path, "--donor", "D9")
    assert "is before" in refused(
        "utilisation", "--store", path, "--from", "2026-02-01", "--to", "2026-01-01"
    )


def test_searches_of_the_command_line_leave_a_reserved_donor_out(path, store, patients_file):
    people = ["--donors", path, "--patients", patients_file, "--loci", "A,B,DRB1", "--max-mismatches", 2]
    assert " D1 " in call("search", *people)[1]
    store.reserve("D1", "P9", FAR)
    assert " D1 " not in call("search", *people)[1]
    code, out, _ = call("why", *people, "--patient", "P1", "--donor", "D1")
    assert code == 0 and f"P9 until {FAR}" in out
