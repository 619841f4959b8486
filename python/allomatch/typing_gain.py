# SPDX-License-Identifier: Apache-2.0
"""What it would bring to type a donor better."""

from __future__ import annotations

from typing import NamedTuple


class TypingGain(NamedTuple):
    """A donor, and a locus that typing could settle. A list of these makes a data frame."""

    donor_id: str
    locus: str
    p0: float
    """Probability of a full match as things are."""
    locus_p0: float
    """Probability that this locus matches: the chance that typing confirms it."""
    p0_if_match: float
    """Probability of a full match once the locus is known to match."""
    gain: float
    """By how much the probability of a full match of the best donor is expected to grow when this donor is
    typed there and the best is chosen anew. Expected, before the answer is known; 0 where no answer would
    change the choice. Donors who are deleted, reserved or temporarily not available are no choice: they gain
    nothing and are not the best."""
    rank: int
    """Among the donors of the list, in its ranking."""
    rank_if_match: int
    rank_if_mismatch: int
    """With one mismatch there."""
