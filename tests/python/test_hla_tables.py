# SPDX-License-Identifier: Apache-2.0
"""Tables written out by hand: DPB1 and HLA-B leaders, cell by cell, for the slow model and the library.

Every table names its source; nothing here is computed by the model. Section numbers are those of the
specification's page on meaning.
"""

import itertools

import pytest
from clinical_tables import people, table

# -- DPB1 ------------------------------------------------

# Zino et al., Blood 2004, and Crivello et al., Biol Blood Marrow Transplant 2015 (section 5): what counts is
# the lowest TCE group of each side. Rows: groups of the patient's two alleles; columns: of the donor's.
# pm permissive, gvh and hvg non-permissive in that direction.
TCE = """
     1,1  1,2  1,3  2,2  2,3  3,3
1,1  pm   pm   pm   gvh  gvh  gvh
1,2  pm   pm   pm   gvh  gvh  gvh
1,3  pm   pm   pm   gvh  gvh  gvh
2,2  hvg  hvg  hvg  pm   pm   gvh
2,3  hvg  hvg  hvg  pm   pm   gvh
3,3  hvg  hvg  hvg  hvg  hvg  pm
"""
LOWEST = """
   1    2    3
1  pm   gvh  gvh
2  hvg  pm   gvh
3  hvg  hvg  pm
"""
WORDS = {"pm": "permissive", "gvh": "nonpermissive_gvh", "hvg": "nonpermissive_hvg"}
# Alleles of these groups (V2) in every release: no allele of the patients is one of the donors'.
PATIENT_ALLELES = {"1": ["09:01", "10:01"], "2": ["03:01", "14:01"], "3": ["04:01", "04:02"]}
DONOR_ALLELES = {"1": ["17:01", "30:01"], "2": ["45:01", "45:01"], "3": ["01:01", "02:01"]}


def typed_dpb1(prefix, alleles, groups):
    rows = []
    for i, pair in enumerate(groups):
        first, second = pair.split(",")
        names = [alleles[first][0], alleles[second][1 if first == second else 0]]
        rows.append({"id": f"{prefix}{i:03d}", "DPB1_1": names[0], "DPB1_2": names[1]})
    return rows


def test_tce(side, typed_world):
    expected, lowest = table(TCE), table(LOWEST)
    pairs = ["1,1", "1,2", "1,3", "2,2", "2,3", "3,3"]
    patients, donors = typed_dpb1("P", PATIENT_ALLELES, pairs), typed_dpb1("D", DONOR_ALLELES, pairs)
    answers = side.searches(typed_world, patients, donors, tce_version="V2", loci=("DPB1",))
    for mine, found in zip(pairs, answers, strict=True):
        for match in found:
            theirs = pairs[int(match.donor_id[1:])]
            word = expected[mine, theirs]
            assert word == lowest[mine[0], theirs[0]]
            assert match.dpb1_tce == WORDS[word], (mine, theirs)
            assert match.dpb1_tce_possible == (WORDS[word],), (mine, theirs)


# Section 5: the patient's allele at the one mismatched position, and its expression.
# Known low and high alleles of rs9277534: Petersdorf et al., N Engl J Med 2015.
EXPRESSED = {  # the patient's and the donor's alleles
    ("02:01 04:01", "04:01 02:01"): "matched",
    ("04:01 02:01", "09:01 02:01"): "favourable",
    ("04:02 02:01", "02:01 09:01"): "favourable",
    ("01:01 02:01", "02:01 09:01"): "unfavourable",
    ("09:01 02:01", "02:01 04:01"): "unfavourable",
    ("14:01 04:01", "04:01 09:01"): "unfavourable",
    ("10:01 02:01", "02:01 04:01"): "unknown",
    ("NEW 02:01", "02:01 04:01"): "unknown",
    ("04:01/14:01 02:01", "02:01 09:01"): "unknown",
    ("04:01/04:02 02:01", "02:01 09:01"): "favourable",
    ("04:01 04:02", "02:01 09:01"): None,
    (" ", "02:01 09:01"): None,
    ("02:01 09:01", " "): None,
}


def test_expression(side, small):
    for (mine, theirs), word in EXPRESSED.items():
        patient, donor = (
            {"id": "x", **dict(zip(("DPB1_1", "DPB1_2"), pair.split(" "), strict=True))}
            for pair in (mine, theirs)
        )
        ((match,),) = side.searches(small, [patient], [donor], loci=("DPB1",))
        assert match.dpb1_expression == word, (mine, theirs)


# -- leader ------------------------------------------------

# Section 5 (Petersdorf et al., Lancet Haematol 2020): the leader of every HLA-B family ..
LEADERS = {
    **{"07": "M", "08": "M", "13": "T", "14": "M", "15": "T", "18": "T", "27": "T", "35": "T", "37": "T"},
    **{"38": "M", "39": "M", "40": "T", "41": "T", "42": "M", "44": "T", "45": "T", "46": "T", "47": "T"},
    **{"48": "M", "49": "T", "50": "T", "51": "T", "52": "T", "53": "T", "54": "T", "55": "T", "56": "T"},
    **{"57": "T", "58": "T", "59": "T", "67": "M", "73": "M", "78": "T", "81": "M", "82": "T", "83": "T"},
}
# .. and every allele that differs from its family.
LEADER_EXCEPTIONS = {
    **{"07:65": "T", "07:271": "T", "07:390": "T", "07:489": "T", "08:276": "T"},
    **{"13:117": "M", "15:68": "M", "18:206": "M", "35:516": "M", "35:520": "M", "40:416": "M"},
    **{"44:387": "M", "49:78": "M", "50:21": "M", "51:399": "M", "52:90": "M", "56:68": "M", "58:112": "M"},
}
# Patient and donor with certain alleles; rows: the patient's pair, columns: the donor's.
LEADER_GENOTYPES = """
             07:02,08:01  07:02,44:02  44:02,08:01  44:02,15:01  NEW,15:01
07:02,08:01  MM/MM        MM/MT        MM/MT        MM/TT        MM/?
07:02,44:02  MT/MM        MT/MT        MT/MT        MT/TT        MT/?
51:01,44:02  TT/MM        TT/MT        TT/MT        TT/TT        TT/?
07:65,15:68  MT/MM        MT/MT        MT/MT        MT/TT        MT/?
NEW,44:02    ?/MM         ?/MT         ?/MT         ?/TT         ?/?
"""
# One B mismatch; the allele that both have, the patient's other one, the donor's: section 5.
LEADER_MISMATCHES = {
    ("07:02", "08:01", "39:01"): ("MM/MM", "match"),
    ("07:02", "08:01", "44:02"): ("MM/MT", "mismatch"),
    ("07:02", "44:02", "08:01"): ("MT/MM", "mismatch"),
    ("07:02", "44:02", "15:01"): ("MT/MT", "match"),
    ("51:01", "08:01", "39:01"): ("MT/MT", "match"),
    ("51:01", "08:01", "44:02"): ("MT/TT", "mismatch"),
    ("51:01", "44:02", "08:01"): ("TT/MT", "mismatch"),
    ("51:01", "44:02", "15:01"): ("TT/TT", "match"),
    ("51:01", "07:65", "15:01"): ("TT/TT", "match"),
    ("51:01", "07:65", "07:02"): ("TT/MT", "mismatch"),
    ("51:01", "44:02/08:01", "39:01"): ("?/MT", "unknown"),
    ("51:01", "44:02/15:01", "39:01"): ("TT/MT", "mismatch"),
    ("51:01", "44:02", "NEW"): ("TT/?", "unknown"),
    ("51:01", "44:02", "44:02"): ("TT/TT", None),
}


@pytest.fixture(scope="module", params=["names", "3.58.0"])
def leader_world(request, names):
    return names if request.param == "names" else request.getfixturevalue("real")


def first_protein(w, family):
    """A protein of a family that the world has, and that is no exception."""
    if w.release.names_only:
        return f"{family}:01"
    alleles = w.release.families["B", family]
    proteins = [":".join(a.fields[:2]) for a in alleles if not a.suffix]
    return next(protein for protein in proteins if protein not in LEADER_EXCEPTIONS)


def test_leader_of_every_family_and_exception(side, leader_world):
    known = {first_protein(leader_world, family): letter for family, letter in LEADERS.items()}
    assert len(LEADERS) == 36 and len(LEADER_EXCEPTIONS) == 18
    known.update(LEADER_EXCEPTIONS)
    donors = [{"id": "D", "B_1": "15:01", "B_2": "44:02"}]
    patients = people("P", "B_1", [*known, *(f"{name}N" for name in LEADER_EXCEPTIONS)], B_2="")
    if not leader_world.release.names_only:
        patients = patients[: len(known)]
    answers = side.searches(leader_world, patients, donors)
    for (name, letter), (match,) in zip(known.items(), answers, strict=False):
        assert match.b_leader == f"{letter}{letter}/TT", name
    # without nomenclature the suffix makes another allele, of the same leader
    for letter, (match,) in zip(LEADER_EXCEPTIONS.values(), answers[len(known) :], strict=False):
        assert match.b_leader == f"{letter}{letter}/TT"


def test_every_family_of_a_release_is_in_the_table(real):
    assert {first for gene, first in real.release.families if gene == "B"} == set(LEADERS)


def test_leader_genotypes(side, leader_world):
    expected = table(LEADER_GENOTYPES)
    mine, theirs = ([*dict.fromkeys(pair[i] for pair in expected)] for i in (0, 1))
    patients, donors = (
        [{"id": f"{prefix}{i}", **dict(zip(("B_1", "B_2"), pair.split(","), strict=True))}
         for i, pair in enumerate(pairs)]
        for prefix, pairs in (("P", mine), ("D", theirs))
    )  # fmt: skip
    for pair, found in zip(mine, side.searches(leader_world, patients, donors), strict=True):
        for match in found:
            other = theirs[int(match.donor_id[1:])]
            assert match.b_leader == expected[pair, other], (pair, other)


def test_leader_of_one_mismatch(side, leader_world):
    for (both, mine, theirs), (genotypes, word) in LEADER_MISMATCHES.items():
        for order in ((0, 1), (1, 0)):
            pair = [(both, theirs)[i] for i in order]
            patient, donor = {"B_1": both, "B_2": mine}, {"B_1": pair[0], "B_2": pair[1]}
            ((match,),) = side.searches(leader_world, [{"id": "P", **patient}], [{"id": "D", **donor}])
            assert (match.b_leader, match.b_leader_mismatch) == (genotypes, word), (both, mine, theirs)


@pytest.mark.parametrize(
    "mine, theirs", [("07:02 08:01", "44:02 15:01"), ("07:02 08:01", " "), (" ", "07:02 ")]
)
def test_no_leader_of_a_mismatch(side, names, mine, theirs):
    """Two mismatches, or untyped."""
    mine, theirs = (dict(zip(("B_1", "B_2"), text.split(" "), strict=True)) for text in (mine, theirs))
    ((match,),) = side.searches(names, [{"id": "P", **mine}], [{"id": "D", **theirs}])
    assert match.b_leader == ("MM/TT" if theirs["B_2"] and mine["B_2"] else None)
    assert match.b_leader_mismatch is None


def test_the_table_of_decisions_is_whole():
    """The other way round, GvH and HvG change places."""
    opposite = {"gvh": "hvg", "hvg": "gvh", "pm": "pm"}
    tce = table(TCE)
    assert all(
        tce[b, a] == opposite[tce[a, b]] for a, b in itertools.product(["1,1", "2,3", "3,3"], repeat=2)
    )
