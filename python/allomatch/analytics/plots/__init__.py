# SPDX-License-Identifier: Apache-2.0
"""Pictures of the tables of :mod:`allomatch.analytics`: each function draws what its namesake returned.

All take ``ax`` (axes to draw in; a figure of its own when left out), ``title`` and ``lang`` (``en`` or
``zh``), and return the matplotlib figure. Nothing is shown, and no setting of matplotlib is changed. They
raise ``FormatError`` for another table or one without rows, and ``ImportError`` where matplotlib is missing
(extra ``plot``).
"""

from ._frequencies import allele_frequencies, haplotype_frequencies, hardy_weinberg, trace
from ._likelihood import branch_value, likelihood, recruitment
from ._linkage import linkage, linkage_pairs
from ._quality import typing_probabilities
from ._time import age_structure, ageing_out, attrition
from ._typing import completeness, genotype_frequencies, homozygosity
from ._use import days_to_collection, donations_by_year, utilisation

__all__ = [
    "age_structure",
    "ageing_out",
    "allele_frequencies",
    "attrition",
    "branch_value",
    "completeness",
    "days_to_collection",
    "donations_by_year",
    "genotype_frequencies",
    "haplotype_frequencies",
    "hardy_weinberg",
    "homozygosity",
    "likelihood",
    "linkage",
    "linkage_pairs",
    "recruitment",
    "trace",
    "typing_probabilities",
    "utilisation",
]
