# SPDX-License-Identifier: Apache-2.0
"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """``1 donor``, ``1,200 donors``; ``many`` where it is not ``one`` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


class Number(int):
    """A number that a text counts with: ``{0:donor}`` gives ``2 donors``, ``{0:row was/rows were}`` gives
    ``1 row was``, ``{0}`` only the number."""

    def __format__(self, words: str) -> str:
        one, _, many = words.partition("/")
        return counted(int(self), one, many) if words else f"{int(self):,}"
