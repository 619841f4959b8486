# SPDX-License-Identifier: Apache-2.0
"""The options of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from . import _core, option_values
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
        exactly: the same as both at once, instead of them.
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
    max_mismatches = option_values.whole("max_mismatches", max_mismatches, 18)
    min_mismatches = option_values.whole("min_mismatches", min_mismatches, 18)
    limited = option_values.limits("limits", {} if limits is None else limits)
    searched: str | list[str] = loci if isinstance(loci, str) else option_values.loci("loci", loci)
    accepted = option_values.loci("accept", () if accept is None else accept)
    if exactly is not None:
        exactly = option_values.whole("exactly", exactly, 18)
        for name, other in (("max_mismatches", max_mismatches), ("min_mismatches", min_mismatches)):
            if other:
                raise option_values.refuse("exactly", exactly, f"cannot stand beside {name}")
        if accepted:
            raise option_values.refuse("accept", ",".join(accepted), "cannot stand beside exactly")
        min_mismatches = max_mismatches = exactly
    if accepted:
        for name, given in (("max_mismatches", max_mismatches), ("limits", limited)):
            if given:
                raise option_values.refuse("accept", ",".join(accepted), f"cannot stand beside {name}")
        every = option_values.loci("loci", searched)
        for locus in accepted:
            if locus not in every:
                raise option_values.refuse("accept", locus, "not among the searched loci")
        max_mismatches = 1
        limited = [(locus, 0) for locus in every if locus not in accepted]
    if isinstance(on, date):
        on = on.isoformat()
    if not (isinstance(also, str) and also in ("auto", "none")):
        also = option_values.loci("also", also)
    return _core.SearchRequest(
        loci=searched if isinstance(searched, str) else ",".join(searched),
        max_mismatches=max_mismatches,
        min_mismatches=min_mismatches,
        limits=limited,
        direction=option_values.text("direction", direction, "both, gvh or hvg"),
        homozygous_once=option_values.flag("homozygous_once", homozygous_once),
        where=option_values.text("where", "" if where is None else where, "a condition"),
        rank=Ranking.of(rank)._criteria,
        top=None if top is None else option_values.whole("top", top),
        on=None if on is None else option_values.text("on", on, "a date, or YYYY-MM-DD"),
        threads=option_values.whole("threads", threads, 1024),
        genotypes=genotypes,
        also=None if also == "auto" else [] if also == "none" else list(also),
        tce_version=option_values.text(
            "tce_version", "" if tce_version is None else tce_version, "V1, V2 .."
        ),
        antigen_level=option_values.loci("antigen_level", antigen_level),
        cord_units=option_values.flag("cord_units", cord_units),
        min_tnc_per_kg=option_values.real_or_none("min_tnc_per_kg", min_tnc_per_kg),
        min_cd34_per_kg=option_values.real_or_none("min_cd34_per_kg", min_cd34_per_kg),
    )


def cord_options(match: str) -> dict[str, Any]:
    """The options of a search that stand for a match of cord units.

    Raises:
        FormatError: there is no such match.
    """
    loci, mismatches, antigen_level = _core.cord_match(
        option_values.text("match", match, "4/6, 5/6, 6/6 or 4/8 to 8/8")
    )
    return {
        "loci": loci,
        "max_mismatches": mismatches,
        "antigen_level": antigen_level,
        "cord_units": True,
    }
