# SPDX-License-Identifier: Apache-2.0
"""The record of truth of a registry: one file with donors, patients, searches and what became of them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import Any

from . import _core, option_values
from ._actor import acting
from .alerts import Alerts
from .donor_life import DonorLife
from .donors import Progress
from .errors import FormatError, StoreError
from .frequencies import Frequencies, in_words
from .matches import Matches
from .patient import Patient
from .registry import Registry
from .rules import Rules
from .stored import (
    AuditEntry,
    DonorState,
    ImportOutcome,
    RepeatedSearch,
    StoredDonor,
    StoredPatient,
    StoredSearch,
    cell_changes,
)

_Path = str | os.PathLike[str]
_ENTRIES_AT_ONCE = 1000


class Store(DonorLife, Alerts, Rules):
    """A connection to the store of a registry, an SQLite file.

    Make one with :meth:`create`, have it back with :meth:`open`; close it with :meth:`close` or ``with``.
    Every change is one transaction that is on the disk when its method returns, or has not happened. Any
    number of processes may read while one writes; writers wait for one another for up to ten seconds. Threads
    that share a store take turns. Do not take an open store into a forked process.

    Every change takes ``actor``, who makes it, for the audit trail; the login name when left out.

    Raises:
        StoreError: of all methods, when the file is damaged, cannot be read or written, another process has
            not finished writing, or the store was closed.
    """

    def __init__(
        self, core: _core.Store, names: _core.Nomenclature | None, mac: _core.MacTable | None
    ) -> None:
        self._core = core
        self._names = names
        self._mac = mac
        self._latest: Registry | None = None

    @classmethod
    def create(
        cls,
        path: _Path,
        nomenclature: _core.Nomenclature | None = None,
        *,
        mac: _core.MacTable | None = None,
        nulls: str = "ignore_inside_ambiguity",
        actor: str | None = None,
    ) -> Store:
        """Make a new, empty store.

        Args:
            path: of a file that is not there yet.
            nomenclature: the release to read typings with, from now on; the starter table when left out.
            mac: table of NMDP codes.
            nulls: see :meth:`Registry.from_csv`.
            actor: who makes it.

        Raises:
            StoreError: there is such a file already, or it cannot be written.
        """
        names = nomenclature or _core.Nomenclature.builtin()
        return cls(_core.Store.create(path, names, mac, nulls, acting(actor)), names, mac)

    @classmethod
    def open(
        cls,
        path: _Path,
        nomenclature: _core.Nomenclature | None = None,
        *,
        mac: _core.MacTable | None = None,
    ) -> Store:
        """Open a store.

        Args:
            path: the file.
            nomenclature: the release of the store. May be left out for the starter table and for no
                nomenclature, and for all that reads no typings: history, audit trail, lists, verifying.
            mac: its table of NMDP codes, if it has one.

        Raises:
            StoreError: not a store, damaged, of a newer format, or of another release or table.
        """
        store = cls(_core.Store.open(path), nomenclature, mac)
        if nomenclature is not None or mac is not None:
            store._rules()
        return store

    def close(self) -> None:
        """End the connection. A closed store can only be closed again."""
        self._latest = None
        self._core.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def info(self) -> dict[str, Any]:
        """What the store says of itself.

        ``file``, ``id``, ``version`` (number of the last change of a donor), ``release``,
        ``release_fingerprint``, ``mac_fingerprint`` (``None`` without NMDP codes), ``nulls``, and how many
        ``donors``, ``patients`` (active ones), ``searches`` and ``changes`` there are.

        Cost: counts the donors; some 0.1 s for a million.
        """
        return self._core.info()

    # -- donors ------------------------------------------------

    def import_file(
        self,
        path: _Path,
        mode: str | None = None,
        *,
        actor: str | None = None,
        strict: bool = False,
        most_removed: float = 0.1,
        allow_shrink: bool = False,
        progress: Progress = None,
    ) -> ImportOutcome:
        """Bring the donors to what a donor file says, in one transaction.

        A row that is refused leaves the donor that it names as it was; what came of the rows is kept.
        Importing a file again changes no donor.

        Args:
            path: the file, as of :meth:`Registry.from_csv`.
            mode: ``full``: the file lists every donor, those that it lacks are deleted. ``diff``: it lists
                what is new or changed, and where the column ``change`` says ``deleted`` what is gone.
                ``check``: find the differences of a full import and change nothing. When left out ``diff``
                for a file that says that it has changes only, else ``full``.
            strict: change nothing when a row is refused.
            most_removed: share of the donors, 0 to 1, that a full import may remove.
            allow_shrink: remove more than that.
            progress: called now and then with the number of rows read.

        Raises:
            StoreError: a full import would remove too many donors, or some while a row has no id to be read;
                mode ``full`` or ``check`` and a file that lists changes only.
            FormatError: the file cannot be read, or (``strict``) a row was refused.

        Cost: some ten microseconds a donor. Releases the GIL.
        """
        if _core.is_store(path) or _core.is_snapshot(path):
            reason = "is a registry store or a snapshot; an import takes a donor file"
            raise FormatError(f"{os.fspath(path)}: {reason}", place=os.fspath(path), reason=reason)
        names, mac = self._rules()
        mode = _core.mode_of_donors(path) if mode is None else mode
        how = _how(mode, actor, strict, most_removed, allow_shrink)
        done = self._core.import_file(path, names, mac, *how, option_values.callback("progress", progress))
        return ImportOutcome(done, mode)

    def import_frame(
        self,
        frame: Any,
        mode: str = "full",
        *,
        actor: str | None = None,
        strict: bool = False,
        most_removed: float = 0.1,
        allow_shrink: bool = False,
        progress: Progress = None,
    ) -> ImportOutcome:
        """The same for a data frame, see :meth:`Registry.from_frame`."""
        names, mac = self._rules()
        how = _how(mode, actor, strict, most_removed, allow_shrink)
        done = self._core.import_frame(frame, names, mac, *how, option_values.callback("progress", progress))
        return ImportOutcome(done, mode)

    def registry(self) -> Registry:
        """The donors to search, as the store has them now. Later changes do not touch it: ask again.

        ``registry.report`` counts all donors and has those whose typings cannot be read, who are left out.

        Raises:
            StoreError: the store has another release or table of NMDP codes than it was opened with.

        Cost: the first time that of opening the snapshot beside the store and reading what changed since, or
            without one of reading everything, some microseconds a donor. Then the last version is kept and
            only changes are read; the same registry is given as long as there are none.
        """
        core, report = self._core.registry(*self._rules())
        if self._latest is None or self._latest._core is not core:
            self._latest = Registry(core, report)
        return self._latest

    def donor(self, id: str) -> StoredDonor:
        """One donor as the store keeps it, deleted ones too.

        Raises:
            KeyError: there never was such a donor.
        """
        found = self._core.donor(id)
        if found is None:
            raise KeyError(id)
        return StoredDonor(**found)

    def history(self, id: str) -> list[DonorState]:
        """What a donor was, oldest first, with what each change changed.

        Raises:
            KeyError: there never was such a donor.
        """
        states: list[DonorState] = []
        cells: dict[str, str] = {}
        for state in self._core.history(id):
            donor = StoredDonor(state["id"], state["there"], state["record"], state["life"])
            before, cells = cells, donor.record | donor.life
            changes = cell_changes(before, cells)
            states.append(
                DonorState(state["version"], state["at"], state["actor"], state["action"], donor, changes)
            )
        if not states:
            raise KeyError(id)
        return states

    # -- patients and searches ------------------------------------------------

    def add_patient(self, patient: Patient, *, actor: str | None = None) -> None:
        """Keep a patient, or what is new about one; active from now on."""
        self._core.keep_patient(patient._core, acting(actor))

    def close_patient(self, id: str, reason: str, *, actor: str | None = None) -> None:
        """The patient does not wait any more: standing searches are not asked any more.

        Raises:
            StoreError: there is no such patient, or it is closed already.
        """
        self._core.close_patient(id, reason, acting(actor))

    def patients(self) -> list[StoredPatient]:
        """All patients, closed ones too, by id."""
        return [StoredPatient(*one) for one in self._core.patients()]

    def patient(self, id: str) -> Patient:
        """A patient to search for.

        Raises:
            StoreError: there is none of this id, or the typings cannot be read any more.
        """
        names, mac = self._rules()
        return Patient._wrap(self._core.patient(id, names, mac), names)

    def keep_search(self, matches: Matches, *, standing: bool = False, actor: str | None = None) -> int:
        """Keep a search with its list, and the patient too; gives its number.

        Args:
            matches: found by ``search`` or ``search_cords`` on a registry of this store. What ``top`` cut off
                is not kept.
            standing: to be asked at every change of donors.

        Raises:
            StoreError: the registry is not of this store, or every pair was compared instead of searched.
        """
        if matches.registry.store_id != self._core.id:
            raise _refused(
                "matches", "the registry that was searched is not of this store; search store.registry()"
            )
        if matches._asked is None:
            raise _refused("matches", "comes from compare; a search can be kept")
        request, options = matches._asked
        words = in_words(options.get("frequencies"), options.get("fallback") or ())
        return self._core.keep_search(matches._core, request, standing, words, acting(actor))

    def searches(self) -> list[StoredSearch]:
        """All searches that were kept, by number."""
        all_searches = self._core.searches()
        return [StoredSearch(**{**one, "request": json.loads(one["request"])}) for one in all_searches]

    def end_search(self, search: int, reason: str, *, actor: str | None = None) -> None:
        """A standing search is not asked any more.

        Raises:
            StoreError: there is no such search, or it has ended.
        """
        number = option_values.whole("search", search, 2**63 - 1)
        self._core.end_search(number, reason, acting(actor))

    def repeat(
        self,
        search: int,
        *,
        frequencies: Frequencies | None = None,
        fallback: Sequence[str] = (),
        on: str | date | None = None,
        actor: str | None = None,
    ) -> RepeatedSearch:
        """Ask a search again, keep the result, and tell what is not as it was: donors who are new, changed or
        gone, with the reason.

        Args:
            search: its number.
            frequencies: to predict with; those of the first time are not kept.
            fallback: see :func:`allomatch.search_options`.
            on: day that ages are counted at; today when left out.

        Raises:
            StoreError: there is no such search.
            FormatError: the request needs frequencies and has none.

        Cost: :meth:`registry`, the search, and another one for each donor who is gone.
        """
        donors = self.registry()
        if frequencies is None and fallback:
            raise FormatError("column fallback: needs frequencies", column="fallback")
        genotypes = None if frequencies is None else donors._genotypes(frequencies, fallback)
        day = on.isoformat() if isinstance(on, date) else on
        number = option_values.whole("search", search, 2**63 - 1)
        words = in_words(frequencies, fallback)
        names, mac = self._rules()
        found = self._core.repeat_search(
            number, donors._core, names, mac, genotypes, day, words, acting(actor)
        )
        matches = found.found
        return RepeatedSearch(found, Matches(matches, Patient._wrap(matches.patient, names), donors))

    # -- what was done ------------------------------------------------

    def audit(self, after: int = 0) -> list[AuditEntry]:
        """Who did what when: the entries of the audit trail with numbers above ``after``, oldest first."""
        entries: list[AuditEntry] = []
        while page := self._core.audit(entries[-1].seq if entries else after, _ENTRIES_AT_ONCE):
            entries += [AuditEntry(**{**one, "detail": json.loads(one["detail"])}) for one in page]
        return entries

    def verify(self) -> str:
        """Check the file, the audit trail and all that it covers; gives the last hash.

        Whoever keeps the hash elsewhere can tell later whether the end of the trail was cut off.

        Raises:
            StoreError: naming the first entry, table or donor that does not fit.

        Cost: reads everything; some seconds for a million donors.
        """
        return self._core.verify()

    def _rules(self) -> tuple[_core.Nomenclature, _core.MacTable | None]:
        """What typings are read with.

        Raises:
            StoreError: the store needs a release or table that was not given.
        """
        if self._names is None:
            self._names = self._core.known_nomenclature()
        if self._names is None:
            info = self._core.info()
            reason = (
                f"its typings are read with release {info['release']}; give that release (Nomenclature.load"
            )
            raise StoreError(f"{info['file']}: {reason}, --release)", place=info["file"], reason=reason + ")")
        self._core.check(self._names, self._mac)
        return self._names, self._mac

    def __repr__(self) -> str:
        info = self.info
        return f"Store({info['file']}: {info['donors']:,} donors, version {info['version']})"


def _how(
    mode: str, actor: str | None, strict: bool, most_removed: float, allow_shrink: bool
) -> tuple[str, str, bool, float, bool]:
    return (
        option_values.text("mode", mode, "full, diff or check"),
        acting(actor),
        option_values.flag("strict", strict),
        option_values.real("most_removed", most_removed),
        option_values.flag("allow_shrink", allow_shrink),
    )


def _refused(column: str, reason: str) -> StoreError:
    return StoreError(f"column {column}: {reason}", column=column, reason=reason)
