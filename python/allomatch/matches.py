# SPDX-License-Identifier: Apache-2.0
"""What a search found."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import _core
from ._frames import Rows
from ._html import matches_html, table_html
from .explanation import Explanation, Placement
from .typing_gain import TypingGain

if TYPE_CHECKING:
    from .patient import Patient
    from .registry import Registry


class Match:
    """One donor that was found for a patient."""

    def __init__(self, matches: Matches, position: int) -> None:
        self._matches = matches
        self._position = position
        self._data = matches._core.hit(position)

    @property
    def patient_id(self) -> str:
        return str(self._data["patient_id"])

    @property
    def donor_id(self) -> str:
        return str(self._data["donor_id"])

    @property
    def rank(self) -> int | None:
        """Place in the list from 1; ``None`` after ``compare``."""
        rank: int | None = self._data["rank"]
        return rank

    @property
    def mismatches(self) -> int:
        """Potential mismatches over the searched loci: the fewest that the typings allow."""
        return int(self._data["mismatches"])

    @property
    def mismatches_max(self) -> int:
        """The most mismatches that the typings allow."""
        return int(self._data["mismatches_max"])

    @property
    def gvh(self) -> int:
        """Patient positions whose class the donor lacks (graft-versus-host), the fewest possible."""
        return int(self._data["gvh"])

    @property
    def hvg(self) -> int:
        """Donor positions whose class the patient lacks (host-versus-graft), the fewest possible."""
        return int(self._data["hvg"])

    @property
    def letters(self) -> dict[str, str]:
        """Per locus two letters in donor order: A certain, P potential, L allele, M antigen, - untyped.

        They follow the best orientation of the two positions.
        """
        return dict(self._data["letters"])

    @property
    def p(self) -> list[float] | None:
        """Probability of exactly 0, 1, 2 .. mismatches over the searched loci.

        ``None`` without frequencies, when one of the two is not explained by them, or when a searched locus
        outside their loci is uncertain.
        """
        values: list[float] | None = self._predicted("p")
        return values

    @property
    def p0(self) -> float | None:
        """Probability of a full match, see :attr:`p`."""
        return None if self.p is None else self.p[0]

    @property
    def locus_p(self) -> dict[str, list[float] | None]:
        """Per searched locus the probability of 0, 1 and 2 mismatches."""
        return dict(self._predicted("loci") or {})

    @property
    def dpb1_p(self) -> dict[str, float] | None:
        """Probability of each answer that :attr:`dpb1_tce` may have, DPB1 searched or not; they sum to 1.

        ``match`` is no mismatch at DPB1; ``unknown`` is a mismatch with an allele that has no group. ``None``
        without frequencies, or when the set of one of the two lacks DPB1 or does not explain them.
        """
        values: dict[str, float] | None = self._predicted("dpb1")
        return None if values is None else dict(values)

    @property
    def explained(self) -> bool | None:
        """Whether the frequencies explain the donor; ``None`` without frequencies."""
        value: bool | None = self._predicted("donor_explained")
        return value

    @property
    def unexplained_reason(self) -> str:
        """Which alleles no haplotype of the sets carries, when the donor is not explained; else empty."""
        return self._predicted("donor_reason") or ""

    @property
    def population(self) -> str | None:
        """The frequency set used for the donor."""
        value: str | None = self._predicted("donor_population")
        return value

    def _predicted(self, name: str) -> Any:
        return self._data.get("probabilities", {}).get(name)

    @property
    def antigen_mismatches(self) -> int:
        """Positions with letter M over the searched loci."""
        return int(self._data["antigen_mismatches"])

    @property
    def also(self) -> dict[str, str]:
        """Letters at loci that were compared without being searched on."""
        return dict(self._data["also"])

    @property
    def dpb1_tce(self) -> str | None:
        """``match``, ``permissive``, ``nonpermissive_gvh``, ``nonpermissive_hvg`` or ``unknown``;
        ``None`` when DPB1 is not typed on both sides.
        """
        value: str | None = self._data["dpb1_tce"]
        return value

    @property
    def dpb1_tce_possible(self) -> tuple[str, ...]:
        """Every answer that the typings allow; one when :attr:`dpb1_tce` is certain."""
        return tuple(self._data["dpb1_tce_possible"])

    @property
    def dpb1_expression(self) -> str | None:
        """``matched`` without a DPB1 mismatch; with one ``favourable`` (the patient's mismatched allele
        is of low expression), ``unfavourable`` or ``unknown``; ``None`` with two or when DPB1 is not
        typed on both sides.
        """
        value: str | None = self._data["dpb1_expression"]
        return value

    @property
    def b_leader(self) -> str | None:
        """HLA-B leaders of patient and donor, ``MT/TT``; ``?`` for a genotype that is not certain."""
        value: str | None = self._data["b_leader"]
        return value

    @property
    def b_leader_mismatch(self) -> str | None:
        """For exactly one B mismatch: whether the leaders of the two alleles ``match``, ``mismatch`` or
        are ``unknown``.
        """
        value: str | None = self._data["b_leader_mismatch"]
        return value

    @property
    def low_expression_gvh(self) -> int:
        """GvH mismatches at DRB3/4/5, DQB1 and DPB1 together, the fewest possible."""
        return int(self._data["low_expression_gvh"])

    @property
    def age(self) -> int | None:
        """Whole years on the day of the search."""
        value: int | None = self._data["age"]
        return value

    @property
    def cmv(self) -> str:
        """Against the patient's: ``equal``, ``different`` or ``unknown``."""
        return str(self._data["cmv"])

    @property
    def abo(self) -> str:
        """``identical``, ``minor`` (the patient has an antigen that the donor lacks), ``major`` (the
        donor has one that the patient lacks), ``bidirectional`` or ``unknown``.
        """
        return str(self._data["abo"])

    @property
    def rh(self) -> str:
        """Rh D: ``identical``, ``different`` or ``unknown``."""
        return str(self._data["rh"])

    @property
    def weight_ratio(self) -> float | None:
        """Weight of the donor by that of the patient."""
        value: float | None = self._data["weight_ratio"]
        return value

    @property
    def tnc_per_kg(self) -> float | None:
        """Nucleated cells of a cord unit, 10^7 for each kilogram of the patient."""
        value: float | None = self._data["tnc_per_kg"]
        return value

    @property
    def cd34_per_kg(self) -> float | None:
        """CD34 positive cells of a cord unit, 10^5 for each kilogram of the patient."""
        value: float | None = self._data["cd34_per_kg"]
        return value

    @property
    def criteria(self) -> dict[str, str]:
        """What the ranking looked at, in its order, in words."""
        return self._matches._core.criteria(self._position)

    @property
    def reason(self) -> str:
        """What put this donor below the one above; empty for the first."""
        return str(self._data["reason"])

    def donor(self) -> dict[str, Any]:
        """Typings and fields of the donor, as received."""
        return self._matches.registry.donor(self.donor_id)

    def explain(self) -> Explanation:
        """Why each locus came out as it did: typings, classes, letters, reasons; ``print`` it to read it."""
        title = f"Patient {self.patient_id} and donor {self.donor_id}: {self.mismatches}"
        if self.mismatches_max != self.mismatches:
            title += f" to {self.mismatches_max}"
        title += f" mismatches, GvH {self.gvh}, HvG {self.hvg}"
        return Explanation(_core.explain(self._matches._core, self._position), title)

    def __repr__(self) -> str:
        letters = " ".join(f"{locus}:{pair}" for locus, pair in self.letters.items())
        return f"Match({self.patient_id} - {self.donor_id}: {self.mismatches} mismatches, {letters})"


class Matches(Rows[Match]):
    """Donors found for one patient, best first."""

    def __init__(
        self,
        core: _core.MatchList,
        patient: Patient,
        registry: Registry,
        asked: tuple[_core.SearchRequest, dict[str, Any]] | None = None,
    ) -> None:
        self._core = core
        self.patient = patient
        self.registry = registry
        self._asked = asked  # by a search: the request, and the options that it was made of

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _core.matches_stream([self._core])

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        _core.write_matches([self._core], path)

    @property
    def total(self) -> int:
        """Donors within the limits; more than ``len`` where ``top`` cut the list."""
        return self._core.total

    @property
    def loci(self) -> list[str]:
        return self._core.loci

    @property
    def also(self) -> list[str]:
        """Loci that were compared without being searched on."""
        return self._core.also

    def summary(self) -> list[dict[str, Any]]:
        """Donors by match class, best first, over all within the limits (those cut by ``top`` too).

        Each class has ``class`` in words, ``mismatches`` (potential), ``certain`` (no resolution of the
        typings has a mismatch), ``loci`` (mismatches by locus, for one and two) and ``donors``.
        """
        positions = 2 * len(self.loci)
        rows = []
        for mismatches, certain, at, donors in self._core.classes():
            words = f"{positions - mismatches}/{positions}"
            if mismatches == 0:
                words += " certain" if certain else " potential"
            elif at:
                words += ", " + " and ".join(f"{n} {locus}" if n > 1 else locus for locus, n in at.items())
                words += " mismatch" if mismatches == 1 else " mismatches"
            rows.append(
                {"class": words, "mismatches": mismatches, "certain": certain, "loci": at, "donors": donors}
            )
        return rows

    def explain(self, most: int = 10) -> Placement:
        """Why each of the first ``most`` donors has its place; ``print`` it to read it."""
        keys = ("rank", "donor_id", "mismatches", "reason", "criteria")
        places = [{key: getattr(match, key) for key in keys} for match in self[:most]]
        return Placement(places, f"Patient {self.patient.id}, {len(places)} of {self.total:,} donors")

    def typing_gain(self) -> list[TypingGain]:
        """What if this donor were typed at C? For every donor of the list and searched locus that typing
        could settle, what the answer would change; what is worth most comes first.

        Raises:
            FormatError: the search had no frequencies.
        """
        return [TypingGain(*gain) for gain in _core.typing_gains(self._core)]

    @property
    def has_probabilities(self) -> bool:
        """Whether the search had frequencies."""
        return self._core.has_probabilities

    @property
    def patient_explained(self) -> bool:
        """Whether the frequencies explain the patient; false without frequencies."""
        return self._core.patient_explained

    @property
    def unexplained(self) -> int:
        """Donors of the list that the frequencies do not explain."""
        return self._core.unexplained

    def __len__(self) -> int:
        return len(self._core)

    def _row(self, index: int) -> Match:
        return Match(self, index)

    def __repr__(self) -> str:
        return f"Matches({self.patient.id}: {len(self)} of {self.total} donors at {' '.join(self.loci)})"

    def _repr_html_(self) -> str:
        return matches_html(self)


class MatchTable(Rows[Matches]):
    """The results of ``search_many``: one :class:`Matches` per patient, in their order."""

    def __init__(self, lists: list[Matches]) -> None:
        self._all = lists

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _core.matches_stream([matches._core for matches in self._all])

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        _core.write_matches([matches._core for matches in self._all], path)

    def __len__(self) -> int:
        return len(self._all)

    def _row(self, index: int) -> Matches:
        return self._all[index]

    def __repr__(self) -> str:
        found = sum(matches.total for matches in self._all)
        return f"MatchTable({len(self)} patients, {found} donors found)"

    def _repr_html_(self) -> str:
        return table_html(self)
