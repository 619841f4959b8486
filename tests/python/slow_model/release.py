# SPDX-License-Identifier: Apache-2.0
"""One IPD-IMGT/HLA release as plain dictionaries and sets.

Row shapes (the same for `Release.from_rows` and for the files, semicolons between the cells):

* nom:     (locus, name, assigned, deleted, identical, reason),
           e.g. ('A*', '02:01:08', '20020930', '20220131', '02:1040', 'Sequence renamed')
* g, p:    (locus, members joined by '/', group name or ''),    e.g. ('A*', '01:03:01:01/01:315', '01:03P')
* dna_ser: (locus, name, unambiguous, possible, assumed, expert)
* ser_ser: (prefix, broad, splits joined by '/', associated joined by '/'), e.g. ('A', '9', '23/24', '')
* tce:     first the header, then (full name, protein, one group per version, comments),
           e.g. ('DPB1*06:01:02', 'DPB1*06:01', '3', '2a', '')
"""

from __future__ import annotations

import csv
from pathlib import Path

# Section 1.
GENES = ("A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")
DRB345_GENES = ("DRB3", "DRB4", "DRB5")
SUFFIXES = "NLSCAQ"

# The name of an antigen is a prefix and a number: A2, Cw10, DR17, DQ7.
ANTIGEN_PREFIX = {
    "A": "A",
    "B": "B",
    "C": "Cw",
    "DRB1": "DR",
    "DRB3": "DR",
    "DRB4": "DR",
    "DRB5": "DR",
    "DQB1": "DQ",
    "DQA1": "DQA",
    "DPA1": "DPA",
    "DPB1": "DPw",
}


class ReleaseFormatError(ValueError):
    """A release file that is not laid out as known: file, line and column."""

    def __init__(self, file, line, column, reason):
        super().__init__(f"{file}, line {line}, column {column}: {reason}")
        self.file, self.line, self.column, self.reason = file, line, column, reason


class Allele:
    """A name of the release, taken apart."""

    def __init__(self, locus, short):
        self.locus = locus
        self.short = short  # 02:01:01:02L
        self.name = f"{locus}*{short}"  # A*02:01:01:02L
        self.fields, self.suffix = split_name(short)

    def __repr__(self):
        return f"Allele({self.name})"


def split_name(short):
    """'24:09N' -> (('24', '09'), 'N')."""
    suffix = ""
    if short and short[-1] in SUFFIXES:
        short, suffix = short[:-1], short[-1]
    return tuple(short.split(":")), suffix


def gene_of_row(cell):
    """'A*' -> 'A', 'Cw*' -> 'C' (its name before 2010); None for serology rows and for other genes."""
    if not cell.endswith("*"):
        return None
    gene = cell[:-1]
    if gene == "Cw":
        gene = "C"
    return gene if gene in GENES else None


class Release:
    def __init__(self):
        self.names_only = False
        self.alleles = {}  # name -> Allele, the alleles of the release now
        self.families = {}  # (locus, first field) -> list of Allele
        self.old = {}  # locus -> {deleted name without locus: identical current name or None}
        self.g_members = {}  # 'A*02:01:01G' -> set of names
        self.g_of = {}  # name -> 'A*02:01:01G'
        self.p_members = {}  # 'A*02:01P' -> set of names
        self.p_of = {}  # name -> 'A*02:01P'
        self.antigens = {}  # name -> set of antigens ('A2'), from rel_dna_ser
        self.tce = {}  # version ('V2') -> {'DPB1*06:01:02': 1, 2 or 3}
        self.children = {}  # antigen -> its splits and associated antigens (one step)

    # -- making one ---------------------------------------------------------------------------------

    @classmethod
    def names(cls):
        """`--release names` of formats.md: no nomenclature at all."""
        release = cls()
        release.names_only = True
        return release

    @classmethod
    def load(cls, folder):
        """A release folder as published (wmda/*.txt)."""
        wmda = Path(folder) / "wmda"
        return cls.from_rows(
            nom=_read_rows(wmda / "hla_nom.txt", 6),
            g=_read_rows(wmda / "hla_nom_g.txt", 3),
            p=_read_rows(wmda / "hla_nom_p.txt", 3),
            dna_ser=_read_rows(wmda / "rel_dna_ser.txt", 6),
            ser_ser=_read_rows(wmda / "rel_ser_ser.txt", 4),
            tce=_read_tce(Path(folder) / "tce" / "dpb_tce.csv"),
        )

    @classmethod
    def from_rows(cls, nom, g=(), p=(), dna_ser=(), ser_ser=(), tce=()):
        release = cls()
        for locus_cell, name, _assigned, deleted, identical, _reason in nom:
            gene = gene_of_row(locus_cell)
            if gene is None:
                continue
            if deleted:
                release.old.setdefault(gene, {})[name] = identical or None
            else:
                allele = Allele(gene, name)
                release.alleles[allele.name] = allele
                release.families.setdefault((gene, allele.fields[0]), []).append(allele)
        for rows, members_of, group_of in (
            (g, release.g_members, release.g_of),
            (p, release.p_members, release.p_of),
        ):
            for locus_cell, members, group in rows:
                gene = gene_of_row(locus_cell)
                if gene is None or not group:
                    continue  # an allele without a group name stands for itself
                group = f"{gene}*{group}"
                for member in members.split("/"):
                    name = f"{gene}*{member}"
                    if name in release.alleles:
                        members_of.setdefault(group, set()).add(name)
                        group_of[name] = group
        for locus_cell, name, *columns in dna_ser:
            gene = gene_of_row(locus_cell)
            if gene is None:
                continue
            antigens = set()
            for column in columns[:4]:  # unambiguous, possible, assumed, expert
                for number in column.split("/"):
                    if number not in ("", "0", "?"):
                        antigens.add(ANTIGEN_PREFIX[gene] + number)
            release.antigens[f"{gene}*{name}"] = antigens
        for prefix, broad, splits, associated in ser_ser:
            for number in splits.split("/") + associated.split("/"):
                if number:
                    release.children.setdefault(prefix + broad, set()).add(prefix + number)
        release._take_tce(list(tce))
        return release

    def _take_tce(self, rows):
        """Section 5: "suffixes `$`, `a` are notes, `0` or blank is none"; `3 (core)` is group 3."""
        if not rows:
            return
        header = rows[0]
        for column, title in enumerate(header):
            if title[:1] == "V" and title.endswith("_Assignment"):
                groups = self.tce.setdefault(title.removesuffix("_Assignment"), {})
                for row in rows[1:]:
                    if row[column][:1] in ("1", "2", "3"):
                        groups[row[header.index("Allele")]] = int(row[column][0])

    # -- section 3 ----------------------------------------------------------------------------------

    def is_null(self, name):
        """Suffix N: no product. Without nomenclature there is no null rule (formats.md)."""
        return not self.names_only and name.endswith("N")

    def class_of(self, name):
        """The class of an allele: its P group, else itself; None for a null."""
        if self.names_only:
            return name
        if self.is_null(name):
            return None
        return self.p_of.get(name, name)

    # -- serology (sections 2 and 4) ------------------------------------------------------------------

    def below(self, antigen):
        """All splits and associated antigens of an antigen, all the way down."""
        found, todo = set(), [antigen]
        while todo:
            for child in self.children.get(todo.pop(), ()):
                if child not in found:
                    found.add(child)
                    todo.append(child)
        return found

    def above(self, antigen):
        """All antigens of which this one is a split or associated antigen, all the way up."""
        return {broad for broad in self.children if antigen in self.below(broad)}

    def in_line(self, one, other):
        """Equal, or one above the other; siblings are not."""
        return one == other or other in self.below(one) or one in self.below(other)


TCE_HEADER_BEFORE_3_34 = ["Allele", "Protein", "V1_Assignment", "V2_Assignment", "Comments"]


def _read_tce(path):
    """The rows of dpb_tce.csv with a header first, which 3.33.0 lacks."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    rows = [row for row in csv.reader(line for line in lines if not line.startswith("#")) if row]
    return rows if rows[0][0] == "Allele" else [TCE_HEADER_BEFORE_3_34, *rows]


def _read_rows(path, cells):
    """Rows of a wmda file: '#' lines skipped, CR LF and a missing last newline borne."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, line in enumerate(file, start=1):
            line = line.rstrip("\r\n")
            if line.startswith("#") or not line:
                continue
            row = tuple(line.split(";"))
            if len(row) != cells:
                raise ReleaseFormatError(
                    path.name, number, len(row), f"{cells} cells expected, {len(row)} found"
                )
            rows.append(row)
    return rows
