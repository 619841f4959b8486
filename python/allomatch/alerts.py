# SPDX-License-Identifier: Apache-2.0
"""Which waiting patients a new or retyped donor fits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from . import _core, option_values


@dataclass(frozen=True)
class Alert:
    """A donor who began to fit a waiting patient with an import."""

    seq: int
    """Ascending; what a subscriber acknowledges."""
    at: str
    """When, UTC."""
    search: int
    patient_id: str
    donor_id: str
    kind: str
    """``new`` donor, ``retyped`` (fits with another typing) or ``eligible`` (other fields changed)."""
    result: dict[str, Any]
    """Columns of the match then."""


class Alerts:
    """Of :class:`Store`: alerts of standing searches are kept for any number of subscribers.

    A subscriber gets each alert until it is acknowledged, after a crash too: at least once, in their order.
    """

    _core: _core.Store

    def alerts(self, subscriber: str | None = None, *, after: int = 0, most: int = 1000) -> list[Alert]:
        """The oldest alerts that are still to be taken care of, in their order.

        Args:
            subscriber: leave out what this one has acknowledged.
            after: only numbers above.
            most: how many at once.
        """
        after = option_values.whole("after", after, 2**63 - 1)
        if subscriber is not None:
            after = max(after, self.subscriber_position(subscriber))
        found = self._core.alerts(after, option_values.whole("most", most, 2**63 - 1))
        return [Alert(**{**one, "result": json.loads(one["result"])}) for one in found]

    def acknowledge(self, subscriber: str, seq: int) -> None:
        """The subscriber has taken care of all alerts up to ``seq`` and gets only later ones from now on.

        Raises:
            StoreError: there is no such alert yet, or the name is empty.
        """
        name = option_values.text("subscriber", subscriber)
        self._core.acknowledge(name, option_values.whole("seq", seq, 2**63 - 1))

    def subscriber_position(self, subscriber: str) -> int:
        """Up to which alert a subscriber has acknowledged; 0 for a new one."""
        return self._core.subscriber_position(option_values.text("subscriber", subscriber))
