# SPDX-License-Identifier: Apache-2.0
"""Another release for the typings of a store: what would change, and the change."""

import json

import allomatch as am
import pytest
from command import call, refused, rows_of
from conftest import DONORS, write_rows

# Without a nomenclature there are no split antigens and no NMDP codes to read.
LOST = {**DONORS[0], "id": "L1", "A_1": "A203"}


@pytest.fixture
def path(tmp_path):
    with am.Store.create(tmp_path / "registry.db") as store:
        store.import_file(write_rows(tmp_path / "donors.csv", [*DONORS, LOST]))
        store.write_snapshot()
    return tmp_path / "registry.db"


def test_rules_are_compared_without_a_change(path):
    names = am.Nomenclature.names()
    with am.Store.open(path) as store:
        before = store.info
        changes = store.compare_rules(names)
        assert changes[0][:5] == ("L1", "A", "A203", "lost", "A203 + A2") or changes[0].change == "lost"
        assert changes[0].donor_id == "L1" and changes.donors["lost"] == 1
        assert (len(changes.before), len(changes.after)) == (5, 4)
        assert changes.after.store_id is None
        assert store.info == before and len(store.registry()) == 5
        same = store.compare_rules(am.Nomenclature.builtin())
        assert len(same) == 0 and same.donors["same"] == 5


def test_a_switch(path):
    names = am.Nomenclature.names()
    with am.Store.open(path) as store:
        held = store.registry()
        store.switch_rules(names, nulls="consider", actor="anna")
        assert (store.info["release"], store.info["nulls"]) == (names.version, "consider")
        donors = store.registry()
        assert len(donors) == 4 and donors.nomenclature is names and donors.nulls == "consider"
        assert (donors.report.rows_read, donors.report.rows_refused) == (5, 1)
        assert donors.report.problems[0]["id"] == "L1"
        assert len(held) == 5
        assert store.donor("L1").there
        assert (store.audit()[-1].action, store.audit()[-1].actor) == ("switch rules", "anna")
        assert store.write_snapshot().how == "read"
        # The account is the same whatever the registry is made from.
        store.set_status("D1", "TU", "ill")
        assert store.registry().report.problems[0]["id"] == "L1"
    with am.Store.open(path) as store:
        report = store.registry().report
        assert (report.rows_read, report.rows_taken, report.rows_refused) == (5, 4, 1)
        store.switch_rules(am.Nomenclature.builtin(), nulls="ignore_inside_ambiguity")
        assert len(store.registry()) == 5 and store.registry().report.rows_refused == 0
        store.verify()
    with pytest.raises(am.FormatError, match="column nulls"), am.Store.open(path) as store:
        store.switch_rules(names, nulls="never")


def test_other_connections_are_told(path):
    with am.Store.open(path) as one, am.Store.open(path) as other:
        assert len(other.registry()) == 5
        one.switch_rules(am.Nomenclature.names())
        with pytest.raises(am.StoreError, match="are read with release names"):
            other.registry()
    with am.Store.open(path) as anew:
        assert len(anew.registry()) == 4


def test_the_command(path, tmp_path):
    code, out, _ = call("store", "switch", path, "--to-release", "names", "--out", tmp_path / "changes.csv")
    assert code == 3 and out.endswith(f"{path}: nothing was changed; --yes switches its 5 donors\n")
    assert "before: release starter" in out and "after : release names, 4 of 5 rows taken" in out
    assert rows_of(tmp_path / "changes.csv")[0]["donor_id"] == "L1"
    with am.Store.open(path) as store:
        assert store.info["release"].startswith("starter") and len(store.audit()) == 2
    code, out, _ = call(
        "store", "switch", path, "--to-release", "names", "--yes", "--actor", "anna", "--json"
    )
    summary = json.loads(out)
    assert code == 3 and summary["command"] == "store switch" and summary["switched"] is True
    assert summary["donors"]["lost"] == 1 and summary["first"][0]["donor_id"] == "L1"
    assert am.Registry.open(summary["snapshot"]).nomenclature.names_only
    code, out, _ = call("store", "switch", path, "--to-release", "builtin", "--yes")
    assert (
        code == 3
        and "gained" in out
        and "switched to release starter" in out
        and "registry.amx: made anew" in out
    )
    with am.Store.open(path) as store:
        assert len(store.registry()) == 5 and store.audit()[2].actor == "anna"


def test_refusals_of_the_command(path):
    assert "what to compare with?" in refused("store", "switch", path, "--yes")
    assert "would overwrite" in refused("store", "switch", path, "--to-release", "names", "--out", path)
    message = refused("store", "switch", path, "--release", "names", "--to-release", "builtin")
    assert "are read with release starter" in message
