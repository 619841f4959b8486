# SPDX-License-Identifier: Apache-2.0
"""What a registry itself knows of its donors: status, reservations, the way to a collection, utilisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone

from . import _core, option_values
from ._actor import acting
from .option_values import Day, day_text, flag, text
from .utilisation import Utilisation


@dataclass(frozen=True)
class DonorEvent:
    """Something that happened to a donor."""

    number: int
    donor_id: str
    day: str
    """``2026-01-31``; of a withdrawal the day when it was recorded."""
    kind: str
    """``status``, ``lift``, ``reservation``, ``release``, ``withdrawal`` or the name of a step."""
    patient_id: str
    """Empty for those without."""
    detail: dict[str, str]
    """By name, what there is of: ``status``, ``until``, ``reason``, ``cleared`` (yes or no), ``product``,
    ``abroad`` (yes), ``note``; ``branch`` of an examination or collection, ``reserved_since`` of a
    collection; ``event`` of a withdrawal."""
    at: str
    """When it was recorded, UTC."""
    actor: str
    withdrawn: bool


class DonorLife:
    """Of :class:`Store`: all of it lies over the donor's record and survives imports of donor files.

    Each change adds one event that stays for ever, and gives its number. Days may be told late, but not of
    the future, except the last day of a reservation or status.
    """

    _core: _core.Store

    def set_status(
        self,
        donor: str,
        status: str,
        reason: str,
        *,
        day: Day = None,
        until: Day = None,
        actor: str | None = None,
    ) -> int:
        """Set a status that stands, whatever donor files say, until it is set again or lifted.

        Args:
            status: a code of the WMDA: ``AV`` available, ``TU`` temporarily not, ``OP`` reserved for another
                patient elsewhere, ``RS`` for this one, ``DE`` retired.
            day: from when; today when left out.
            until: of ``TU``: available again after that day. Such a status does not stand over a record
                with ``TU``, ``OP`` or ``DE``.

        Raises:
            StoreError: another word, no reason, a day before the last change of status or after today, or a
                donor who is not there.
        """
        return self._core.set_status(
            text("donor", donor),
            text("status", status),
            day_text("day", day),
            text("reason", reason),
            day_text("until", until),
            acting(actor),
        )

    def lift_status(self, donor: str, reason: str, *, day: Day = None, actor: str | None = None) -> int:
        """Back to the status of the donor's record.

        Raises:
            StoreError: as :meth:`set_status`, or the registry has set none.
        """
        return self._core.lift_status(
            text("donor", donor), day_text("day", day), text("reason", reason), acting(actor)
        )

    def reserve(
        self,
        donor: str,
        patient: str,
        until: str | date,
        *,
        day: Day = None,
        reason: str = "",
        actor: str | None = None,
    ) -> int:
        """Reserve a donor; a reservation for the same patient gets the new last day.

        Searches for other patients do not list the donor from now on.

        Args:
            patient: id; need not be one of the store.
            until: the last day, which still counts.
            day: the first one; today when left out.

        Raises:
            StoreError: the donor is retired, deleted or reserved for another patient, or ``until`` is before
                ``day``.
        """
        last = day_text("until", until)
        if last is None:
            raise option_values.refuse("until", until, "expected a date")
        return self._core.reserve(
            text("donor", donor),
            text("patient", patient),
            day_text("day", day),
            last,
            text("reason", reason),
            acting(actor),
        )

    def release(
        self, donor: str, patient: str, reason: str, *, day: Day = None, actor: str | None = None
    ) -> int:
        """End a reservation, and the steps that it was for.

        Raises:
            StoreError: the donor is not reserved for the patient, or by the donor's record, which only a
                donor file can change; no reason; a day before that of the reservation.
        """
        return self._core.release(
            text("donor", donor),
            text("patient", patient),
            day_text("day", day),
            text("reason", reason),
            acting(actor),
        )

    def record_step(
        self,
        donor: str,
        patient: str,
        step: str,
        *,
        day: Day = None,
        cleared: bool | None = None,
        product: str | None = None,
        abroad: bool = False,
        note: str = "",
        reason: str = "",
        actor: str | None = None,
    ) -> int:
        """Record a step on the way to a collection.

        Each needs those before it: ``physical_examination``, ``assessment``, ``collection_plan``,
        ``mobilisation`` (of PBSC only), ``collection``, ``follow_up``. The donor is reserved for the patient
        at the first. The collection ends the reservation and counts as a donation.

        Args:
            day: when it was; today when left out.
            cleared: of examination and assessment, which need it: the donor may go on.
            product: of the plan, which needs it: ``marrow``, ``pbsc`` or ``lymphocytes``.
            abroad: of a collection: the product leaves the country.
            reason: of a donor who is not cleared.

        Raises:
            StoreError: naming the step that is missing or in the way, or what is missing or of another step.
        """
        if cleared is not None:
            cleared = flag("cleared", cleared)
        if product is not None:
            product = text("product", product)
        return self._core.record_step(
            text("donor", donor),
            text("patient", patient),
            text("step", step),
            day_text("day", day),
            cleared,
            product,
            flag("abroad", abroad),
            text("note", note),
            text("reason", reason),
            acting(actor),
        )

    def withdraw_event(self, event: int, reason: str, *, actor: str | None = None) -> int:
        """Take back an event that should not have been recorded: the donor is as before it.

        Raises:
            StoreError: there is no such event, it is withdrawn or a withdrawal, no reason, or a later event
                of the donor stands.
        """
        number = option_values.whole("event", event, 2**63 - 1)
        return self._core.withdraw_event(number, text("reason", reason), acting(actor))

    def donor_events(self, donor: str) -> list[DonorEvent]:
        """What happened to a donor, oldest first.

        Raises:
            StoreError: the store never had such a donor.
        """
        return [DonorEvent(**one) for one in self._core.donor_events(text("donor", donor))]

    def utilisation(self, first: Day = None, last: Day = None) -> Utilisation:
        """How the donors are used, by branch.

        Args:
            first: day; the first of January of the year of ``last`` when left out.
            last: day, which counts too; today when left out.

        Raises:
            StoreError: ``last`` is before ``first``.

        Cost: reads all donors and events once; some microseconds a donor.
        """
        to = day_text("last", last) or datetime.now(timezone.utc).date().isoformat()
        return Utilisation(self._core.utilisation(day_text("first", first) or f"{to[:4]}-01-01", to))
