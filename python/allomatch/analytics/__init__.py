# SPDX-License-Identifier: Apache-2.0
"""What the pool looks like: how well it is typed, what is wrong with it, how old it is and how it is used.

Functions take a :class:`allomatch.Registry` or a data frame of donors, which is read with the starter
nomenclature and without NMDP codes, and return pandas frames with plain columns;
:mod:`allomatch.analytics.plots` draws them. Needs the extra ``frames``, pictures ``plot``.
"""

from . import plots
from ._ages import AGE_BANDS, age_structure, ageing_out, attrition
from ._completeness import completeness
from ._donations import read_donations
from ._frequencies import (
    allele_frequencies,
    branch_haplotypes,
    haplotype_frequencies,
    hardy_weinberg,
)
from ._genotypes import genotype_frequencies, homozygosity
from ._kinship import duplicates, relatives
from ._likelihood import match_likelihood, recruitment, size_for
from ._linkage import linkage, linkage_pairs
from ._observed import branch_value, observed_likelihood, observed_matches
from ._suspicious import suspicious_typings, typing_probabilities
from ._use import days_to_collection, donations_by_year, utilisation
from .pool_report import PoolAnalysis, analyse, write_pool_report

__all__ = [
    "AGE_BANDS",
    "PoolAnalysis",
    "age_structure",
    "ageing_out",
    "allele_frequencies",
    "analyse",
    "attrition",
    "branch_haplotypes",
    "branch_value",
    "completeness",
    "days_to_collection",
    "donations_by_year",
    "duplicates",
    "genotype_frequencies",
    "haplotype_frequencies",
    "hardy_weinberg",
    "homozygosity",
    "linkage",
    "linkage_pairs",
    "match_likelihood",
    "observed_likelihood",
    "observed_matches",
    "plots",
    "read_donations",
    "recruitment",
    "relatives",
    "size_for",
    "suspicious_typings",
    "typing_probabilities",
    "utilisation",
    "write_pool_report",
]
