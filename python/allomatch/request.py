# SPDX-License-Identifier: Apache-2.0
"""The options of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from . import _core
from .errors import FormatError
from .ranking import Ranking

Loci = str | Sequence[str]


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
    cord_units: bool = False,
    min_tnc_per_kg: float | None = None,
    min_cd34_per_kg: float | None = None,
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
            frequencies also on ``p0``, ``p1`` .., ``A_p0`` .. and ``dpb1_p_match`` ..
        rank: ``default``, ``ptcy``, ``cord`` or ``hla_only``; a ``.toml`` file; a :class:`Ranking`; or a
            list of criteria.
        also: loci that are compared and shown without being searched on: ``auto`` (every other locus that
            some donor is typed at), ``none``, or a list.
        tce_version: the assignment of DPB1 to T-cell epitope groups, ``V1``, ``V2`` ..; the newest of the
            release when left out.
        antigen_level: loci where mismatches of antigens are counted instead of classes, as for cord units.
        cord_units: only donors whose type is cord.
        min_tnc_per_kg: least nucleated cells of a cord unit, in 10^7 for each kilogram of the patient.
        min_cd34_per_kg: least CD34 positive cells, in 10^5.
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
        cord_units=cord_units,
        min_tnc_per_kg=min_tnc_per_kg,
        min_cd34_per_kg=min_cd34_per_kg,
    )


def cord_options(match: str) -> dict[str, Any]:
    """The options of a search that stand for a match of cord units.

    Raises:
        FormatError: there is no such match.
    """
    loci, mismatches, antigen_level = _core.cord_match(match)
    return {
        "loci": loci,
        "max_mismatches": mismatches,
        "antigen_level": antigen_level,
        "cord_units": True,
    }


def _loci_text(loci: Loci) -> str:
    return loci if isinstance(loci, str) else ",".join(loci)


def _loci_list(loci: str | Sequence[str]) -> list[str]:
    text = _loci_text(loci)
    return _core.loci_from_text(text) if text else []
