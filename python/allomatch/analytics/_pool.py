# SPDX-License-Identifier: Apache-2.0
"""Columns of a registry as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import _core, option_values
from ..donor_fields import day_texts, field_values, group_values
from ..errors import FormatError
from ..frequencies import Frequencies
from ..option_values import Day
from ..registry import Registry
from ..registry import registry_of as registry_of

if TYPE_CHECKING:
    import pandas

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def frames() -> Any:
    """The module pandas.

    Raises:
        ImportError: it is missing.
    """
    try:
        import pandas
    except ModuleNotFoundError:
        raise ImportError("tables need the package pandas (pip install 'allomatch[frames]')") from None
    return pandas


def ids_of(registry: Registry) -> list[str]:
    return [registry._core.id(donor) for donor in range(len(registry))]


@dataclass(frozen=True)
class LocusTexts:
    """What the donors' typings of one locus say."""

    donors: npt.NDArray[np.uint32]
    """Number of the text of each donor; 0 where untyped."""
    texts: list[tuple[str, ...]]
    """Two cells, or one GL String; nothing for number 0."""
    genotypes: npt.NDArray[np.uint32]
    """Number of the genotype of each text."""
    classes: list[tuple[str, str] | None]
    """Of each genotype, where every position is one class."""
    meanings: npt.NDArray[np.uint32]
    """Of each genotype a number that is equal for what means the same, whichever position is first."""

    @classmethod
    def of(cls, registry: Registry, locus: str) -> LocusTexts:
        return cls(**_core.locus_texts(registry._core, locus))

    @property
    def genotype_of_donor(self) -> npt.NDArray[np.uint32]:
        return self.genotypes[self.donors]

    @property
    def typed(self) -> Flags:
        return np.asarray(self.donors != 0)


@dataclass(frozen=True)
class Groups:
    """Which donor belongs to which group; labels are sorted, the empty one is of donors without a value."""

    name: str | None
    donors: Ints
    labels: list[str]

    @property
    def sizes(self) -> Ints:
        return np.bincount(self.donors, minlength=len(self.labels)).astype(np.int64)

    def column(self, repeated: int = 1) -> dict[str, list[str]]:
        """The column of the labels, each repeated; none where donors are not grouped."""
        if self.name is None:
            return {}
        return {self.name: [label for label in self.labels for _ in range(repeated)]}


def groups_of(registry: Registry, by: str | None, keep: Flags | None = None) -> Groups:
    """Donors by a field of texts, or by the year of a date with ``registered_year``, ``birth_date_year`` ..

    With ``keep`` those of the kept donors, in their order.

    Raises:
        FormatError: there is no such field, or it is one of numbers or days.
    """
    if by is None:
        donors = len(registry) if keep is None else int(keep.sum())
        return Groups(None, np.zeros(donors, dtype=np.int64), [""])
    places, labels = group_values(registry, by)
    if keep is not None:
        used, places = np.unique(places[keep], return_inverse=True)
        labels = [labels[place] for place in used]
    return Groups(by, places.astype(np.int64), labels)


def field(registry: Registry, name: str, option: str = "by") -> list[str]:
    """A field of all donors as text, empty where it is missing; ``registered_year`` is the year of a date.

    Raises:
        FormatError: there is no such field.
    """
    if name not in registry.fields:
        places, labels = group_values(registry, name, option)
        return [labels[place] for place in places]
    kind, values, words = field_values(registry, name, option)
    if kind == "date":
        return day_texts(values, "D")
    if kind == "number":
        return ["" if np.isnan(value) else f"{value:g}" for value in values]
    return [words[code] for code in values]


def numbers(registry: Registry, name: str, option: str) -> Floats:
    """A count or number of all donors, NaN where it is missing.

    Raises:
        FormatError: there is no such field, or it is not a number.
    """
    kind, values, _ = field_values(registry, name, option)
    if kind != "number":
        raise option_values.refuse(option, name, "not a field of numbers")
    return np.asarray(values, dtype=np.float64)


def days(registry: Registry, name: str, option: str) -> npt.NDArray[np.datetime64]:
    """A date of all donors, NaT where it is missing.

    Raises:
        FormatError: there is no such field, or it is not a date.
    """
    kind, values, _ = field_values(registry, name, option)
    if kind != "date":
        raise option_values.refuse(option, name, "not a field of dates")
    return values


def standing(registry: Registry) -> Flags:
    """Donors who are not retired or deleted (status ``DE``)."""
    if "status" not in registry.fields:
        return np.ones(len(registry), dtype=np.bool_)
    return np.asarray([status != "DE" for status in field(registry, "status")], dtype=np.bool_)


def ages_on(birth: npt.NDArray[np.datetime64], day: date) -> Ints:
    """Whole years as birthdays count, -1 where the birth is unknown or lies behind the day."""
    years = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    months = birth.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    in_month = (birth - months.astype("datetime64[D]")).astype(np.int64) + 1
    unknown = np.isnat(birth)
    ages = day.year - years - ((month * 100 + in_month) > day.month * 100 + day.day)
    return np.where(unknown | (ages < 0), -1, ages).astype(np.int64)


def one_day(option: str, value: Day) -> date:
    """Today in UTC when left out.

    Raises:
        FormatError: not a date.
    """
    text = option_values.day_text(option, value)
    if text is None:
        return datetime.now(timezone.utc).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise option_values.refuse(option, value, "expected a date YYYY-MM-DD") from None


def year_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def check_frequencies(frequencies: object) -> Frequencies:
    if not isinstance(frequencies, Frequencies):
        raise FormatError(
            f"column frequencies: expected Frequencies, not {type(frequencies).__name__}",
            column="frequencies",
        )
    return frequencies


def frame_of(columns: dict[str, Any]) -> pandas.DataFrame:
    return frames().DataFrame(columns)
