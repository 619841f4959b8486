# SPDX-License-Identifier: Apache-2.0
"""What one name means: allele, old name, group, XX, code, antigen (rows of the table of section 2).

All functions take the gene and the name without it, and give full names: ('A', '02:05') -> {'A*02:05'}.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from .release import ANTIGEN_PREFIX, split_name

ALLELE = re.compile(r"[0-9]+(?::[0-9]+){1,3}[NLSCAQ]?")
PAIRED = re.compile(r"[0-9]{2,}(?::[0-9]{2,}){0,3}[NLSCAQ]?")  # a name without nomenclature


class ReadingError(ValueError):
    """A text without a meaning: the text, the reason and, where one exists, a suggestion."""

    def __init__(self, reason, text=None, suggestion=None):
        super().__init__(reason if text is None else f"{text!r}: {reason}")
        self.reason, self.text, self.suggestion = reason, text, suggestion


# -- the MAC table (formats.md) ------------------------------------------------


def load_mac(path):
    """{code: subtype text} from either published layout, plain text or zip."""
    data = Path(path).read_bytes()
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(archive.namelist()[0])
    table = {}
    in_table = False
    for line in data.decode("utf-8-sig").splitlines():
        cells = line.split("\t")
        if cells[-2:] == ["CODE", "SUBTYPE"]:
            in_table = True
        elif in_table and line.strip():
            table[cells[-2]] = cells[-1]  # a first cell ('*' or nothing) may stand before the code
    if not in_table:
        raise ReadingError("no header CODE, SUBTYPE in the MAC file", str(path))
    return table


# -- names (section 2: allele, short null, old name) ------------------------------------------------


def find_now(release, gene, short, warnings):
    """The alleles of the release that a name with colons means; nothing is followed here."""
    # "an exact name in the release wins"
    if f"{gene}*{short}" in release.alleles:
        return {f"{gene}*{short}"}
    # "otherwise all alleles with that prefix (with the suffix given, only those)"
    fields, suffix = split_name(short)
    found = [
        allele
        for allele in release.families.get((gene, fields[0]), ())
        if allele.fields[: len(fields)] == fields and (not suffix or allele.suffix == suffix)
    ]
    # "a name whose only alleles carry a suffix that was left out is read as those, with a warning"
    if found and not suffix and all(allele.suffix for allele in found):
        warnings.append(f"{gene}*{short}: every allele of this name carries a suffix")
    return {allele.name for allele in found}


def find_old(release, gene, short, warnings, seen):
    """Follow a renamed or deleted name through hla_nom.txt; full names first, then truncated ones.

    None: hla_nom.txt knows no such name. An empty set: deleted without an identical allele.
    """
    table = release.old.get(gene, {})
    if short in table:
        old_names = [short]
    else:
        # "Truncated old names are followed like full ones."
        old_names = [name for name in table if begins(name, short)]
        if old_names and split_name(short)[1] == "" and all(split_name(name)[1] for name in old_names):
            warnings.append(f"{gene}*{short}: every old name of this beginning carries a suffix")
    if not old_names:
        return None
    found = set()
    for name in old_names:
        followed = set()
        if table[name] is not None and name not in seen:
            followed = find_name(release, gene, table[name], warnings, seen | {name}) or set()
        if not followed and len(old_names) > 1:
            warnings.append(f"{gene}*{name}: deleted without an identical allele")
        found |= followed
    return found


def begins(name, short):
    """Is `short` the beginning of the old name `name`, field by field (a suffix must be the same)?"""
    if (":" in name) != (":" in short):
        return False
    fields, suffix = split_name(short)
    name_fields, name_suffix = split_name(name)
    if ":" not in name:
        # Without colons a field is a pair of digits.
        fields, name_fields = pairs_of_digits(fields[0]), pairs_of_digits(name_fields[0])
    return name_fields[: len(fields)] == fields and (not suffix or name_suffix == suffix)


def pairs_of_digits(digits):
    """'020101' -> ('02', '01', '01'); a single last digit is padded: '31012' -> ('31', '01', '02')."""
    return tuple(digits[i : i + 2].zfill(2) for i in range(0, len(digits), 2))


def modern_name(gene, short):
    """A name of before 2010 with its colons, or None where the count of digits does not allow one."""
    (digits,), suffix = split_name(short)
    # "an odd count that hla_nom.txt does not know beyond five digits is an error"
    if len(digits) not in (4, 5, 6, 8):
        return None
    fields = pairs_of_digits(digits)
    # "A*92xx = 02:1xx, B*95xx = 15:1xx"
    for old_gene, old_first, first in (("A", "92", "02"), ("B", "95", "15")):
        if gene == old_gene and fields[0] == old_first:
            fields = (first, "1" + fields[1]) + fields[2:]
    return ":".join(fields) + suffix


def find_name(release, gene, short, warnings, seen=frozenset()):
    """All alleles of a name with or without colons. None: no such name; empty: deleted for good."""
    if ":" in short:
        found = find_now(release, gene, short, warnings)
        return found if found else find_old(release, gene, short, warnings, seen)
    # "Names of before 2010 without colons are converted: looked up in hla_nom.txt first,
    # else pairs of digits"
    if short in release.old.get(gene, {}):
        return find_old(release, gene, short, warnings, seen)
    modern = modern_name(gene, short)
    if modern is not None:
        found = find_name(release, gene, modern, warnings, seen)
        if found is not None:
            return found
    if len(split_name(short)[0][0]) >= 4 and len(split_name(short)[0][0]) % 2 == 0:
        return find_old(release, gene, short, warnings, seen)
    return None


def alleles_of_name(release, gene, short, warnings):
    if release.names_only:
        return {cut_name(gene, short)}
    found = find_name(release, gene, short, warnings)
    if found is None:
        raise ReadingError(f"no allele {gene}*{short} in the release")
    if not found:
        raise ReadingError(f"{gene}*{short} was deleted and no identical allele is given")
    return found


def cut_name(gene, short):
    """`--release names`: two fields, suffix kept; one field where there is only one."""
    if ":" not in short and len(split_name(short)[0][0]) >= 4:
        modern = modern_name(gene, short)
        if modern is None:
            raise ReadingError("digits without colon that are no pairs")
        short = modern
    if not PAIRED.fullmatch(short):
        raise ReadingError("not a name")
    fields, suffix = split_name(short)
    return f"{gene}*{':'.join(fields[:2])}{suffix}"


# -- the other forms of section 2 ------------------------------------------------


def alleles_of_group(release, gene, short, letter, warnings):
    if release.names_only:
        raise ReadingError("a group name needs a release")
    if letter in "GP":
        members = (release.g_members if letter == "G" else release.p_members).get(f"{gene}*{short}{letter}")
        if members is None:
            raise ReadingError(f"no group {gene}*{short}{letter} in the release")
        return set(members)
    # "g = members of the P group plus the nulls of the G groups that it touches"
    members = release.p_members.get(f"{gene}*{short}P")
    if members is None:
        # "where no P group has the name, the alleles of that name"
        return alleles_of_name(release, gene, short, warnings)
    found = set(members)
    for name in members:
        group = release.g_of.get(name)
        if group is not None:
            found |= {other for other in release.g_members[group] if release.is_null(other)}
    return found


def alleles_of_xx(release, gene, first):
    # "every allele of that first field that is in the release now (no deleted names re-mapped)"
    if release.names_only:
        raise ReadingError("XX needs a release")
    found = {allele.name for allele in release.families.get((gene, first), ())}
    if not found:
        # "A broad number without alleles (A*09:XX) is an error that suggests A9"
        antigen = ANTIGEN_PREFIX[gene] + str(int(first))
        known = alleles_of_antigen(release, antigen)
        raise ReadingError(f"no allele {gene}*{first}", suggestion=antigen if known else None)
    return found


def alleles_of_code(release, gene, first, code, mac, warnings):
    """A MAC. Returns (alleles, how many members were dropped)."""
    if release.names_only:
        raise ReadingError("a code needs a release")
    if mac is None:
        raise ReadingError("a code needs a MAC file")
    if code not in mac:
        raise ReadingError(f"unknown code {code}")
    members = mac[code].split("/")
    if ":" in mac[code]:
        # "allele-specific code: the full list, whatever first field was typed
        # (a warning if no member has it)"
        if all(member.split(":")[0] != first for member in members):
            warnings.append(f"no member of {code} begins with {first}")
    else:
        # "generic code: second fields of the given first field"
        members = [f"{first}:{member}" for member in members]
    found, dropped = set(), 0
    for member in members:
        # "members with old names are followed through hla_nom.txt; an allele that the release still
        # does not have is dropped and counted, unless none is left"
        these = find_name(release, gene, member, warnings) if ALLELE.fullmatch(member) else None
        if these:
            found |= these
        else:
            dropped += 1
    if not found:
        raise ReadingError(f"no member of {gene}*{first}:{code} is in the release")
    if dropped:
        warnings.append(f"{dropped} members of {code} are not in the release")
    return found, dropped


def alleles_of_antigen(release, antigen):
    """Every allele whose row names the antigen, one below it or one above it; siblings never."""
    wanted = {antigen} | release.below(antigen) | release.above(antigen)
    return {
        name for name, antigens in release.antigens.items() if antigens & wanted and name in release.alleles
    }
