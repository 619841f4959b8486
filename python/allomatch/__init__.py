# SPDX-License-Identifier: Apache-2.0
"""Matching blood stem-cell donors to patients by HLA: exact, explained, in milliseconds."""

from ._calibration_plot import plot_calibrations
from ._core import ImportReport, MacTable, Nomenclature, __version__
from .alerts import Alert
from .calibration import Calibration, calibrate
from .cord_units import CordPair, CordPairs
from .donor_life import DonorEvent
from .errors import FormatError, InputError, SnapshotError, StoreError, TypingError
from .estimation import Estimate, estimate, estimate_by
from .frequencies import Frequencies, Imputation, percent_text
from .listing import Listing
from .live_registry import LiveRegistry
from .matches import Match, Matches, MatchTable
from .meaning import MeaningChange, MeaningChanges
from .patient import Patient, read_patients
from .progress import Progress
from .ranking import Ranking
from .registry import Registry
from .report import write_report
from .request import search_options
from .simulation import simulate
from .store import Store
from .stored import AuditEntry, ImportOutcome, RepeatedSearch, StoredDonor, StoredPatient, StoredSearch
from .typing_gain import TypingGain
from .typing_text import read_typing
from .utilisation import BranchUtilisation, Utilisation

__all__ = [
    "Estimate",
    "Alert",
    "AuditEntry",
    "BranchUtilisation",
    "Calibration",
    "CordPair",
    "CordPairs",
    "DonorEvent",
    "FormatError",
    "Frequencies",
    "ImportOutcome",
    "ImportReport",
    "Imputation",
    "InputError",
    "Listing",
    "LiveRegistry",
    "MacTable",
    "Match",
    "MatchTable",
    "Matches",
    "MeaningChange",
    "MeaningChanges",
    "Nomenclature",
    "Patient",
    "Progress",
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
    "Utilisation",
    "__version__",
    "calibrate",
    "estimate",
    "estimate_by",
    "percent_text",
    "plot_calibrations",
    "read_patients",
    "read_typing",
    "search_options",
    "simulate",
    "write_report",
]
