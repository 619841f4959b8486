# SPDX-License-Identifier: Apache-2.0
"""A registry of donors, indexed for searching."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import _core, option_values
from .cord_units import CordPairs, Dose, dose_options
from .donors import Donors, Progress
from .errors import FormatError
from .explanation import Explanation
from .frequencies import Frequencies, fallback_list
from .listing import Listing
from .matches import Matches, MatchTable
from .patient import Patient
from .request import cord_options, search_options

_SET_BY_MATCH = ("loci", "max_mismatches", "exactly", "accept", "antigen_level", "cord_units")
_OF_PAIRS = ("on", "threads", "homozygous_once")


class Registry(Donors):
    """Donors to search. Immutable; any number of threads may search it at once.

    Make one with :meth:`from_csv` or :meth:`from_frame`, keep it with :meth:`save`, and have it back at once
    with :meth:`open`.
    """

    def __init__(self, core: _core.Registry, report: _core.ImportReport) -> None:
        super().__init__(core, report)
        self._prepared: tuple[Frequencies, tuple[str, ...], _core.DonorGenotypes] | None = None

    def search(self, patient: Patient, **options: Any) -> Matches:
        """Donors who could match a patient, best first.

        Args:
            patient: read with the same nomenclature as this registry.
            **options: see :func:`allomatch.search_options`.

        Raises:
            FormatError: an option does not fit; ``column`` names it.

        Releases the GIL. Well under a millisecond for 100,000 donors; with frequencies some milliseconds
        more, and the first search with them reads the typings of all donors.
        """
        self._check(patient)
        request = self._request(options)
        found = _core.search(self._core, patient._core, request)
        return Matches(found, patient, self, (request, options))

    def search_many(
        self, patients: Iterable[Patient], *, progress: Progress = None, **options: Any
    ) -> MatchTable:
        """Search for many patients in parallel; results in their order.

        ``progress`` is called with the number of patients done. Other arguments as in :meth:`search`.
        """
        everyone = list(patients)
        for patient in everyone:
            self._check(patient)
        request = self._request(options)
        lists = _core.search_many(
            self._core, [p._core for p in everyone], request, option_values.callback("progress", progress)
        )
        asked = (request, options)
        return MatchTable([Matches(found, p, self, asked) for found, p in zip(lists, everyone, strict=True)])

    def search_cords(
        self,
        patient: Patient,
        match: str = "4/6",
        *,
        min_tnc_per_kg: Dose = "guideline",
        min_cd34_per_kg: Dose = "guideline",
        where: str | None = None,
        rank: object = "cord",
        **options: Any,
    ) -> Matches:
        """Cord units for a patient, best first.

        Args:
            patient: with ``weight_kg`` when a dose is asked for.
            match: the least match: ``4/6`` to ``6/6`` (A and B by antigen, DRB1 by class) or ``4/8`` to
                ``8/8`` (A, B, C, DRB1 by class).
            min_tnc_per_kg: least nucleated cells, in 10^7 for each kilogram of the patient; ``None`` asks for
                none. ``guideline`` is 2.5 where the units have such counts (ASTCT Cord Blood Special Interest
                Group, Biol Blood Marrow Transplant 2020;26:2190-2196).
            min_cd34_per_kg: least CD34 positive cells, in 10^5 for each kilogram; ``guideline`` is 1.5.
            where: a further condition on the units.
            rank: see :func:`allomatch.search_options`.
            **options: the others of a search, without those that the match sets: loci, mismatches, levels.

        A unit without a cell count is left out when that count is asked for.

        Raises:
            FormatError: an option does not fit, or a dose is asked for and the patient has no weight.
        """
        for option in options:
            if option in _SET_BY_MATCH:
                raise option_values.refuse(option, options[option], "the match of cord units sets it")
        doses = dose_options(self, min_tnc_per_kg, min_cd34_per_kg, _core.single_unit_doses)
        return self.search(patient, **cord_options(match), where=where, **doses, rank=rank, **options)

    def search_cord_pairs(
        self,
        patient: Patient,
        match: str = "4/6",
        *,
        min_tnc_per_kg: Dose = "guideline",
        min_cd34_per_kg: Dose = "guideline",
        min_total_tnc_per_kg: float | None = None,
        dose_band: float = 1.0,
        where: str | None = None,
        top: int | None = 100,
        **options: Any,
    ) -> CordPairs:
        """Two cord units for a patient, best pairs first.

        Pairs are ordered by their worse match, their better match, the band of the total dose, the band of
        the lower single dose, the match of one unit with the other, the number of units of another ABO group,
        the total dose, and the ids.

        Args:
            patient: with ``weight_kg`` when a dose is asked for.
            match: the least match of each unit, as in :meth:`search_cords`.
            min_tnc_per_kg: least dose of each unit; ``guideline`` is 1.5, see :meth:`search_cords`.
            min_cd34_per_kg: ``guideline`` is 1.0.
            min_total_tnc_per_kg: least dose of both together.
            dose_band: totals within a band of this width are equal, lower doses within half of it.
            where: a condition on each unit.
            top: how many pairs to return, ``None`` for all; ``pairs.total`` counts all.
            **options: ``on``, ``threads`` and ``homozygous_once`` of a search; no others.

        Raises:
            FormatError: an option does not fit, or a dose is asked for and the patient has no weight.

        Cost: every two units that may be among the best are compared; some 0.1 s for 50,000 units.
        """
        self._check(patient)
        for option in options:
            if option not in _OF_PAIRS:
                taken = ", ".join((*_OF_PAIRS, "where"))
                raise option_values.refuse(
                    option,
                    options[option],
                    f"pairs of cord units do not take it; of a search they take {taken}",
                )
        pairs = 2**63 if top is None else option_values.whole("top", top)
        min_total_tnc_per_kg = option_values.real_or_none("min_total_tnc_per_kg", min_total_tnc_per_kg)
        dose_band = option_values.real("dose_band", dose_band)
        doses = dose_options(self, min_tnc_per_kg, min_cd34_per_kg, _core.double_unit_doses)
        units = self._request({**cord_options(match), "where": where, **doses, **options})
        found = _core.search_cord_pairs(
            self._core, patient._core, units, min_total_tnc_per_kg, dose_band, pairs
        )
        return CordPairs(found, patient, match)

    def compare(self, patient: Patient, **options: Any) -> Matches:
        """Every donor against a patient, in registry order, without limits or ranks."""
        self._check(patient)
        request = self._request(options)
        return Matches(_core.compare(self._core, patient._core, request), patient, self)

    def explain(self, patient: Patient, donor: str, **options: Any) -> Explanation:
        """Why one pair came out as it did, locus by locus; ``print`` it to read it.

        Raises:
            KeyError: there is no such donor.
        """
        pair = self._compare_one(patient, donor, options)
        return Explanation(_core.explain(pair, 0), f"Patient {patient.id} and donor {donor}")

    def compare_one(self, patient: Patient, donor: str, **options: Any) -> dict[str, Any]:
        """One pair in numbers: counts, letters, the ``explanation`` of its loci, ``criteria`` of the ranking
        in words, and with ``frequencies`` the ``probabilities``.

        Raises:
            KeyError: there is no such donor.
        """
        pair = self._compare_one(patient, donor, options)
        return {**pair.hit(0), "criteria": pair.criteria(0), "explanation": _core.explain(pair, 0)}

    def _compare_one(self, patient: Patient, donor: str, options: dict[str, Any]) -> _core.MatchList:
        self._check(patient)
        return _core.compare_one(self._core, self._index(donor), patient._core, self._request(options))

    def why(self, patient: Patient, donor: str, **options: Any) -> Listing:
        """Whether :meth:`search` with these options lists a donor, at which rank, and if not, why.

        Raises:
            KeyError: there is no such donor.
            FormatError: an option does not fit; ``column`` names it.

        Releases the GIL. Takes as long as a search without ``top``.
        """
        self._check(patient)
        index, request = self._index(donor), self._request(options)
        found = _core.explain_listing(self._core, index, patient._core, request)
        reasons = tuple(found.pop("reasons"))
        return Listing(donor_id=donor, patient_id=patient.id, reasons=reasons, **found)

    def prepare(
        self, frequencies: Frequencies, *, fallback: Sequence[str] = (), threads: int = 0
    ) -> dict[str, Any]:
        """Work out the haplotype pairs of every donor at once instead of when a search first needs them.

        Returns the number of distinct ``typings``, the ``bytes`` kept for them, how many donors each set
        explains (``explained``, by population) and how many none does (``unexplained``). Later searches with
        the same ``frequencies`` and ``fallback`` use what was worked out.

        Raises:
            FormatError: a donor has no set to use.
        """
        prepared = self._genotypes(frequencies, fallback)
        prepared.prepare(threads)
        explained, unexplained = prepared.coverage(threads)
        return {
            "typings": prepared.typing_count,
            "bytes": prepared.memory,
            "explained": explained,
            "unexplained": unexplained,
        }

    def _genotypes(self, frequencies: Frequencies, fallback: Sequence[str]) -> _core.DonorGenotypes:
        if not isinstance(frequencies, Frequencies):
            raise FormatError(
                f"column frequencies: expected Frequencies, not {type(frequencies).__name__};"
                " read files with Frequencies.read",
                column="frequencies",
            )
        key = tuple(fallback_list(fallback))
        if self._prepared is None or self._prepared[0] is not frequencies or self._prepared[1] != key:
            sets = _core.Populations([frequencies._core], list(key))
            self._prepared = (frequencies, key, _core.DonorGenotypes(self._core, sets))
        return self._prepared[2]

    def _request(self, options: dict[str, Any]) -> _core.SearchRequest:
        """The options of a search with their frequencies prepared for these donors."""
        plain = {name: value for name, value in options.items() if name not in ("frequencies", "fallback")}
        frequencies = options.get("frequencies")
        if frequencies is None:
            if options.get("fallback"):
                raise FormatError("column fallback: needs frequencies", column="fallback")
            return search_options(**plain)
        search_options(**plain)
        return search_options(**plain, genotypes=self._genotypes(frequencies, options.get("fallback") or ()))

    def _check(self, patient: Patient) -> None:
        if patient.nomenclature is not self.nomenclature:
            raise FormatError(
                "the patient was read with another nomenclature than the registry; "
                "read both with the same Nomenclature object",
                column="patient",
            )

    def __repr__(self) -> str:
        return f"Registry({len(self):,} donors, release {self.nomenclature.version})"


_HOW_FRAMES_ARE_READ = (
    "a data frame is read with the starter nomenclature, no table of NMDP codes and every row; for others"
    " give allomatch.Registry.from_frame(frame, nomenclature, mac=table)"
)


def registry_of(donors: object, option: str = "donors") -> Registry:
    """A registry as it is; a data frame is read as one, where every row has to be good.

    Raises:
        FormatError: neither of the two, or a row that cannot be read.
    """
    if isinstance(donors, Registry):
        return donors
    if not hasattr(donors, "__arrow_c_stream__") or isinstance(donors, Donors):
        kind = type(donors).__name__
        raise FormatError(
            f"column {option}: expected a Registry or a data frame of donors, not {kind}", column=option
        )
    try:
        return Registry.from_frame(donors, strict=True)
    except FormatError as error:
        raise FormatError(f"{error}; {_HOW_FRAMES_ARE_READ}", **vars(error)) from None
