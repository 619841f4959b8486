# SPDX-License-Identifier: Apache-2.0
"""Seeded random material: miniature releases (miniature.py), typing texts of every form, people.

Every function takes a `random.Random`; equal seeds give equal output. Sets are sorted before anything is
drawn from them.
"""

from __future__ import annotations

import csv
import datetime
from pathlib import Path

from .miniature import (
    FAMILIES,
    SER_SER,
    mac_table,
    miniature,
    protein_of,
    release_rows,
    write_mac,
    write_release,
)
from .names import ReadingError
from .release import DRB345_GENES, split_name
from .typing import read_gl, read_position

__all__ = [
    "FAMILIES",
    "GOOD_KINDS",
    "SER_SER",
    "gl_text",
    "mac_table",
    "miniature",
    "people",
    "readable_text",
    "release_rows",
    "typing_text",
    "write_mac",
    "write_people",
    "write_release",
    "wrong_text",
]

# -- typing texts ------------------------------------------------

GOOD_KINDS = (
    "full",
    "truncated",
    "short_null",
    "g_group",
    "p_group",
    "small_g",
    "xx",
    "generic_code",
    "specific_code",
    "list",
    "short_list",
    "serology",
    "old",
    "digits",
    "new",
)


def typing_text(rng, release, locus, mac=None, kind=None, prefix=None):
    """(kind, text) for a column of `locus`. Most texts read; some kinds may be errors by their nature
    (an old name deleted for good, a code with nothing left), which is part of the test."""
    gene = rng.choice([g for g in DRB345_GENES if _has(release, g)]) if locus == "DRB345" else locus
    kind = kind or rng.choice(GOOD_KINDS)
    body = _body(rng, release, gene, mac or {}, kind)
    if body is None:
        kind, body = "full", _body(rng, release, gene, mac or {}, "full")
    if kind == "serology":
        return kind, rng.choice(["", "", "HLA-"]) + body
    if prefix is None:
        prefix = rng.choice(["", "", "*", f"{gene}*", f"HLA-{gene}*"])
        if locus in (None, "DRB345") and kind != "new":
            prefix = rng.choice([f"{gene}*", f"HLA-{gene}*"])
    text = prefix + body
    if kind == "list" and rng.random() < 0.3:
        text = text.replace("/", f"/{gene}*")
    if rng.random() < 0.05:
        text = rng.choice([" ", "\t"]) + text + " "
    return kind, text


def _has(release, gene):
    return any(allele.locus == gene for allele in release.alleles.values())


def _body(rng, release, gene, mac, kind):
    alleles = sorted(a.short for a in release.alleles.values() if a.locus == gene)
    short = rng.choice(alleles)
    fields, suffix = split_name(short)
    if kind == "full":
        return short
    if kind == "truncated":
        return ":".join(fields[: rng.randint(2, len(fields))]) + (suffix if rng.random() < 0.2 else "")
    if kind == "short_null":
        nulls = [s for s in alleles if s.endswith("N")]
        return protein_of(rng.choice(nulls)) + "N" if nulls else None
    if kind in ("g_group", "p_group"):
        groups = sorted(release.g_members if kind == "g_group" else release.p_members)
        groups = [group.split("*")[1] for group in groups if group.split("*")[0] == gene]
        return rng.choice(groups) if groups else None
    if kind == "small_g":
        return protein_of(short) + "g"
    if kind == "xx":
        return fields[0] + ":XX"
    if kind in ("generic_code", "specific_code"):
        codes = sorted(code for code in mac if (":" in mac[code]) == (kind == "specific_code"))
        if rng.random() < 0.85:  # mostly codes with a member at this locus
            near = {protein_of(s) for s in alleles}
            near |= {protein.split(":")[1] for protein in near if protein.split(":")[0] == fields[0]}
            codes = [code for code in codes if near & set(mac[code].split("/"))]
        return f"{fields[0]}:{rng.choice(codes)}" if codes else None
    if kind == "list":
        pieces = ("full", "truncated", "truncated", "g_group", "p_group", "small_g", "short_null")
        members = [_body(rng, release, gene, mac, rng.choice(pieces)) for _ in range(rng.randint(2, 4))]
        return "/".join(member or short for member in members)
    if kind == "short_list":
        family = [protein_of(s) for s in alleles if split_name(s)[0][0] == fields[0]]
        return "/".join(
            [protein_of(short)] + [rng.choice(family).split(":")[1] for _ in range(rng.randint(1, 3))]
        )
    if kind == "serology":
        numbers = sorted(
            {a for name, found in release.antigens.items() if name.startswith(gene + "*") for a in found}
        )
        numbers += sorted(above for n in numbers for above in release.above(n))
        if not numbers:
            return None
        antigen = rng.choice(numbers)
        return antigen.replace("Cw", "C") if rng.random() < 0.3 else antigen
    if kind == "old":
        names = sorted(release.old.get(gene, ()))
        if not names:
            return None
        name = rng.choice(names)
        return name.rsplit(":", 1)[0] if name.count(":") > 1 and rng.random() < 0.5 else name
    if kind == "digits":
        cut = fields[: rng.randint(2, len(fields))]
        return "".join(cut) + suffix if all(len(part) == 2 for part in cut) else None
    assert kind == "new", kind
    return "NEW"


def wrong_text(rng, release, locus, mac=None):
    """(what was done, text): a text made wrong; by chance it may still read."""
    _, text = typing_text(rng, release, locus, mac)
    text = text.strip()
    ways = {
        "lower case": text.lower(),
        "letter l": text.replace("1", "l", 1),
        "letter O": text.replace("0", "O", 1),
        "inner space": text.replace(":", ": ", 1),
        "other locus": "DPA1*" + text.split("*")[-1],
        "code in a list": text + "/02:XX",
        "empty member": text + "/",
        "short after three fields": "02:01:01/02",
        "unknown code": "02:QQQQ",
        "no such allele": "99:99",
        "no such group": "99:99P",
        "broad number": "09:XX",
        "code without colon": "01AB",
        "odd digits": "0201011",
        "unknown antigen": "A99",
        "five fields": "02:01:01:01:01",
        "one field": "02",
        "GL operator": text + "+" + text,
        "trailing star": text + "*",
        "not ASCII": text + "\u00e9",
        "word": rng.choice(["None", "-", "N/A", "?", "new", "untyped"]),
    }
    way = rng.choice(sorted(ways))
    return way, ways[way]


def readable_text(rng, release, locus, mac=None, kinds=GOOD_KINDS, prefix=None):
    """A text that reads."""
    while True:
        _, text = typing_text(rng, release, locus, mac, rng.choice(kinds), prefix)
        try:
            read_position(release, locus, text, mac)
        except ReadingError:
            continue
        return text


def gl_text(rng, release, locus, mac=None, kinds=GOOD_KINDS, alternatives=3):
    """A one-locus GL String that reads, every position with its locus."""
    genes = [g for g in DRB345_GENES if _has(release, g)] if locus == "DRB345" else [locus]
    pairs = []
    for _ in range(rng.randint(1, alternatives)):
        texts = []
        for _ in range(1 if rng.random() < 0.15 else 2):
            gene = rng.choice(genes)
            texts.append(readable_text(rng, release, gene, mac, kinds, prefix=f"{gene}*").strip(" \t"))
        pairs.append("+".join(texts))
    text = "|".join(pairs)
    read_gl(release, text, mac)
    return text


# -- people ------------------------------------------------


def people(
    rng, release, count, loci, mac=None, style="columns", prefix="D", kinds=GOOD_KINDS, pool=8, on=None
):
    """Rows (dict) of donors.csv or patients.csv; few different texts per locus, so that people match.

    style: `columns` (A_1, A_2, ..), `gl_columns` (A, B, ..) or `gl` (one GL String).
    """
    on = on or datetime.date(2024, 6, 1)
    if style == "columns":
        texts = {
            locus: [readable_text(rng, release, locus, mac, kinds) for _ in range(pool)] for locus in loci
        }
    else:
        texts = {locus: [gl_text(rng, release, locus, mac, kinds) for _ in range(pool)] for locus in loci}
    rows = []
    for number in rng.sample(range(10 * count), count):
        row = {"id": f"{prefix}{number}"}
        blocks = []
        for locus in loci:
            draw = rng.random()
            if style == "columns":
                pair = [rng.choice(texts[locus]), rng.choice(texts[locus])]
                if draw < 0.1:
                    pair = ["", ""]
                elif draw < 0.25:
                    pair[rng.randrange(2)] = ""
                row[f"{locus}_1"], row[f"{locus}_2"] = pair
            elif style == "gl_columns":
                row[locus] = "" if draw < 0.1 else rng.choice(texts[locus])
            elif draw >= 0.1:
                blocks.append(rng.choice(texts[locus]))
        if style == "gl":
            row["gl"] = "^".join(blocks)
        row.update(_personal(rng, on))
        rows.append(row)
    return rows


def _personal(rng, on):
    sex = rng.choice(["F", "M", ""])
    born = on - datetime.timedelta(days=rng.randint(17 * 365, 58 * 365))
    return {
        "birth_date": "" if rng.random() < 0.1 else born.isoformat(),
        "sex": sex,
        "abo": rng.choice(["A", "B", "AB", "O", ""]),
        "rh": rng.choice(["+", "-", "P", "N", ""]),
        "cmv": rng.choice(["N", "G", "M", "B", "P", "H", "O", "neg", "pos", ""]),
        "weight_kg": rng.choice(["", "55", "70", "82.5"]),
        "pregnancies": rng.choice(["", "0", "2"]) if sex == "F" else "",
        "status": rng.choice(["AV", "AV", "AV", "TU", "OP", "RS", "DE", ""]),
    }


def write_people(path, rows):
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
