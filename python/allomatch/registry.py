# SPDX-License-Identifier: Apache-2.0
"""A registry of donors, indexed for searching."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from . import _core
from .errors import FormatError
from .frequencies import Frequencies, fallback_list
from .listing import Listing
from .matches import Matches, MatchTable
from .patient import Patient
from .ranking import Ranking

Loci = str | Sequence[str]
Progress = Callable[[int], None] | None


class Registry:
    """Donors as columns. Immutable; any number of threads may search it at once.

    Make one with :meth:`from_csv` or :meth:`from_frame`.
    """

    def __init__(self, core: _core.Registry, report: _core.ImportReport) -> None:
        self._core = core
        self.report = report
        self._prepared: tuple[Frequencies, tuple[str, ...], _core.DonorGenotypes] | None = None

    @classmethod
    def from_csv(
        cls,
        path: str | os.PathLike[str],
        nomenclature: _core.Nomenclature | None = None,
        *,
        mac: _core.MacTable | None = None,
        nulls: str = "ignore_inside_ambiguity",
        strict: bool = False,
        progress: Progress = None,
    ) -> Registry:
        """Read a donor file: CSV, TSV or semicolons, plain or ``.gz``, or GL lines ``ID%GLSTRING``.

        A bad row is left out and accounted for in ``registry.report``; the others are taken.

        Args:
            path: the file.
            nomenclature: the release to read typings with; the built-in starter table when left out.
            mac: table of NMDP codes.
            nulls: what becomes of a null allele beside expressed ones in an ambiguous position:
                ``ignore_inside_ambiguity`` or ``consider``.
            strict: take nothing when a row is refused.
            progress: called now and then with the number of rows read.

        Raises:
            FormatError: the file cannot be read, has no id or typing columns, or (``strict``) a bad row.

        Cost: about half a second for 100,000 donors.
        """
        names = nomenclature or _core.Nomenclature.builtin()
        return cls(*_core.registry_from_file(path, names, mac, nulls, strict, progress))

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        nomenclature: _core.Nomenclature | None = None,
        *,
        mac: _core.MacTable | None = None,
        nulls: str = "ignore_inside_ambiguity",
        strict: bool = False,
        progress: Progress = None,
    ) -> Registry:
        """Read a data frame with the columns of a donor file.

        Takes pandas, polars, pyarrow and anything else with ``__arrow_c_stream__``. Rows are numbered
        from 1 in the report. Arguments and errors as in :meth:`from_csv`.
        """
        names = nomenclature or _core.Nomenclature.builtin()
        return cls(*_core.registry_from_frame(frame, names, mac, nulls, strict, progress))

    def __len__(self) -> int:
        return len(self._core)

    @property
    def nomenclature(self) -> _core.Nomenclature:
        return self._core.nomenclature

    @property
    def fields(self) -> list[str]:
        """Names of the donor fields that the input had."""
        return self._core.fields

    def donor(self, id: str) -> dict[str, Any]:
        """Typings and fields of one donor, as received.

        Raises:
            KeyError: there is no such donor.
        """
        index = self._index(id)
        return {"id": id, "typings": self._core.typings(index), **self._core.field_values(index)}

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._core.find(id) is not None

    def memory(self) -> dict[str, int]:
        """Bytes taken: ``typings``, ``typing_texts``, ``fields``, ``ids``, ``dictionaries``, ``total``."""
        return self._core.memory()

    def loci(self) -> dict[str, dict[str, int]]:
        """Per typed locus: donors ``typed``, distinct ``genotypes``, ``texts`` and ``classes``."""
        return self._core.loci()

    def search(self, patient: Patient, **options: Any) -> Matches:
        """Donors who could match a patient, best first.

        Args:
            patient: read with the same nomenclature as this registry.
            **options: see :func:`search_options`.

        Raises:
            FormatError: an option does not fit; ``column`` names it.

        Releases the GIL. Well under a millisecond for 100,000 donors; with frequencies some milliseconds
        more, and the first search with them reads the typings of all donors.
        """
        self._check(patient)
        request = self._request(options)
        once = bool(options.get("homozygous_once", False))
        return Matches(_core.search(self._core, patient._core, request), patient, self, once)

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
        lists = _core.search_many(self._core, [p._core for p in everyone], request, progress)
        once = bool(options.get("homozygous_once", False))
        return MatchTable([Matches(found, p, self, once) for found, p in zip(lists, everyone, strict=True)])

    def search_cords(
        self,
        patient: Patient,
        match: str = "4/6",
        *,
        min_tnc_per_kg: float | None = None,
        min_cd34_per_kg: float | None = None,
        where: str | None = None,
        rank: object = "cord",
        **options: Any,
    ) -> Matches:
        """Cord units for a patient, best first.

        Args:
            patient: with ``weight_kg`` when a dose is asked for.
            match: the least match: ``4/6`` to ``6/6`` (A and B by antigen, DRB1 by class) or ``4/8`` to
                ``8/8`` (A, B, C, DRB1 by class).
            min_tnc_per_kg: least nucleated cells, in 10^7 for each kilogram of the patient. Guidelines ask
                for 2.5 of a single unit (ASTCT Cord Blood Special Interest Group, Biol Blood Marrow
                Transplant 2020;26:2190-2196).
            min_cd34_per_kg: least CD34 positive cells, in 10^5 for each kilogram; the same guidelines ask
                for 1.5.
            where: a further condition on the units.
            rank: see :func:`search_options`.
            **options: the others of a search, without loci and limits.

        A unit without a cell count is left out when that count is asked for.

        Raises:
            FormatError: an option does not fit, or a dose is asked for and the patient has no weight.
        """
        agreeing, _, positions = match.partition("/")
        loci = {"6": "6/6", "8": "8/8"}.get(positions)
        if loci is None or not agreeing.isdecimal() or not 0 <= int(agreeing) <= int(positions):
            raise FormatError(
                f"column match: '{match}': expected 4/6, 5/6, 6/6 or 4/8 to 8/8", column="match", text=match
            )
        conditions = ["type = 'cord'"]
        doses = (("tnc", min_tnc_per_kg, 1.0), ("cd34", min_cd34_per_kg, 0.1))
        for field, least, unit in doses:
            if least is None:
                continue
            weight = float(patient.fields.get("weight_kg") or 0)
            if weight <= 0:
                raise FormatError(
                    f"column min_{field}_per_kg: the patient {patient.id} has no weight_kg",
                    column=f"min_{field}_per_kg",
                )
            conditions.append(f"{field} >= {least * weight * unit!r}")
        if where:
            conditions.append(f"({where})")
        return self.search(
            patient,
            loci=loci,
            max_mismatches=int(positions) - int(agreeing),
            antigen_level=("A", "B") if positions == "6" else (),
            where=" and ".join(conditions),
            rank=rank,
            **options,
        )

    def compare(self, patient: Patient, **options: Any) -> Matches:
        """Every donor against a patient, in registry order, without limits or ranks."""
        self._check(patient)
        request = self._request(options)
        once = bool(options.get("homozygous_once", False))
        return Matches(_core.compare(self._core, patient._core, request), patient, self, once)

    def explain(self, patient: Patient, donor: str, **options: Any) -> list[dict[str, Any]]:
        """Why one pair came out as it did, locus by locus.

        Raises:
            KeyError: there is no such donor.
        """
        self._check(patient)
        return _core.explain(self._core, self._index(donor), patient._core, self._request(options))

    def compare_one(self, patient: Patient, donor: str, **options: Any) -> dict[str, Any]:
        """One pair in numbers: counts, letters, ``criteria`` of the ranking in words, and with
        ``frequencies`` the ``probabilities``.

        Raises:
            KeyError: there is no such donor.
        """
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

    def _index(self, donor: str) -> int:
        index = self._core.find(donor)
        if index is None:
            raise KeyError(donor)
        return index

    def _check(self, patient: Patient) -> None:
        if patient.nomenclature is not self.nomenclature:
            raise FormatError(
                "the patient was read with another nomenclature than the registry; "
                "read both with the same Nomenclature object",
                column="patient",
            )

    def __repr__(self) -> str:
        return f"Registry({len(self):,} donors, release {self.nomenclature.version})"


def search_options(
    *,
    loci: Loci = "10/10",
    max_mismatches: int = 0,
    min_mismatches: int = 0,
    exactly: int | None = None,
    limits: Mapping[str, int] | None = None,
    direction: str = "both",
    homozygous_once: bool = False,
    where: str | None = None,
    rank: object = "default",
    also: str | Sequence[str] = "auto",
    tce_version: str = "",
    accept: str | Sequence[str] = (),
    antigen_level: str | Sequence[str] = (),
    top: int | None = None,
    on: str | date | None = None,
    threads: int = 0,
    genotypes: _core.DonorGenotypes | None = None,
) -> _core.SearchRequest:
    """Check and bundle the options of a search.

    A search takes two more: ``frequencies``, a :class:`Frequencies` to predict with, and ``fallback``, the
    populations to use for people without a set of their own or whom it does not explain.

    Args:
        loci: ``6/6``, ``8/8``, ``10/10``, ``12/12`` or a list of loci.
        max_mismatches: most potential mismatches over the searched loci, 0-18.
        min_mismatches: leave out better donors.
        exactly: the same as both at once.
        limits: most mismatches at single loci, ``{"DRB1": 0}``.
        direction: which mismatches count: ``both``, ``gvh`` (the patient's that the donor lacks) or
            ``hvg`` (the donor's that the patient lacks).
        homozygous_once: count A,A against B,B as one mismatch.
        where: condition on donor fields, ``"age<36 and sex='M' and branch in ('宁波','杭州')"``; with
            frequencies also on ``p0``, ``p1`` .. and ``A_p0`` ..
        rank: ``default``, ``ptcy``, ``cord`` or ``hla_only``; a ``.toml`` file; a :class:`Ranking`; or a
            list of criteria.
        also: loci that are compared and shown without being searched on: ``auto`` (every other locus that
            some donor is typed at), ``none``, or a list.
        tce_version: the assignment of DPB1 to T-cell epitope groups, ``V1``, ``V2`` ..; the newest of the
            release when left out.
        antigen_level: loci where mismatches of antigens are counted instead of classes, as for cord units.
        accept: loci of which one may have one mismatch, ``["A", "B"]``, the others none.
        top: how many to return; ``matches.total`` counts all.
        on: day that ages are counted at, ``YYYY-MM-DD``; today when left out.
        threads: 0 for all cores.
        genotypes: donors seen through frequencies; a search makes it from ``frequencies``.

    Raises:
        FormatError: naming the option in ``column``.
    """
    if exactly is not None:
        min_mismatches = max_mismatches = exactly
    for name, value in (("max_mismatches", max_mismatches), ("min_mismatches", min_mismatches)):
        if not 0 <= value <= 18:
            raise FormatError(f"{name}: expected a number from 0 to 18, not {value}", column=name)
    accepted = _loci_list(accept)
    if accepted:
        if max_mismatches or limits:
            raise FormatError("accept: cannot stand beside max_mismatches or limits", column="accept")
        searched = _core.loci_from_text(_loci_text(loci))
        for locus in accepted:
            if locus not in searched:
                raise FormatError(
                    f"accept: {locus} is not among the searched loci", column="accept", text=locus
                )
        max_mismatches = 1
        limits = {locus: 0 for locus in searched if locus not in accepted}
    if top is not None and not 0 <= top < 2**64:
        raise FormatError(f"top: expected a number from 0, not {top}", column="top")
    if not 0 <= threads <= 1024:
        raise FormatError(f"threads: expected a number from 0 to 1024, not {threads}", column="threads")
    return _core.SearchRequest(
        loci=_loci_text(loci),
        max_mismatches=max_mismatches,
        min_mismatches=min_mismatches,
        limits=list((limits or {}).items()),
        direction=direction,
        homozygous_once=homozygous_once,
        where=where or "",
        rank=Ranking.of(rank)._criteria,
        top=top,
        on=on.isoformat() if isinstance(on, date) else on,
        threads=threads,
        genotypes=genotypes,
        also=None if also == "auto" else [] if also == "none" else _loci_list(also),
        tce_version=tce_version or "",
        antigen_level=_loci_list(antigen_level),
    )


def _loci_text(loci: Loci) -> str:
    return loci if isinstance(loci, str) else ",".join(loci)


def _loci_list(loci: str | Sequence[str]) -> list[str]:
    text = _loci_text(loci)
    return _core.loci_from_text(text) if text else []
