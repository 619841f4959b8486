# SPDX-License-Identifier: Apache-2.0
"""How often the donors of a registry match each other: what the pool itself says of its match likelihood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import _core, option_values
from ..option_values import Day
from ._likelihood import _count, dpb1_rule, option_list
from ._pool import Flags, Floats, Ints, LocusTexts, frame_of, groups_of, ids_of, registry_of, standing

if TYPE_CHECKING:
    import pandas

Progress = Callable[[int, int], None] | None
_KINDS = ("potential", "certain")


def observed_matches(
    donors: Any,
    *,
    loci: str | Sequence[str] = "10/10",
    mismatches: int = 1,
    dpb1: str | None = None,
    tce_version: str | None = None,
    on: Day = None,
    threads: int = 0,
    progress: Progress = None,
) -> pandas.DataFrame:
    """Every donor as a patient against all the others: how many match.

    Args:
        donors: a registry, or a data frame of donors.
        loci: loci of the search.
        mismatches: most mismatches that are counted, 0 to 2.
        dpb1: ``match`` or ``permissive``: what a match must be at DPB1 as well, ``loci`` not, as
            :func:`match_likelihood` has it. Donors who are not typed there then count for nobody, and match
            nobody.
        tce_version: of the TCE groups, such as ``V2``; the newest of the release when left out.
        on: day that reservations are looked up at; today when left out.
        threads: 0 for all cores.
        progress: called now and then with the number of distinct typings done and of all.

    Returns:
        A row for each donor, in the order of the registry: ``id``; ``others``, donors it was compared with:
        all whom a search would offer and who are not retired (status ``DE``), less itself; for each number k
        of mismatches ``potential_k``, how many of them have exactly k by the lowest count (``mismatches`` of
        a search: an upper bound where typings are ambiguous), and ``certain_k``, how many have k by the
        highest count that some resolution allows (``mismatches_max``). Under a rule for DPB1 those who may
        fit it, and those who do whatever the typings resolve to.

    Raises:
        FormatError: an option does not fit.
        ImportError: pandas is missing (extra ``frames``).

    Equals ``registry.search`` donor by donor, but for retired donors. Cost: some seconds for 100,000 donors
    at 10/10 with one mismatch on two cores.
    """
    registry = registry_of(donors)
    rule = dpb1_rule(dpb1, tce_version)
    found = _counted(registry, loci, mismatches, on, None, threads, progress, rule)
    columns: dict[str, Any] = {"id": ids_of(registry), "others": found["others"].astype(np.int64)}
    for k in range(found["potential"].shape[1]):
        for kind in _KINDS:
            columns[f"{kind}_{k}"] = found[kind][:, k].astype(np.int64)
    return frame_of(columns)


def observed_likelihood(
    donors: Any,
    sizes: Sequence[float] | None = None,
    *,
    loci: str | Sequence[str] = "10/10",
    mismatches: int = 0,
    reachable: float = 1.0,
    dpb1: str | None = None,
    tce_version: str | None = None,
    on: Day = None,
    threads: int = 0,
    progress: Progress = None,
) -> pandas.DataFrame:
    """The share of donors, taken as patients, who have a match among the others, and among fewer of them.

    For fewer donors nothing is drawn: of a patient with m matches among n others, N of these taken at random
    have none with the hypergeometric probability C(n - m, N) / C(n, N); where donors are reachable by chance,
    the distribution of the number of matches among them is summed.

    Args:
        donors: a registry, or a data frame of donors; at least two.
        sizes: whole numbers of other donors, at most all; ten a decade from 100, and all of them, when left
            out.
        mismatches: 0, or 1 or 2 for donors with at most so many.
        reachable: chance that a donor can be had when asked, in [0, 1].
        dpb1: ``match`` or ``permissive``: donors who are not typed at DPB1 are then neither patients nor
            donors.
        loci, tce_version, on, threads, progress: see :func:`observed_matches`.

    Returns:
        A row for each size: ``size``; ``certain`` and ``potential``, shares in [0, 1] by the certain and by
        the potential matches: with ambiguous typings the truth lies between them.

    Retired donors (status ``DE``) are neither patients nor donors. Patients are like the donors of this pool
    here; relatives and doubled entries in it make the share too high.
    """
    registry = registry_of(donors)
    chance = option_values.part("reachable", reachable)
    rule = dpb1_rule(dpb1, tce_version)
    found = _counted(registry, loci, mismatches, on, None, threads, progress, rule)
    patients = standing(registry)
    if dpb1 is not None:
        patients &= LocusTexts.of(registry, "DPB1").typed
    others: Ints = found["others"].astype(np.int64)[patients]
    most = int(others.min()) if len(others) else 0
    if most < 1:
        at_dpb1 = "" if dpb1 is None else " and are typed at DPB1"
        reason = f"expected at least two donors who can be had{at_dpb1}"
        raise option_values.refuse("donors", len(registry), reason)
    if sizes is None:
        steps = [round(100 * 10 ** (step / 10)) for step in range(80)]
        chosen = [size for size in steps if size < most] + [most]
    else:
        chosen = [option_values.whole("sizes", _whole(size), most) for size in option_list("sizes", sizes)]
    columns: dict[str, Any] = {"size": np.asarray(chosen, dtype=np.int64)}
    for kind in reversed(_KINDS):
        matches = found[kind].astype(np.int64).sum(axis=1)[patients]
        columns[kind] = np.asarray([_with_a_match(matches, others, size, chance) for size in chosen])
    return frame_of(columns)


def branch_value(
    donors: Any,
    *,
    by: str = "branch",
    loci: str | Sequence[str] = "10/10",
    mismatches: int = 0,
    on: Day = None,
    threads: int = 0,
    progress: Progress = None,
) -> pandas.DataFrame:
    """What each branch adds to the pool.

    The donors of the whole pool are taken as patients, each against all the others; the retired (status
    ``DE``) neither as patients nor as donors.

    Args:
        donors: a registry, or a data frame of donors.
        by: a donor field such as ``branch`` or ``population``.
        loci, mismatches, on, threads, progress: see :func:`observed_likelihood`.

    Returns:
        A row for each branch, sorted by name: the branch, in a column named as ``by`` (empty: donors without
        one); ``donors``; ``genotypes``, how many distinct genotypes its fully typed donors have, and
        ``own_genotypes``, those that no fully typed donor of another branch has; ``served_certain`` and
        ``served_potential``, patients whose every match is a donor of this branch and who would have none
        without it, by certain and by potential matches (see :func:`observed_matches`); ``certain_per_1000``
        and ``potential_per_1000``, the same for each 1,000 donors of it.

    Ambiguous donors match many patients potentially, so ``served_potential`` counts few patients in a pool
    with many of them; for the same patient a certain match may be in one branch alone though potential ones
    are in all.
    """
    registry = registry_of(donors)
    groups = groups_of(registry, option_values.text("by", by, "the name of a donor field"))
    found = _counted(registry, loci, mismatches, on, groups.donors, threads, progress)
    patients = standing(registry)
    size = np.bincount(groups.donors[patients], minlength=len(groups.labels)).astype(np.int64)
    chosen = option_values.loci("loci", loci)
    genotypes, own = _genotypes(registry, chosen, patients, groups.donors, len(groups.labels))
    columns: dict[str, Any] = {
        **groups.column(),
        "donors": size,
        "genotypes": genotypes,
        "own_genotypes": own,
    }
    for kind in reversed(_KINDS):
        only = found[f"{kind}_group"][patients]
        columns[f"served_{kind}"] = np.bincount(only[only >= 0], minlength=len(size)).astype(np.int64)
    for kind in reversed(_KINDS):
        columns[f"{kind}_per_1000"] = 1000 * columns[f"served_{kind}"] / np.maximum(size, 1)
    return frame_of(columns)


def _counted(
    registry: Any,
    loci: str | Sequence[str],
    mismatches: int,
    on: Day,
    groups: Ints | None,
    threads: int,
    progress: Progress,
    dpb1: tuple[str, str] = ("", ""),
) -> dict[str, Any]:
    return _core.count_pool_matches(
        registry._core,
        ",".join(option_values.loci("loci", loci)),
        option_values.whole("mismatches", mismatches, 2),
        option_values.day_text("on", on),
        np.asarray([] if groups is None else groups, dtype=np.uint32),
        *dpb1,
        option_values.whole("threads", threads, 2**16),
        option_values.callback("progress", progress),
    )


def _whole(size: Any) -> Any:
    """A float that is a whole number as one, so that sizes of another table may be used."""
    return (
        int(size) if isinstance(size, (float, np.floating)) and _count("sizes", size).is_integer() else size
    )


def _with_a_match(matches: Ints, others: Ints, size: int, chance: float) -> float:
    """The share of patients who have one of their matches among ``size`` of the others, and can have it."""
    total = 0.0
    for among in np.unique(others):
        counts, patients = np.unique(matches[others == among], return_counts=True)
        if chance < 1:
            none = _none_reached(counts, int(among), size, chance)
        else:
            none = _none_there(counts, int(among), size)
        total += float(np.dot(patients, 1 - none))
    return total / len(matches)


def _none_there(counts: Ints, among: int, size: int) -> Floats:
    """P that ``size`` donors of ``among`` are none of so many; ``counts`` ascend."""
    # log C(n - m, N) / C(n, N) = sum over i < m of log((n - N - i) / (n - i)), by m
    i = np.arange(min(int(counts[-1]), among - size))
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-size / (among - i)))])
    return np.where(counts < len(logs), np.exp(logs[np.minimum(counts, len(logs) - 1)]), 0.0)


def _none_reached(counts: Ints, among: int, size: int, chance: float) -> Floats:
    """P that none of ``size`` donors of ``among`` is one of so many who can be had."""
    if chance == 0 or size == 0:
        return np.ones(len(counts))
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, among + 1)))])

    def log_choose(n: Any, k: Any) -> Any:
        inside = (k >= 0) & (k <= n)
        k = np.where(inside, k, 0)
        return np.where(inside, log_factorial[n] - log_factorial[k] - log_factorial[n - k], -np.inf)

    # More matches than these are not all out of reach.
    most = min(int(counts[-1]), size, int(-40 / np.log1p(-chance)) + 1)
    there = np.arange(most + 1)
    m = counts[:, None]
    logs = log_choose(m, there) + log_choose(among - m, size - there) + there * np.log1p(-chance)
    none: Floats = np.exp(logs - log_choose(among, size)).sum(axis=1)
    return none


def _genotypes(
    registry: Any, loci: list[str], among: Flags, branch: Ints, branches: int
) -> tuple[Ints, Ints]:
    """Distinct genotypes of the fully typed donors ``among`` those of each branch, and those of it alone."""
    typed = among.copy()
    columns: list[npt.NDArray[np.int64]] = []
    for locus in loci:
        texts = LocusTexts.of(registry, locus)
        numbers: dict[tuple[str, str], int] = {}
        of_genotype = [
            -1 if pair is None else numbers.setdefault(pair, len(numbers)) for pair in texts.classes
        ]
        column = np.asarray(of_genotype, dtype=np.int64)[texts.genotype_of_donor]
        typed &= column >= 0
        columns.append(column)
    rows, numbers_of = np.unique(np.stack(columns, axis=1)[typed], axis=0, return_inverse=True)
    pairs = np.unique(np.stack([numbers_of.reshape(-1), branch[typed]], axis=1), axis=0)
    in_branches = np.bincount(pairs[:, 0], minlength=len(rows))
    alone = pairs[in_branches[pairs[:, 0]] == 1]
    count = [np.bincount(some[:, 1], minlength=branches).astype(np.int64) for some in (pairs, alone)]
    return count[0], count[1]
