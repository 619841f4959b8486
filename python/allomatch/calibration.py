# SPDX-License-Identifier: Apache-2.0
"""Whether predicted match probabilities come true, checked on people whose real alleles are known."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import _core, option_values
from .errors import FormatError
from .frequencies import Frequencies, Paths
from .patient import Patient, read_patients
from .registry import Registry
from .request import Loci

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow
    from matplotlib.figure import Figure

Donors = Registry | str | os.PathLike[str] | Any
Patients = Iterable[Patient] | str | os.PathLike[str] | Any

_TOTALS = 3  # p0, p1, p2
_MOST_BINS = 1000
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Bin:
    """Pairs with about the same predicted probability.

    Attributes:
        quantity: what was predicted, a column of match files: ``p0`` (exactly 0 mismatches), ``A_p0`` ..
        lower, upper: the predictions of the bin, ``lower <= p < upper``, without 0 and 1.
        pairs: how many.
        predicted: their mean prediction; ``None`` without pairs.
        matched: pairs in which it is true.
        observed: ``matched`` by ``pairs``; ``None`` without pairs.
        observed_low, observed_high: Wilson 95 % interval of the rate, as if the pairs were independent.
    """

    quantity: str
    lower: float
    upper: float
    pairs: int
    predicted: float | None
    matched: int
    observed: float | None
    observed_low: float | None
    observed_high: float | None


@dataclass(frozen=True)
class Score:
    """How good the predictions of one quantity are. Certain predictions count in ``certain`` alone.

    Attributes:
        quantity: as in :class:`Bin`.
        pairs: predictions above 0 and below 1.
        certain: predictions of exactly 0 or 1.
        contradictions: certain predictions that are wrong.
        blank: pairs without a prediction.
        expected: sum of the predictions of ``pairs``.
        matched: pairs of ``pairs`` in which it is true.
        brier: mean squared difference between prediction and truth (0 or 1): 0 is best, 0.25 is what 50 % for
            every pair gets.
        calibration_error: expected calibration error: mean distance between ``predicted`` and ``observed`` of
            the bins, weighted by pairs.
        log_loss: mean of minus the natural logarithm of the probability given to the truth.
    """

    quantity: str
    pairs: int
    certain: int
    contradictions: int
    blank: int
    expected: float
    matched: int
    brier: float | None
    calibration_error: float | None
    log_loss: float | None


@dataclass(frozen=True)
class Calibration:
    """Predicted against true match rates. Make one with :func:`calibrate`.

    Attributes:
        loci: the loci compared.
        donors, patients, pairs: how many.
        unexplained_donors, unexplained_patients: people whom the frequencies do not explain.
        unexplained_pairs: pairs with at least one of them; nothing is predicted for these.
        contradictions: pairs in which a certain prediction is wrong: 0 with the frequencies that the people
            were drawn from.
        bins: of each quantity the bins in order.
        scores: one a quantity: ``p0, p1, p2``, then ``A_p0`` .. of each locus.
    """

    loci: list[str]
    donors: int
    patients: int
    pairs: int
    unexplained_donors: int
    unexplained_patients: int
    unexplained_pairs: int
    contradictions: int
    bins: list[Bin]
    scores: list[Score]

    @property
    def quantities(self) -> list[str]:
        return [score.quantity for score in self.scores]

    def score(self, quantity: str) -> Score:
        """The score of one quantity.

        Raises:
            KeyError: there is no such quantity.
        """
        for score in self.scores:
            if score.quantity == quantity:
                return score
        raise KeyError(quantity)

    def bins_of(self, quantity: str) -> list[Bin]:
        """The bins of one quantity, by prediction."""
        return [one for one in self.bins if one.quantity == quantity]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain numbers, texts, lists and dicts."""
        return asdict(self)

    def to_arrow(self) -> pyarrow.Table:
        """The bins as a pyarrow table. Needs pyarrow."""
        import pyarrow

        kinds = {"quantity": pyarrow.string(), "pairs": pyarrow.int64(), "matched": pyarrow.int64()}
        schema = pyarrow.schema(
            [(field.name, kinds.get(field.name, pyarrow.float64())) for field in fields(Bin)]
        )
        return pyarrow.Table.from_pylist([asdict(one) for one in self.bins], schema)

    def to_pandas(self) -> pandas.DataFrame:
        """The bins as a pandas frame. Needs pandas and pyarrow."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The bins as a polars frame. Needs polars and pyarrow."""
        import polars

        return polars.DataFrame(self.to_arrow())

    def plot(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        title: str = "",
        quantities: Sequence[str] = ("p0", "p1", "p2"),
    ) -> Figure:
        """Reliability diagram: observed rate over prediction, with the number of pairs below.

        Several calibrations side by side: :func:`plot_calibrations`.

        Raises:
            FormatError: matplotlib is missing, or the ending of ``path`` is not .png, .svg or .pdf.
            KeyError: there is no such quantity.
        """
        from ._calibration_plot import plot_calibrations

        return plot_calibrations({title: self}, path, quantities=quantities)

    def __repr__(self) -> str:
        uncertain = self.score("p0").pairs
        return f"Calibration({self.pairs:,} pairs at {' '.join(self.loci)}, p0 of {uncertain:,} uncertain)"


def calibrate(
    donors: Donors,
    patients: Patients,
    truth_donors: Donors,
    truth_patients: Patients,
    frequencies: Frequencies | Paths,
    *,
    nomenclature: _core.Nomenclature | None = None,
    mac: _core.MacTable | None = None,
    loci: Loci = "10/10",
    bins: int = 10,
    fallback: Sequence[str] = (),
    progress: Callable[[int], None] | None = None,
) -> Calibration:
    """Predict every pair, and compare the predictions with the truth.

    The truth are the same people, by id, typed without any doubt at the searched loci, as
    :func:`~allomatch.simulate` writes them. Whether a pair truly matches is decided by the library's own
    comparison of the true typings.

    Args:
        donors, truth_donors: a registry, a donor file or a data frame.
        patients, truth_patients: patients, a patient file or a data frame.
        frequencies: what to predict with; files are read as they are, without normalising.
        nomenclature: to read files and frames with; that of ``donors`` when it is a registry, else the
            built-in starter table.
        mac: table of the NMDP codes in files and frames.
        loci: as in a search.
        bins: number of bins of equal width between 0 and 1, 1-1000.
        fallback: populations to use for people without a set of their own or whom it does not explain.
        progress: called with the number of patients done.

    Raises:
        FormatError: an option does not fit, a person has no truth, or the truth of one is not certain.

    Needs pyarrow. About a second for a million pairs; memory for one patient at a time.
    """
    option_values.callback("progress", progress)
    if not 1 <= bins <= _MOST_BINS:
        raise FormatError(f"bins: expected a number from 1 to {_MOST_BINS}, not {bins}", column="bins")
    if nomenclature is not None:
        names = nomenclature
    else:
        names = donors.nomenclature if isinstance(donors, Registry) else _core.Nomenclature.builtin()
    pool = _registry(donors, names, mac)
    true_pool = _registry(truth_donors, names, mac)
    people = _people(patients, names, mac)
    true_people = {patient.id: patient for patient in _people(truth_patients, names, mac)}
    sets = frequencies if isinstance(frequencies, Frequencies) else Frequencies.read(frequencies, names)
    wanted = _core.loci_from_text(loci if isinstance(loci, str) else ",".join(loci))
    quantities = [*(f"p{k}" for k in range(_TOTALS)), *(f"{locus}_p0" for locus in wanted)]
    curves = [_Curve(quantity, bins) for quantity in quantities]

    places: NDArray[np.intp] | None = None
    unexplained_donors = unexplained_patients = unexplained_pairs = contradictions = 0
    for number, patient in enumerate(people):
        if patient.id not in true_people:
            raise FormatError(f"patient {patient.id} has no truth", column="truth_patients")
        table = pool.compare(patient, loci=wanted, frequencies=sets, fallback=fallback).to_arrow()
        truth = true_pool.compare(true_people[patient.id], loci=wanted).to_arrow()
        if places is None:
            places = _places(table["donor_id"].to_pylist(), truth["donor_id"].to_pylist())
        mismatches = _column(truth, "mismatches")[places]
        doubtful = np.flatnonzero(_column(truth, "mismatches_max")[places] != mismatches)
        if len(doubtful):
            donor = table["donor_id"][int(doubtful[0])].as_py()
            raise FormatError(
                f"the truth of patient {patient.id} and donor {donor} leaves open how they match at"
                f" {' '.join(wanted)}; both must be typed without doubt there",
                column="truth_donors",
            )
        wrong = np.zeros(len(table), dtype=bool)
        for at, curve in enumerate(curves):
            if at < _TOTALS:
                true = mismatches == at
            else:
                true = _column(truth, f"{wanted[at - _TOTALS]}_mm")[places] == 0
            wrong |= curve.add(_column(table, curve.quantity), true)
        contradictions += int(wrong.sum())
        explained = _column(table, "donor_explained").astype(bool)
        unexplained_donors = int((~explained).sum())
        if len(table) and not table["patient_explained"][0].as_py():
            unexplained_patients += 1
            explained[:] = False
        unexplained_pairs += int((~explained).sum())
        if progress is not None:
            progress(number + 1)
    return Calibration(
        loci=wanted,
        donors=len(pool),
        patients=len(people),
        pairs=len(pool) * len(people),
        unexplained_donors=unexplained_donors,
        unexplained_patients=unexplained_patients,
        unexplained_pairs=unexplained_pairs,
        contradictions=contradictions,
        bins=[one for curve in curves for one in curve.table()],
        scores=[curve.score() for curve in curves],
    )


class _Curve:
    """Predictions and outcomes of one quantity, added up patient by patient."""

    def __init__(self, quantity: str, bins: int) -> None:
        self.quantity = quantity
        self._edges = np.arange(bins + 1) / bins
        self._pairs = np.zeros(bins, dtype=np.int64)
        self._matched = np.zeros(bins, dtype=np.int64)
        self._predicted = np.zeros(bins)
        self._certain = self._contradictions = self._blank = 0
        self._squares = self._logs = 0.0

    def add(self, p: NDArray[np.float64], true: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Takes the predictions (nan: none) of some pairs, and tells which of them are certain and wrong."""
        wrong: NDArray[np.bool_] = ((p == 0) & true) | ((p == 1) & ~true)
        blank = np.isnan(p)
        uncertain = (p > 0) & (p < 1)
        self._contradictions += int(wrong.sum())
        self._blank += int(blank.sum())
        self._certain += len(p) - int(blank.sum()) - int(uncertain.sum())
        p, true = p[uncertain], true[uncertain]
        bins = len(self._pairs)
        at = np.searchsorted(self._edges, p, side="right") - 1
        self._pairs += np.bincount(at, minlength=bins)
        self._matched += np.bincount(at[true], minlength=bins)
        self._predicted += np.bincount(at, p, bins)
        self._squares += float(((p - true) ** 2).sum())
        self._logs -= float(np.log(np.where(true, p, 1 - p)).sum())
        return wrong

    def table(self) -> list[Bin]:
        rows = []
        for at, pairs in enumerate(self._pairs.tolist()):
            matched = int(self._matched[at])
            low, high = wilson_interval(matched, pairs) if pairs else (None, None)
            rows.append(
                Bin(
                    quantity=self.quantity,
                    lower=float(self._edges[at]),
                    upper=float(self._edges[at + 1]),
                    pairs=pairs,
                    predicted=float(self._predicted[at]) / pairs if pairs else None,
                    matched=matched,
                    observed=matched / pairs if pairs else None,
                    observed_low=low,
                    observed_high=high,
                )
            )
        return rows

    def score(self) -> Score:
        pairs = int(self._pairs.sum())
        distance = float(np.abs(self._matched - self._predicted).sum())
        return Score(
            quantity=self.quantity,
            pairs=pairs,
            certain=self._certain,
            contradictions=self._contradictions,
            blank=self._blank,
            expected=float(self._predicted.sum()),
            matched=int(self._matched.sum()),
            brier=self._squares / pairs if pairs else None,
            calibration_error=distance / pairs if pairs else None,
            log_loss=self._logs / pairs if pairs else None,
        )


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """95 % interval of a rate (Wilson EB, J Am Stat Assoc 1927;22:209-212); ``trials`` from 1."""
    z2 = _NORMAL_95 * _NORMAL_95
    rate = successes / trials
    middle = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    half = _NORMAL_95 / (1 + z2 / trials) * math.sqrt(rate * (1 - rate) / trials + z2 / (4 * trials**2))
    return (0.0 if successes == 0 else middle - half), (1.0 if successes == trials else middle + half)


def _registry(source: Donors, names: _core.Nomenclature, mac: _core.MacTable | None) -> Registry:
    if isinstance(source, Registry):
        return source
    if isinstance(source, (str, os.PathLike)):
        return Registry.from_csv(source, names, mac=mac)
    return Registry.from_frame(source, names, mac=mac)


def _people(source: Patients, names: _core.Nomenclature, mac: _core.MacTable | None) -> list[Patient]:
    if isinstance(source, (str, os.PathLike)) or hasattr(source, "__arrow_c_stream__"):
        return read_patients(source, names, mac=mac)[0]
    return list(source)


def _places(donors: list[str], truth: list[str]) -> NDArray[np.intp]:
    """Where the truth of each donor is.

    Raises:
        FormatError: there is none.
    """
    place_of = {id: place for place, id in enumerate(truth)}
    for donor in donors:
        if donor not in place_of:
            raise FormatError(f"donor {donor} has no truth", column="truth_donors")
    return np.array([place_of[donor] for donor in donors], dtype=np.intp)


def _column(table: pyarrow.Table, name: str) -> NDArray[Any]:
    values: NDArray[Any] = table[name].to_numpy()
    return values
