# SPDX-License-Identifier: Apache-2.0
"""The slow, obvious model of matching: plain sets and loops, written from the specification alone.

It stands beside the fast library in the tests: both must give the same answers on generated input.
Sections are those of the specification's page on meaning; clarity comes before speed everywhere.

    release.py   a release as dictionaries and sets; `Release.load`, `.from_rows`, `.names`
    names.py     one name -> alleles: alleles, old names, groups, XX, codes, antigens
    typing.py    a text -> alleles, classes, antigens; pairs of texts; GL Strings
    compare.py   one locus of two people
    search.py    people from rows, a search over a list of donors
    dpb1.py      the TCE decision with its possible answers, expression
    dpb1_probability.py   the probability of each of these answers
    leader.py    the HLA-B leader of people, and of one mismatch
    clinical.py  what the other columns say: age, CMV, ABO, doses, ..
    ranking.py   criteria, presets, criteria that the user makes
    cord.py      cord units, single and double
    frequency.py haplotype frequencies of one population (section 7)
    genotypes.py the genotypes of one person
    probability.py populations, imputation, P(k mismatches) of two people
    miniature.py seeded miniature releases and MAC tables, in memory and on disk
    generate.py  seeded typing texts of every form, right and wrong, and people
    generate_probability.py seeded frequency sets, and people drawn from them

Readings of the specification
=============================
Where the words leave a choice, the model chose as follows.

Names and groups
 1. `HLA-` is taken only together with a locus (`HLA-A*02:01`, `HLA-A2`), not before `*02:01` or `02:01`.
 2. `Cw*` is the prefix of locus C for names without colons only; `Cw*07:02` is an error, `Cw*0702` is
    `C*07:02`. Rows `Cw*` and `C*` of hla_nom.txt are one table, so `C*0101` is followed like `Cw*0101`.
 3. Order for a name with colons: exact current name; current names of that beginning; exact old name;
    old names of that beginning. A current name always comes before an old one.
 4. A name with colons is looked up among the old names with colons only: `A*24:12` is not `A*2412`.
 5. Order for digits without colons: exact row of hla_nom.txt; pairs of digits as a name with colons
    (choice 3); for an even count from four on, old names without colons of that beginning. Pairs need
    4, 5, 6 or 8 digits; 1, 2 and 3 digits are errors, as is an unknown count of 7 or more than 8.
    `A*92xx` and `B*95xx` hold for six and eight digits too.
 6. A left-out suffix is borne (with the warning) in old names as well. Following an old name gives no
    warning of its own. What hla_nom.txt gives as identical is read like a typed name (exact, beginning,
    old), through any number of steps, circles cut.
 7. A truncated old name that covers several rows is the union of what they lead to; rows that lead
    nowhere give a warning, and only if all do it is an error.
 8. A row of hla_nom_p.txt with one member and a group name is a P group: the class has the group's name.
 9. `g` after a name without a P group reads that name by choices 3 to 7, nulls included. G, P and g names
    take two to four fields; an unknown G or P group is an error.
10. One field alone (`02`, `02N`, `02P`) is an error outside `--release names`.
11. `XX` and codes need a colon before them; first fields are compared as text (`2:XX` is an error).

Codes and lists
12. A code is of the allele-specific kind when its subtype text contains a colon. Members that cannot be
    read or that end in a deletion are dropped and counted (one warning). A suffix left out in a member
    gives its usual warning.
13. A short member takes the first field of the member just before it; it may carry a suffix or P or g
    (`02:01/06N`, `02:01P/06P`); after more than two fields it is an error, also after a group name of three
    fields. Digits after a member without colons are an old name again (`0201/0206`); digits after a
    member with colons are always a second field, unless they have a prefix (`02:01/A*0206`).
14. `NEW`, an empty member and white space inside a list are errors. A member without a prefix takes the
    gene of the member before it.

Serology
15. In a serology column bare digits are an antigen number; every other form keeps its meaning there.
    `A*2` is never serology.
16. `DR51`, `DR52`, `DR53` tell DRB5, DRB3, DRB4 through the rows that name them; in a DRB1 column they have
    no allele and are errors.
17. Reading.serology is what rel_dna_ser says, at C above first field 10 too; Reading.antigens is what
    section 4 compares (Cw12 for C*12).

Blanks, nulls, DRB345
18. A DRB345 column needs the gene in the text (or serology, or NEW). A list there may mix the three genes.
19. DRB3, DRB4 and DRB5 column pairs follow the blank rule of DRB345 (no copy), and more than two typed
    positions over the three are an error. A blank first gets the warning there too.
20. A null-only position beside one blank: the blank is its copy, so both are null only. At DRB345, where a
    blank is no copy, the null copies the blank, and the locus is like two blanks.
21. A null-only position beside NEW: two positions NEW.
22. `consider`: the alternatives of a pair are first the expressed one, then homozygous for the second
    position (first null), then homozygous for the first (second null), then no product (both null).
23. No product against a DRB345 typing with one blank: the blank shows `-` and fits, the other position is M.

Comparison
24. A DRB345 blank counts as matched, not certain, when the orientation is chosen.
25. Each pair of alternatives takes its own orientation (direct on ties); the best pair is the one with the
    most matched, then most certain, then most antigen-matched positions, counted before any A becomes P.
26. The lowest of `mismatches`, `gvh` and `hvg` are taken each by itself over all alternatives.
27. A DRB345 blank resolves to one class, so in `gvh` and `hvg` it can supply one lacking class
    or be nothing.
28. "Both sides have serology": each position has at least one antigen over its typed expressed alleles;
    first fields match when one is common to both positions, gene included (DRB3*01 is not DRB4*01).
    Without nomenclature only first fields are compared, at C too.
29. NEW has neither antigens nor a first field: it is M. Two positions NEW are not homozygous.
30. The option "count as 1" works on resolutions: two homozygous resolutions without a common class
    count 1, in `mismatches` and `mismatches_max`; `gvh`, `hvg` and letters do not change.

GL Strings
31. An empty part of a GL String (`A*01:01+`) is an error; so is a locus in two `^` blocks, except DRB3,
    DRB4 and DRB5, which fold (alternatives of both blocks combined). A position without a locus is an
    error outside a column. Equal alternatives are kept as often as they are written.
32. The two sides of `~` must name the same loci, DRB345 excepted.

No nomenclature (`--release names`)
33. Fields have at least two digits; one field has two or three; four and more digits without colons are
    pairs.

Suggestions
34. A suggestion is the same text with one likely slip undone (case, l, O, inner white space, a missing `*`)
    that reads; which suggestion is given is not fixed by the specification and is not to be compared.

Search
35. The match class is the bidirectional potential count whatever the direction of the limits; then the
    number of M letters over the searched loci. A limit or `exactly` in a direction uses that count.
36. CMV codes N and O (IgG negative, IgM not tested) are negative, the others positive. Rh plays no part in
    ABO. Donors of every status and type stay in.
37. Serology columns are read only where both DNA columns of the locus are blank.

Frequency sets
38. A row's names carry their locus and are single alleles (any length, old names followed) or G, P, g
    groups. Lists, XX, codes, serology and NEW are refused, as are rows whose loci are not those of the
    first row taken. A row of frequency 0 is skipped whatever its haplotype; the sum is that of the rows
    taken.
39. A name of several classes takes that of the P group with its first two fields when it has alleles of it,
    else the one with the most of its alleles, on ties the one with the lowest (fields as numbers). Nulls
    among its alleles play no part.
40. A name of nulls only is the set of these nulls; rows with equal sets are merged, others are not. It fits
    a position that lists any of them.

Genotypes
41. A null-only position whose nulls no row carries: the pair has the same outcome twice, one that fits the
    other position (a null of a row too, where that position lists it); beside a DRB345 blank it fits
    anything. Both positions like this, in a person who is not fully typed: no pair fits.
42. One null-only position whose null a row does carry is no class, so such a person is not fully typed: the
    pairs of the set decide, and may leave the person unexplained.
43. Several alternatives of a `|` list are fully typed when every one is and all have the same product. A
    locus with a DRB345 blank never is. Without any searched locus in the set a person is fully typed.
44. The alternatives of a GL block with `~` go together over the loci of the block. Where the block names a
    locus that the set does not have, or a DRB345 put together from several blocks, the phase holds for the
    rest. Without `+` both sides are equal in typing, not in what they resolve to.
45. NEW at any locus of the set, searched or not, fits no haplotype, unless the person is fully typed at the
    searched loci.

Probability
46. The sets tried, in order: the person's own, then the fall-backs; without an own one the fall-backs
    alone; if none is named the only set. A fall-back without a set is an error. If no set explains a
    person, population and reason are those of the first one tried. Whether a person is fully typed is asked
    for each set.
47. The reason names the loci where, looked at alone, no two haplotypes of the set fit the typing.
48. A locus that only one of the two people's sets has is outside. Per-locus answers there are blank even
    where the counts are certain. If either person is unexplained, everything is blank.
49. The option "count as 1" holds for probabilities too; a null with a class is homozygous there.

DPB1 (section 5)
50. The TCE answer is `match` where both letters are A or P (both null only: AA). Otherwise the answers are
    worked out over all resolutions: every alternative, every typed allele; nulls are dropped inside
    ambiguous positions unless the policy is `consider`; a null takes the allele of the other position, a
    blank one of its own. No product is "unknown", and so is a resolution with an allele without a group or
    NEW, even if its other allele has group 1. A resolution never is a match here. One answer is the answer.
51. A TCE group is the first character of the cell, 1, 2 or 3 (`2a$`, `3 (core)`), of the allele's own row;
    an allele without a row has none. 3.33.0 has no header: V1, V2. Without nomenclature nobody has a group.
52. Expression is that of the patient's position opposite the mismatched one, in the best pair of
    alternatives (readings 24 and 25): all its typed expressed alleles low, or all high; anything else
    (mixed, unknown, not in the table, NEW) is unknown. The table is asked by the first two fields with the
    suffix. If the best pair is a homozygous reading of a null, only alleles of the class chosen there count.
53. For sections 5 and 8 the mismatches at DPB1 and B are the letters M and L; the option "count as 1" plays
    no part, nor do the loci of the search.

Leader (section 5)
54. A genotype that is not the same in all resolutions (reading 50) is `?`, as is NEW, and no product. The
    exceptions are names of two fields, suffix ignored; a name of one field has the leader of its family.
55. For one B mismatch the alleles of the two positions (as in reading 52) are taken in all combinations.

Clinical (sections 6 and 8)
56. Low expression: the sum of the lowest `gvh` at DRB345, DQB1 and DPB1; untyped is 0.
57. Pregnancies not known: sex is not known. Under 18 is the first age band. Rh: `+` P, `-` N.
58. ABO: major if the donor has an antigen that the patient lacks, minor if the patient has one that the
    donor lacks, bidirectional if both.

Ranking (section 8)
59. Categories, best first: availability AV and RS, not known, TU, OP, DE; CMV equal, not known, different;
    sex M, F without pregnancy, not known, F with; ABO identical, minor, major, bidirectional, not known; DPB1
    match, permissive, unknown or untyped, non-permissive HvG, GvH; leader: other than one B mismatch or
    agreeing, unknown, differing; expression matched, favourable, unknown or none, unfavourable; Rh identical,
    not known, different. An age band that is not known is last.
60. A band of 10 % has its lower edge. Then come "no probability", then unexplained; P(0) not known is last.
61. Counts, dates, ages and columns go ascending; weight, weight ratio, doses and exact probability
    descending; p0, p1, .. are plain numbers (ascending). `direction` changes it. The numbers of formats.md
    are numbers, its dates are dates, every other column is text and needs `order`.
62. A band edge belongs to the better band: ascending `<=`, descending `>=`. Bands of `age` are in days.
63. Text: the words of `order`, then other words, then a missing one. Missing values are last, also when
    descending, unless `missing` is "first". On categories these four keys are errors.
64. Weighted criteria come first, as the sum of weight times number of the category, band, word or count;
    missing is one after the last, or -1 if first. Other weighted numbers without bands are errors.
65. A criterion may be named twice (`ptcy`). `accept` is a limit of 0 at the loci left out and one in all.

Cord units (section 6)
66. Units of type `cord` or `C` only. Of 6: A and B count positions that are M, the fewest over alternatives
    and orientations, so class order may be left; DRB1 by class. Of 8 all by class. Untyped: 0.
67. A threshold leaves out units without the value; without the patient's weight it is an error.
68. Two units: a pair is written with the better unit first (fewer mismatches, more TNC, id). Units without
    TNC have dose 0 and are left out by thresholds above 0. Order: the worse match, the better match, bands of
    the total (`dose_band` wide, from 0), bands of the lower dose (half as wide), mismatches of the units with
    each other, units not known to be ABO-identical, the exact total, the ids.

Probability of the TCE answers (sections 5 and 7)
69. Both people are taken as in a search at the same loci and DPB1. Equal genotypes are `match`. Of any other
    pair the possible answers are those of the alleles that the typings list for these genotypes (untyped:
    all alleles of the classes); several answers are "unknown". A null counts where reading 41 or a row of
    the set makes it count. Potential letters are no match here: `match` is P(0) at DPB1.
"""

from .compare import compare_locus
from .names import ReadingError, load_mac
from .release import Release
from .typing import fold_drb345, read_gl, read_locus_pair, read_position

__all__ = [
    "Release",
    "ReadingError",
    "compare_locus",
    "fold_drb345",
    "load_mac",
    "read_gl",
    "read_locus_pair",
    "read_position",
]
