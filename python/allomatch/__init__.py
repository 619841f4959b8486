# SPDX-License-Identifier: Apache-2.0
"""Matching blood stem-cell donors to patients by HLA: exact, explained, in milliseconds."""

from ._calibration_plot import plot_calibrations
from ._core import ImportReport, MacTable, Nomenclature, __version__
from .calibration import Calibration, calibrate
from .cord_units import CordPair, CordPairs
from .errors import FormatError, InputError, SnapshotError, StoreError, TypingError
from .frequencies import Frequencies, Imputation, percent_text
from .listing import Listing
from .matches import Match, Matches, MatchTable
from .meaning import MeaningChange, MeaningChanges
from .patient import Patient, read_patients
from .ranking import Ranking
from .registry import Registry
from .report import write_report
from .request import search_options
from .simulation import simulate
from .store import Store
from .stored import AuditEntry, ImportOutcome, RepeatedSearch, StoredDonor, StoredPatient, StoredSearch
from .typing_gain import TypingGain
from .typing_text import read_typing

__all__ = [
    "AuditEntry",
    "Calibration",
    "CordPair",
    "CordPairs",
    "FormatError",
    "Frequencies",
    "ImportOutcome",
    "ImportReport",
    "Imputation",
    "InputError",
    "Listing",
    "MacTable",
    "Match",
    "MatchTable",
    "Matches",
    "MeaningChange",
    "MeaningChanges",
    "Nomenclature",
    "Patient",
    "Ranking",
    "Registry",
    "RepeatedSearch",
    "SnapshotError",
    "Store",
    "StoreError",
    "StoredDonor",
    "StoredPatient",
    "StoredSearch",
    "TypingError",
    "TypingGain",
    "__version__",
    "calibrate",
    "percent_text",
    "plot_calibrations",
    "read_patients",
    "read_typing",
    "search_options",
    "simulate",
    "write_report",
]
