# SPDX-License-Identifier: Apache-2.0
"""Seeded random material for section 7: frequency sets, and people drawn from them with blurred typings.

Works on a miniature release and on `Release.names()`. Every function takes a `random.Random`; equal seeds
give equal output, as in generate.py.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path

from .generate import _body
from .miniature import protein_of
from .names import ReadingError
from .release import DRB345_GENES
from .typing import read_gl, read_position

NAME_KINDS = ("full", "truncated", "truncated", "truncated", "p_group", "g_group", "small_g")
BLURS = ("truncated", "g_group", "p_group", "small_g", "list", "list", "xx", "code", "serology", "short_null")
QUALITIES = {"exact": 0.05, "good": 0.4, "poor": 0.9}  # chance that a position is blurred
LAYOUTS = ("a", "b", "c", "d", "e")  # formats.md


@dataclass
class Material:
    sets: dict  # population -> [(haplotype text, frequency text), ..]
    patients: list = field(default_factory=list)  # rows as of generate.people
    donors: list = field(default_factory=list)
    fallbacks: tuple = ()


def material(
    rng, release, mac=None, loci=("A", "B", "DRB1"), outside=("DQB1",), sets=2, patients=4, donors=10, rows=12
):
    """Frequency sets over `loci`, people typed at `loci` and `outside`, some of no population or another."""
    # All populations draw from one pool of names, so that a fall-back explains somebody now and then.
    pool = name_pool(rng, release, loci)
    made = Material({f"pop{i}": frequency_rows(rng, release, loci, rows, pool=pool) for i in range(sets)})
    made.fallbacks = tuple(rng.sample(sorted(made.sets), rng.randint(1, sets)))
    for prefix, count in (("P", patients), ("D", donors)):
        for number in range(count):
            row = person_of(rng, release, rng.choice(sorted(made.sets.items()))[1], outside, mac)
            row["id"] = f"{prefix}{number}"
            row["population"] = rng.choice([*made.sets, *made.sets, "", "elsewhere"])
            (made.patients if prefix == "P" else made.donors).append(row)
    columns = dict.fromkeys(column for row in made.patients + made.donors for column in row)
    for people in (made.patients, made.donors):
        people[:] = [{column: row.get(column, "") for column in columns} for row in people]
    return made


# -- frequency sets ------------------------------------------------


def allele_names(release, locus):
    """The alleles to draw from, with their gene; without nomenclature a few made-up ones."""
    genes = DRB345_GENES if locus == "DRB345" else (locus,)
    if release.names_only:
        return [
            f"{genes[0]}*{short}" for short in ("01:01", "01:02", "02:01:01", "02:05N", "03:01:01:02L", "24")
        ]
    return sorted(name for name, allele in release.alleles.items() if allele.locus in genes)


def name_for_set(rng, release, locus):
    """A name that a frequency set may have: an allele of any length, or a G, P or g group."""
    name = rng.choice(allele_names(release, locus))
    if release.names_only:
        return name
    gene = name.split("*")[0]
    while True:
        body = _body(rng, release, gene, {}, rng.choice(NAME_KINDS))
        if body is not None:
            return f"{gene}*{body}"


def name_pool(rng, release, loci, size=5):
    """{locus: names}: some names stand for the same class, some for a null."""
    pool = {}
    for locus in loci:
        names = [name_for_set(rng, release, locus) for _ in range(size)]
        if not release.names_only:
            nulls = [name for name in allele_names(release, locus) if release.is_null(name)]
            if nulls and rng.random() < 0.5:
                null = rng.choice(nulls)
                names.append(rng.choice([null, protein_of(null) + "N"]))
            # Another member of a class that is there already: its rows are to be merged.
            alleles = sorted(read_position(release, None, rng.choice(names)).alleles)
            names.append(rng.choice(alleles))
        pool[locus] = names
    return pool


def frequency_rows(rng, release, loci, count=12, *, pool=None, wrong=0.0):
    """[(haplotype text, frequency text)], their sum at most 1; `wrong`: the chance of a row to be refused."""
    pool = pool or name_pool(rng, release, loci)
    same_order = rng.random() < 0.5
    rows = []
    for _ in range(count):
        parts = [rng.choice(pool[locus]) for locus in loci]
        if not same_order:
            rng.shuffle(parts)
        text, frequency = "~".join(parts), frequency_text(rng, count)
        if rng.random() < wrong:
            text, frequency = rng.choice(
                [
                    ("~".join([*parts[:-1], parts[-1].split("*")[0] + "*999:99"]), frequency),
                    ("~".join(parts[:-1]), frequency),
                    ("~".join([*parts, parts[0]]), frequency),
                    (text, "-0.01"),
                    (text, "1.01"),
                    (text, "often"),
                    (text, ""),
                ]
            )
        rows.append((text, frequency))
    return rows


def frequency_text(rng, count):
    """At most 1/count; now and then nothing, or next to nothing."""
    draw = rng.random()
    if draw < 0.05:
        return rng.choice(["0", "0.0"])
    if draw < 0.12:
        return rng.choice(["1e-200", "3.5E-150", "1e-12"])
    value = rng.random() / count
    return rng.choice([f"{value:.17g}", f"{value:.4f}", f"{value:.3e}"])


def write_frequencies(path, population, rows, layout="a"):
    """One population in one of the layouts of formats.md (c, d and e: the population is the file's stem, or
    populationId)."""
    path = Path(path)
    parts = [{part.split("*")[0].lower(): part for part in text.split("~")} for text, _ in rows]
    if layout == "e":
        frequencies = [
            {**row, "frequency": float(number)} for row, (_, number) in zip(parts, rows, strict=True)
        ]
        whole = {"nomenclatureVersion": "0", "populationId": population, "frequencies": frequencies}
        path.write_text(json.dumps(whole), encoding="utf-8")
        return path
    lines = {
        "a": [["haplotype", "frequency", "population"]] + [[text, f, population] for text, f in rows],
        "b": [[text, population, f] for text, f in rows],
        "c": [["Haplo", "Count", "Freq"]] + [[text, "1", f] for text, f in rows],
        "d": [[*sorted(parts[0]), "frequency"]]
        + [[*(row[key] for key in sorted(row)), f] for row, (_, f) in zip(parts, rows, strict=True)],
    }[layout]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
    return path


# -- people ------------------------------------------------


def person_of(rng, release, rows, outside=(), mac=None):
    """A row with typings: two haplotypes of the set, or nearly, seen through a laboratory."""
    two = [dict(_texts(rng.choice(rows)[0])) for _ in range(2)]
    if rng.random() < 0.1:
        two[1] = dict(two[0])
    if rng.random() < 0.15:  # an allele that this haplotype does not have, perhaps no haplotype
        locus = rng.choice(sorted(two[0]))
        two[0][locus] = rng.choice(allele_names(release, locus))
    if rng.random() < 0.1:  # a cross-over
        locus = rng.choice(sorted(two[0]))
        two[0][locus], two[1][locus] = two[1][locus], two[0][locus]
    for locus in outside:
        names = allele_names(release, locus)[:4]
        for haplotype in two:
            haplotype[locus] = rng.choice(names)
    alleles = [
        {locus: rng.choice(_alleles(release, name)) for locus, name in haplotype.items()} for haplotype in two
    ]
    chance = QUALITIES[rng.choice(sorted(QUALITIES))]
    return rng.choice([in_columns, in_columns, in_gl])(rng, release, alleles, chance, mac)


def _texts(text):
    for part in text.split("~"):
        gene = part.split("*")[0]
        yield "DRB345" if gene in DRB345_GENES else gene, part


def _alleles(release, name):
    try:
        return [name] if release.names_only else sorted(read_position(release, None, name).alleles)
    except ReadingError:
        return [name]  # of a row made wrong


def in_columns(rng, release, alleles, chance, mac):
    row = {}
    for locus in alleles[0]:
        pair = [blurred(rng, release, locus, haplotype[locus], chance, mac) for haplotype in alleles]
        draw = rng.random()
        if draw < 0.07:
            pair = ["", ""]
        elif pair[0] == pair[1] and draw < 0.5 or draw < 0.1:
            pair[rng.randrange(2)] = ""
        elif draw < 0.13:
            pair[rng.randrange(2)] = "NEW"
        elif draw < 0.5:
            pair.reverse()
        if locus != "DRB345":  # there a text tells its gene
            pair = [text.split("*")[-1] if "/" not in text and rng.random() < 0.5 else text for text in pair]
        row[f"{locus}_1"], row[f"{locus}_2"] = pair
    return row


def in_gl(rng, release, alleles, chance, mac):
    """A GL String: single loci with `|` lists, and now and then some loci together with their phase."""
    loci = list(alleles[0])
    phased = rng.sample(loci, rng.randint(2, len(loci))) if len(loci) > 1 and rng.random() < 0.5 else []
    blocks = [_block(rng, release, alleles, phased, chance, mac)] if phased else []
    for locus in loci:
        if locus not in phased and rng.random() > 0.1:
            blocks.append(_block(rng, release, alleles, [locus], chance, mac))
    text = "^".join(blocks)
    read_gl(release, text, mac)
    return {"gl": text}


def _block(rng, release, alleles, loci, chance, mac):
    alternatives = []
    for number in range(rng.choice([1, 1, 2, 3])):
        sides = []
        for haplotype in alleles:
            names = dict(haplotype)
            if number:  # another possibility beside the truth
                locus = rng.choice(loci)
                names[locus] = rng.choice([*allele_names(release, locus), *(a[locus] for a in alleles)])
            sides.append("~".join(blurred(rng, release, locus, names[locus], chance, mac) for locus in loci))
        rng.shuffle(sides)
        alternatives.append("+".join(sides[:1] if rng.random() < 0.05 else sides))
    rng.shuffle(alternatives)
    return "|".join(alternatives)


def blurred(rng, release, locus, name, chance, mac=None):
    """A text that a laboratory may give for an allele, its locus told; it reads and covers the allele."""
    if rng.random() >= chance:
        return name
    gene, short = name.split("*")
    for _ in range(4):
        text = _blur(rng, release, gene, name, short, rng.choice(BLURS), mac or {})
        if text is None:
            continue
        try:
            if release.names_only or name in read_position(release, locus, text, mac).alleles:
                return text
        except ReadingError:
            continue
    return name


def _blur(rng, release, gene, name, short, kind, mac):
    same_gene = [other for other in allele_names(release, gene) if other.startswith(gene + "*")]
    if kind == "list" or release.names_only:
        return "/".join(sorted({name, *rng.sample(same_gene, min(len(same_gene), rng.randint(1, 4)))}))
    if kind == "g_group":
        return release.g_of.get(name)
    if kind == "p_group":
        return release.p_of.get(name)
    if kind == "code":
        protein = protein_of(short)
        codes = [c for c in mac if {protein, protein.split(":")[1]} & set(mac[c].split("/"))]
        return f"{gene}*{protein.split(':')[0]}:{rng.choice(sorted(codes))}" if codes else None
    if kind == "serology":
        antigens = sorted(release.antigens.get(name, ()))
        return rng.choice(antigens) if antigens else None
    if kind == "short_null":
        return f"{gene}*{protein_of(short)}N" if short.endswith("N") else None
    if kind == "xx":
        return f"{gene}*{short.split(':')[0]}:XX"
    return f"{gene}*{protein_of(short)}" + ("g" if kind == "small_g" else "")
