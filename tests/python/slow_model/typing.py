# SPDX-License-Identifier: Apache-2.0
"""Typing text -> alleles -> classes (sections 2 and 3).

`read_position` reads one text, `read_locus_pair` the two columns of a locus, `read_gl` a GL String.
The choices made where the words leave one are listed in the docstring of the package.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .names import (
    ALLELE,
    PAIRED,
    ReadingError,
    alleles_of_antigen,
    alleles_of_code,
    alleles_of_group,
    alleles_of_name,
    alleles_of_xx,
)
from .release import ANTIGEN_PREFIX, DRB345_GENES, GENES, split_name

ASCII_SPACE = " \t\n\r\v\f"
NEW = "NEW"

PREFIXED = re.compile(r"(HLA-)?(A|B|Cw|C|DRB1|DRB3|DRB4|DRB5|DQA1|DQB1|DPA1|DPB1)\*(.*)", re.S)
SEROLOGY = re.compile(r"(?:HLA-)?(A|B|Cw|C|DR|DQ)([0-9]+)")
GROUP = re.compile(r"([0-9]+(?::[0-9]+){1,3})([GPg])")
XX = re.compile(r"([0-9]+):XX")
CODE = re.compile(r"([0-9]+):([A-Z]+)")
OLD = re.compile(r"([0-9]+)([NLSCAQ]?)")
SHORT = re.compile(r"[0-9]+[NLSCAQGPg]?")


@dataclass
class Reading:
    """What one position text means."""

    locus: str  # A, .., or DRB345 where the gene is not told
    text: str
    alleles: set = field(default_factory=set)  # nulls included; {'NEW'}
    classes: set = field(default_factory=set)  # empty for a null; {'NEW'}
    g_groups: set = field(default_factory=set)
    serology: set = field(default_factory=set)  # from rel_dna_ser, as the release says
    antigens: set = field(default_factory=set)  # what section 4 compares
    first_fields: set = field(default_factory=set)  # of the expressed alleles, 'A*02'
    is_null: bool = False  # null only
    maybe_null: bool = False  # at least one null among the alleles
    warnings: list = field(default_factory=list)
    dropped: int = 0  # members of a code that the release does not have


@dataclass(frozen=True)
class Position:
    """One position of one genotype alternative, ready to compare."""

    kind: str  # 'typed', 'new', 'blank' (DRB345 only), 'absent' (no product)
    classes: frozenset = frozenset()
    antigens: frozenset = frozenset()
    first_fields: frozenset = frozenset()
    alleles: frozenset = frozenset()  # the typed expressed ones, of the classes here


BLANK = Position("blank")
ABSENT = Position("absent")
NEW_POSITION = Position("new", frozenset({NEW}), alleles=frozenset({NEW}))


@dataclass
class LocusTyping:
    release: object
    locus: str
    pairs: list = field(default_factory=list)  # (Reading or None, Reading or None); None: DRB345 blank
    alternatives: list = field(default_factory=list)  # (Position, Position), nulls worked out
    warnings: list = field(default_factory=list)
    nulls: str = "ignore_inside_ambiguity"  # the policy of section 3
    phased: tuple = ()  # loci of one GL block with `~`: their pairs go together, one by one and side by side

    @property
    def typed(self):
        return bool(self.alternatives)


def locus_of_comparison(gene):
    """Sections 1 and 4: DRB3, DRB4 and DRB5 fold into one locus."""
    return "DRB345" if gene in DRB345_GENES or gene == "DRB345" else gene


# -- one position ------------------------------------------------


def read_position(release, locus, text, mac=None, serology_column=False):
    """One text of a column of `locus` (None: the text tells its locus itself)."""
    trimmed = text.strip(ASCII_SPACE)  # "Outer ASCII white space is trimmed."
    try:
        return _read(release, locus, trimmed, mac, serology_column)
    except ReadingError as error:
        suggestion = error.suggestion or _suggest(release, locus, trimmed, mac, serology_column)
        raise ReadingError(error.reason, text, suggestion) from None


def _read(release, locus, text, mac, serology_column):
    if locus is not None and locus not in GENES + ("DRB345",):
        raise ReadingError(f"unknown locus {locus}")
    if not text:
        raise ReadingError("blank")
    genes = GENES if locus is None else DRB345_GENES if locus == "DRB345" else (locus,)
    default_gene = genes[0] if len(genes) == 1 else None
    if "/" in text:
        return _read_list(release, genes, default_gene, text)

    warnings, dropped = [], 0
    antigen = _antigen_of(genes, locus, text, serology_column)
    if antigen is not None:
        if release.names_only:
            raise ReadingError("serology needs a release")
        alleles = {name for name in alleles_of_antigen(release, antigen) if name.split("*")[0] in genes}
        if not alleles:
            raise ReadingError(f"no allele has the antigen {antigen} here")
        found_genes = sorted({name.split("*")[0] for name in alleles})
        if len({locus_of_comparison(gene) for gene in found_genes}) > 1:
            raise ReadingError(f"{antigen} does not tell its locus")
        gene = found_genes[0] if len(found_genes) == 1 else "DRB345"
        return _reading(release, gene, text, alleles, warnings, dropped)

    gene, rest, old_prefix = _split_prefix(genes, default_gene, text)
    if rest == NEW and not old_prefix:
        if gene is None and locus is None:
            raise ReadingError("no locus")
        return Reading(gene or locus, text, alleles={NEW}, classes={NEW})
    if gene is None:
        raise ReadingError("no locus")
    if old_prefix and not OLD.fullmatch(rest):
        raise ReadingError("Cw* belongs to names of before 2010, without colons")
    if match := XX.fullmatch(rest):
        alleles = alleles_of_xx(release, gene, match[1])
    elif match := CODE.fullmatch(rest):
        alleles, dropped = alleles_of_code(release, gene, match[1], match[2], mac, warnings)
    else:
        alleles = _allele_or_group(release, gene, rest, warnings)
    return _reading(release, gene, text, alleles, warnings, dropped)


def _antigen_of(genes, locus, text, serology_column):
    """The antigen that a serology text names, else None."""
    if serology_column and re.fullmatch("[0-9]+", text):
        # "`2` in a serology column"
        prefixes = {ANTIGEN_PREFIX[gene] for gene in genes}
        if locus is None or len(prefixes) != 1:
            raise ReadingError("no locus")
        return prefixes.pop() + text
    match = SEROLOGY.fullmatch(text)
    if match is None:
        return None
    return ("Cw" if match[1] == "C" else match[1]) + match[2]  # "C7 = Cw7"


def _split_prefix(genes, default_gene, text):
    """(gene or None, the rest, whether the prefix was Cw*): HLA-A*02:01, A*02:01, *02:01, 02:01."""
    match = PREFIXED.fullmatch(text)
    if match is None:
        return default_gene, text[1:] if text.startswith("*") else text, False
    gene = "C" if match[2] == "Cw" else match[2]
    if gene not in genes:
        raise ReadingError(f"locus {match[2]} in a column of {'/'.join(genes)}")
    return gene, match[3], match[2] == "Cw"


def _allele_or_group(release, gene, rest, warnings):
    """What may stand alone and in a list: an allele with or without colons, or a G, P or g group."""
    if match := GROUP.fullmatch(rest):
        return alleles_of_group(release, gene, match[1], match[2], warnings)
    if release.names_only and PAIRED.fullmatch(rest):
        return alleles_of_name(release, gene, rest, warnings)
    if ALLELE.fullmatch(rest) or OLD.fullmatch(rest):
        return alleles_of_name(release, gene, rest, warnings)
    raise ReadingError("not a typing")


def _read_list(release, genes, gene, text):
    """The union of the members; nothing but alleles and groups may be one."""
    warnings, alleles, genes_seen = [], set(), set()
    previous = None  # the member before, without its prefix, as long as it had colons
    for member in text.split("/"):
        gene, rest, old_prefix = _split_prefix(genes, gene, member)
        if old_prefix and not OLD.fullmatch(rest):
            raise ReadingError("Cw* belongs to names of before 2010, without colons")
        if gene is None:
            raise ReadingError("no locus")
        if previous is not None and rest == member and SHORT.fullmatch(member):
            # "02:01/06"; "a short member after three fields (02:01:01/02) is an error"
            if previous.count(":") > 1:
                raise ReadingError(f"short member {member} after {previous}")
            rest = previous.split(":")[0] + ":" + member
        alleles |= _allele_or_group(release, gene, rest, warnings)
        genes_seen.add(gene)
        previous = rest if ":" in rest else None
    if len({locus_of_comparison(seen) for seen in genes_seen}) > 1:
        raise ReadingError("alleles of two loci in one list")
    return _reading(release, gene if len(genes_seen) == 1 else "DRB345", text, alleles, warnings, 0)


def _reading(release, gene, text, alleles, warnings, dropped):
    reading = Reading(gene, text, alleles=set(alleles), warnings=warnings, dropped=dropped)
    for name in alleles:
        if name in release.g_of:
            reading.g_groups.add(release.g_of[name])
        reading.serology |= release.antigens.get(name, set())
        if release.is_null(name):
            reading.maybe_null = True  # section 3: a null has no class
            continue
        reading.classes.add(release.class_of(name))
        reading.antigens |= antigens_to_compare(release, name)
        reading.first_fields.add(name.split(":")[0])
    reading.is_null = not reading.classes
    return reading


def antigens_to_compare(release, name):
    """Section 4: rel_dna_ser, but at C a first field above 10 is always its antigen."""
    if release.names_only:
        return set()
    gene, short = name.split("*")
    first = split_name(short)[0][0]
    if gene == "C" and int(first) > 10:
        return {f"Cw{int(first)}"}
    return release.antigens.get(name, set())


def _suggest(release, locus, text, mac, serology_column):
    """A text that differs from the wrong one only in letters that are easily mistaken, and that reads."""
    candidates = [
        text.upper(),
        text.replace("l", "1").replace("I", "1"),
        text.replace("O", "0").replace("o", "0"),
        "".join(text.split()),
        re.sub(r"^((?:HLA-)?(?:A|B|C|DRB[1345]|DQA1|DQB1|DPA1|DPB1))(?=[0-9]+:)", r"\1*", text),
    ]
    for candidate in candidates:
        if candidate != text:
            try:
                _read(release, locus, candidate, mac, serology_column)
            except ReadingError:
                continue
            return candidate
    return None


# -- both positions of a locus ------------------------------------------------


def read_locus_pair(
    release, locus, text1, text2, mac=None, serology_column=False, nulls="ignore_inside_ambiguity"
):
    """The two columns of one locus."""
    readings = []
    for text in (text1, text2):
        blank = text is None or not text.strip(ASCII_SPACE)
        readings.append(None if blank else read_position(release, locus, text, mac, serology_column))
    warnings = []
    if readings[0] is None and readings[1] is not None:
        warnings.append("the first position is blank")  # section 2: "a blank first gets a warning"
    return _locus_typing(release, locus, [tuple(readings)], warnings, nulls)


def _locus_typing(release, locus, pairs, warnings, nulls):
    """Section 2, the blank rules, then section 3, the null rules."""
    if nulls not in ("ignore_inside_ambiguity", "consider"):
        raise ValueError(f"unknown policy {nulls}")
    typing = LocusTyping(release, locus_of_comparison(locus), warnings=list(warnings), nulls=nulls)
    for first, second in pairs:
        if first is None and second is None:
            continue  # "both blank = not typed"
        if typing.locus != "DRB345":
            # "one blank = copy of the other"; section 1: at DRB345 it is "none or not typed"
            first, second = first or second, second or first
        typing.pairs.append((first, second))
        typing.alternatives += alternatives_of(release, first, second, nulls)
        for reading in {id(r): r for r in (first, second) if r is not None}.values():
            typing.warnings += reading.warnings
    return typing


def alternatives_of(release, first, second, nulls="ignore_inside_ambiguity"):
    """The genotype alternatives of one pair of readings (None: a DRB345 blank), nulls worked out."""
    found = []
    if not _null_only(first) and not _null_only(second):
        found.append((_position(release, first), _position(release, second)))
    # Section 3: a null position makes the locus homozygous for the other one, "the copy is the same
    # class, whatever that resolves to": one alternative (c, c) for each class of the other position.
    if may_be_null(first, nulls) and not _null_only(second):
        found += _homozygous(release, second)
    if may_be_null(second, nulls) and not _null_only(first):
        found += _homozygous(release, first)
    if may_be_null(first, nulls) and may_be_null(second, nulls):
        found.append((ABSENT, ABSENT))  # "the locus has no expressed product"
    return found


def _null_only(reading):
    return reading is not None and reading.is_null


def may_be_null(reading, nulls):
    # "Inside an ambiguous position nulls are dropped if an expressed allele remains"; "consider keeps
    # 'null' as one more possible outcome"
    return reading is not None and (reading.is_null or (nulls == "consider" and reading.maybe_null))


def expressed_alleles(release, reading):
    return {name for name in reading.alleles if not release.is_null(name)}


def _position(release, reading):
    if reading is None:
        return BLANK
    if reading.classes == {NEW}:
        return NEW_POSITION
    sets = reading.classes, reading.antigens, reading.first_fields, expressed_alleles(release, reading)
    return Position("typed", *map(frozenset, sets))


def _homozygous(release, reading):
    position = _position(release, reading)
    if position.kind != "typed":
        return [(position, position)]
    found = []
    for name in sorted(position.classes):
        alleles = frozenset(allele for allele in position.alleles if release.class_of(allele) == name)
        antigens = frozenset().union(*(antigens_to_compare(release, allele) for allele in alleles))
        first_fields = frozenset(allele.split(":")[0] for allele in alleles)
        copy = Position("typed", frozenset({name}), antigens, first_fields, alleles)
        found.append((copy, copy))
    return found


def fold_drb345(release, typings, nulls="ignore_inside_ambiguity"):
    """Sections 1 and 4: DRB3, DRB4 and DRB5 columns (or blocks) become the one locus DRB345."""
    warnings = [warning for typing in typings for warning in typing.warnings]
    pairs = [()]
    for typing in typings:
        if typing.pairs:
            pairs = [
                done + tuple(reading for reading in pair if reading is not None)
                for done in pairs
                for pair in typing.pairs
            ]
    folded = []
    for pair in pairs:
        if len(pair) > 2:
            raise ReadingError("a person carries at most two of DRB3, DRB4 and DRB5")
        folded.append(pair + (None,) * (2 - len(pair)))
    result = _locus_typing(release, "DRB345", folded, (), nulls)
    result.warnings = warnings
    return result


# -- GL Strings ------------------------------------------------


def read_gl(release, text, mac=None, nulls="ignore_inside_ambiguity", locus=None):
    """{locus: LocusTyping}. `locus`: the column of a one-locus GL String."""
    text = text.strip(ASCII_SPACE)
    if not text:
        return {}
    per_locus = {}
    for block in text.split("^"):
        lists = {}  # locus -> pairs of this block, one per alternative
        for number, alternative in enumerate(block.split("|")):
            pairs = _read_gl_alternative(release, locus, alternative, mac)
            if number == 0:
                lists = {key: [] for key in pairs}
            if set(lists) != set(pairs):
                raise ReadingError("alternatives of different loci", block)
            for key, pair in pairs.items():
                lists[key].append(pair)
        for key, pairs in lists.items():
            typing = _locus_typing(release, key, pairs, (), nulls)
            typing.phased = tuple(lists) if len(lists) > 1 else ()
            per_locus.setdefault(key, []).append(typing)
    result = {}
    for key, typings in per_locus.items():
        if len(typings) == 1:
            result[key] = typings[0]
        elif key == "DRB345":
            result[key] = fold_drb345(release, typings, nulls)
        else:
            raise ReadingError(f"locus {key} comes twice", text)
    return result


def _read_gl_alternative(release, locus, text, mac):
    """One alternative, `x+y` or `x` ("a side without + is one blank"): {locus: (Reading, Reading)}."""
    sides = text.split("+")
    if len(sides) > 2:
        raise ReadingError("more than two positions", text)
    read_sides = []
    for side in sides:
        haplotype = {}
        for part in side.split("~"):  # phase known; for matching only the locus counts
            if part != part.strip(ASCII_SPACE):
                raise ReadingError("white space inside", text)
            reading = read_position(release, locus, part, mac)
            key = locus_of_comparison(reading.locus)
            if key in haplotype:
                raise ReadingError(f"locus {key} comes twice in a haplotype", text)
            haplotype[key] = reading
        read_sides.append(haplotype)
    first = read_sides[0]
    second = read_sides[1] if len(read_sides) == 2 else {}
    if second and {key for key in first if key != "DRB345"} != {key for key in second if key != "DRB345"}:
        raise ReadingError("the two sides name different loci", text)
    return {
        key: (first.get(key), second.get(key)) for key in list(first) + [k for k in second if k not in first]
    }
