# SPDX-License-Identifier: Apache-2.0
"""What a search says of one donor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Listing:
    """Whether a search lists a donor, at which rank, and if not, all that keeps the donor off the list.

    A reason has a ``kind``, the option that leaves the donor out (``retired`` and ``reserved`` are none), and
    ``words``; and by its kind:

    ``where``
        ``condition``, the part that is not true as it is written; ``values``, the donor's by field, ``None``
        where missing; ``unknown``, whether the part is not false either, because of a missing value.
    ``max_mismatches``, ``min_mismatches``
        ``count`` and ``limit``; ``loci``, the mismatched ones with their ``count`` and ``letters``. Counts
        are in the direction of the search.
    ``limit``
        ``locus``, ``count``, ``limit`` and ``letters`` of a locus over its limit.
    ``min_tnc_per_kg``, ``min_cd34_per_kg``
        ``dose`` of the unit, ``None`` where it is not known, and ``limit``, both for each kilogram.
    ``retired``, ``reserved``
        The donor is not offered: retired (status ``DE``), or reserved for another patient. Only in registries
        with the column ``reserved_for``, as those of a store.
    ``top``
        ``rank`` and ``total`` of a donor within the limits, and ``limit``, how many are returned.
    """

    donor_id: str
    patient_id: str
    listed: bool
    rank: int | None
    """Place among all within the limits, from 1; ``None`` for a donor who is not within them."""
    total: int
    """Donors within the limits, as ``matches.total``."""
    reasons: tuple[dict[str, Any], ...]
    """None of a listed donor, at least one of any other."""
    words: str
    """The answer in one sentence."""
