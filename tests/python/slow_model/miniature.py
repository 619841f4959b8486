# SPDX-License-Identifier: Apache-2.0
"""Seeded random miniature releases and MAC tables, in memory and on disk."""

from __future__ import annotations

from pathlib import Path

from .release import Release, split_name

# First fields and the antigens that rel_dna_ser may give to alleles of that family.
FAMILIES = {
    "A": {
        "01": ["1"],
        "02": ["2", "203", "210"],
        "23": ["23", "9"],
        "24": ["24", "2403", "9"],
        "26": ["26", "10"],
        "34": ["34", "10"],
        "68": ["68", "28"],
    },
    "B": {
        "07": ["7", "703"],
        "15": ["62", "75", "70", "71", "72", "15/70"],
        "38": ["38", "16"],
        "39": ["39", "3901", "3902", "16"],
        "40": ["60", "61", "40", "4005"],
        "51": ["51", "5102", "5"],
        "44": ["44", "12"],
        "45": ["45", "12"],
    },
    "C": {"01": ["1"], "03": ["9", "10", "3"], "07": ["7"], "12": ["?"], "15": ["?"]},
    "DRB1": {
        "01": ["1", "103"],
        "03": ["17", "18", "3"],
        "13": ["13", "6", "11/13"],
        "14": ["14", "1403", "6"],
        "15": ["15", "2"],
        "16": ["16", "2"],
    },
    "DRB3": {"01": ["52"], "02": ["52"]},
    "DRB4": {"01": ["53"]},
    "DRB5": {"01": ["51"], "02": ["51"]},
    "DQA1": {"01": ["?"], "05": ["?"]},
    "DQB1": {"02": ["2"], "03": ["7", "8", "9", "3"], "05": ["5", "1"], "06": ["6", "1"]},
    "DPA1": {"01": ["?"], "02": ["?"]},
    "DPB1": {"01": ["?"], "02": ["?"], "04": ["?"], "105": ["?"]},
}
SER_SER = [
    ("A", "2", "", "203/210"),
    ("A", "9", "23/24", ""),
    ("A", "10", "25/26/34/66", ""),
    ("A", "24", "", "2403"),
    ("A", "28", "68/69", ""),
    ("B", "5", "51/52", ""),
    ("B", "7", "", "703"),
    ("B", "12", "44/45", ""),
    ("B", "15", "62/63/75/76/77", ""),
    ("B", "16", "38/39", ""),
    ("B", "39", "", "3901/3902"),
    ("B", "40", "60/61", ""),
    ("B", "51", "", "5102/5103"),
    ("B", "70", "71/72", ""),
    ("Cw", "3", "9/10", ""),
    ("DQ", "1", "5/6", ""),
    ("DQ", "3", "7/8/9", ""),
    ("DR", "1", "", "103"),
    ("DR", "2", "15/16", ""),
    ("DR", "3", "17/18", ""),
    ("DR", "6", "13/14", ""),
    ("DR", "14", "", "1403/1404"),
    ("Dw", "6", "18/19", ""),
]
TCE_HEADER = ("Allele", "Protein", "V1_Assignment", "V2_Assignment", "Comments")


# -- miniature releases ------------------------------------------------


def release_rows(rng, loci=("A", "B", "C", "DRB1", "DRB3", "DRB4", "DQB1"), proteins=4):
    """Rows for `Release.from_rows` and `write_release`: every kind of oddity, small numbers."""
    rows = {"nom": [], "g": [], "p": [], "dna_ser": [], "ser_ser": list(SER_SER), "tce": [TCE_HEADER]}
    if rng.random() < 0.2:
        rows["ser_ser"].pop(rng.randrange(len(SER_SER)))
    rows["nom"].append(("A", "2", "19680101", "", "", ""))
    rows["nom"].append(("DRA*", "01:01:01:01", "19890801", "", "", ""))  # a gene that is not read
    for gene in loci:
        families = sorted(rng.sample(sorted(FAMILIES[gene]), min(len(FAMILIES[gene]), rng.randint(2, 4))))
        alleles = []
        for family in families:
            alleles += _family(rng, family, proteins)
        for short in alleles:
            rows["nom"].append((gene + "*", short, "20100401", "", "", ""))
            rows["dna_ser"].append((gene + "*", short, *_serology(rng, gene, short)))
        if gene == "DPB1":
            rows["tce"] = _tce(rng, alleles)
        rows["nom"] += _old_names(rng, gene, families, alleles)
        p_rows, clusters = _p_groups(rng, alleles)
        rows["p"] += [(gene + "*", *row) for row in p_rows]
        rows["g"] += [(gene + "*", *row) for row in _g_groups(rng, alleles, clusters)]
    return rows


def _family(rng, family, proteins):
    """Alleles of one first field: proteins of two, three and four fields, some with a suffix."""
    shorts = []
    numbers = [f"{i:02d}" for i in range(1, rng.randint(1, proteins) + 1)]
    if rng.random() < 0.2:
        numbers.append("101")
    for number in numbers:
        protein = f"{family}:{number}"
        shape = rng.random()
        if shape < 0.45:
            names = [protein]
        elif shape < 0.75:
            names = [f"{protein}:{i:02d}" for i in range(1, rng.randint(2, 3) + 1)]
        else:
            names = [f"{protein}:01:{i:02d}" for i in range(1, rng.randint(2, 3) + 1)]
            if rng.random() < 0.5:
                names.append(f"{protein}:02")
        all_null = rng.random() < 0.12
        for name in names:
            draw = rng.random()
            if all_null or draw < 0.1:
                name += "N"
            elif draw < 0.18:
                name += rng.choice("LSCAQ")
            shorts.append(name)
    return shorts


def _serology(rng, gene, short):
    """The four columns unambiguous, possible, assumed, expert."""
    if short.endswith("N"):
        return "0", "", "", ""
    antigen = rng.choice(FAMILIES[gene][short.split(":")[0]])
    draw = rng.random()
    if antigen == "?":
        return "?", "", "", rng.choice(["", "", "7"]) if gene == "C" else ""
    if draw < 0.1:
        return "?", "", "", ""
    if draw < 0.15:
        return "0", "", "", ""
    if draw < 0.5:
        return antigen, "", "", ""
    if draw < 0.6:
        return "", antigen, "", ""
    if draw < 0.7:
        return "", "", "0/" + antigen, ""
    expert = rng.choice(FAMILIES[gene][short.split(":")[0]]) if draw > 0.9 else ""
    return "", "", antigen, expert


def protein_of(short):
    return ":".join(split_name(short)[0][:2])


def _p_groups(rng, alleles):
    """(rows without locus, clusters of proteins): proteins of one group share their domain."""
    expressed = [short for short in alleles if not short.endswith("N")]
    clusters = []
    for protein in dict.fromkeys(protein_of(short) for short in expressed):
        near = [c for c in clusters if c[0].split(":")[0] == protein.split(":")[0] or rng.random() < 0.05]
        if near and rng.random() < 0.35:
            rng.choice(near).append(protein)
        else:
            clusters.append([protein])
    rows = []
    for cluster in clusters:
        members = [short for short in expressed if protein_of(short) in cluster]
        if len(members) > 1 or rng.random() < 0.05:
            rows.append(("/".join(members), cluster[0] + "P"))
        elif rng.random() < 0.9:
            rows.append((members[0], ""))  # else the file does not list it at all
    return rows, clusters


def _g_groups(rng, alleles, clusters):
    """G groups refine P groups; nulls join one of them or stay alone."""
    groups = []
    for cluster in clusters:
        units = {}
        for short in alleles:
            if not short.endswith("N") and protein_of(short) in cluster:
                units.setdefault(":".join(split_name(short)[0][:3]), []).append(short)
        parts = [[]]
        for unit in units.values():
            if parts[-1] and rng.random() < 0.3:
                parts.append([])
            parts[-1] += unit
        groups += parts
    alone = []
    for short in alleles:
        if short.endswith("N"):
            if groups and rng.random() < 0.6:
                rng.choice(groups).append(short)
            else:
                alone.append([short])
    rows = []
    for members in groups + alone:
        named = len(members) > 1 or rng.random() < 0.05
        name = ":".join((split_name(members[0])[0] + ("01",))[:3]) + "G" if named else ""
        rows.append(("/".join(members), name))
    return rows


def _tce(rng, alleles):
    """TCE groups: none, 0, notes, several versions that differ, an allele that is not in the table."""
    versions, header = ["V1", "V2"], TCE_HEADER
    if rng.random() < 0.5:
        versions, header = [*versions, "V3"], (*header[:4], "V3_Assignment", header[4])
    rows = [header]
    for short in alleles:
        groups = []
        for version in versions:
            some = ("1", "2", "3", "3", "1$", "2a", "2a$", "3$")
            if version == "V3":
                some = ("1", "2", "3 (core)", "3 (non-core)", "1$", "2a")
            none = short.endswith("N") or rng.random() < 0.1
            groups.append(rng.choice(["", "0"]) if none else rng.choice(some))
        comment = "Assignment changed between V1 and V2" if groups[0] != groups[1] else ""
        if rng.random() < 0.95:
            rows.append((f"DPB1*{short}", f"DPB1*{protein_of(short)}", *groups, comment))
    return rows


def _old_names(rng, gene, families, alleles):
    """Renamed, deleted and chained names with second fields that no current allele has."""
    rows = []

    def add(name, identical):
        prefix = "Cw*" if gene == "C" and ":" not in name else gene + "*"
        rows.append((prefix, name, "19990101", "20100401", identical, "Sequence renamed"))

    family = rng.choice(families)
    if rng.random() < 0.7:
        add(f"{family}:90", rng.choice(alleles))
    if rng.random() < 0.5:
        add(f"{family}:91:01", rng.choice(alleles))
        add(f"{family}:91:02", rng.choice(alleles))
    if rng.random() < 0.4:
        add(f"{family}:92", "")
    if rng.random() < 0.4:
        add(f"{family}:93", f"{family}:94")
        add(f"{family}:94", rng.choice(alleles))
    if rng.random() < 0.3:
        add(f"{family}:95N", rng.choice(alleles))
    if rng.random() < 0.3:
        add(f"{family}:96", protein_of(rng.choice(alleles)))
    if len(family) == 2 and rng.random() < 0.5:
        add(f"{family}97", rng.choice(alleles))
    if len(family) == 2 and rng.random() < 0.3:
        add(f"{family}011", rng.choice(alleles))
    return rows


def write_release(folder, rows, version="0.0.1", newline="\n", last_newline=True):
    """The rows as a release folder in the official layout."""
    folder = Path(folder)
    for name, key in (
        ("wmda/hla_nom.txt", "nom"),
        ("wmda/hla_nom_g.txt", "g"),
        ("wmda/hla_nom_p.txt", "p"),
        ("wmda/rel_dna_ser.txt", "dna_ser"),
        ("wmda/rel_ser_ser.txt", "ser_ser"),
        ("tce/dpb_tce.csv", "tce"),
    ):
        lines = [
            f"# file: {name.split('/')[-1]}",
            "# date: 2000-01-01",
            f"# version: IPD-IMGT/HLA {version}",
            "# origin: made by a test",
            "# repository: none",
            "# author: a test",
        ]
        lines += [("," if key == "tce" else ";").join(row) for row in rows[key]]
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((newline.join(lines) + (newline if last_newline else "")).encode())
    return folder


def miniature(rng, **options):
    """A release at once: (rows, Release)."""
    rows = release_rows(rng, **options)
    return rows, Release.from_rows(**rows)


# -- MAC tables ------------------------------------------------


def mac_table(rng, release):
    """{code: subtype}: generic and allele-specific codes, some with names that are old or not there."""
    seconds = sorted({allele.fields[1] for allele in release.alleles.values()} | {"90", "92", "88"})
    table = {}
    for code in ("AB", "AC", "AD", "BDVU"):
        table[code] = "/".join(sorted(rng.sample(seconds, min(len(seconds), rng.randint(2, 5)))))
    for number, gene in enumerate(sorted({allele.locus for allele in release.alleles.values()})):
        names = sorted({protein_of(a.short) for a in release.alleles.values() if a.locus == gene})
        old = sorted(name for name in release.old.get(gene, ()) if name.count(":") == 1)
        for last in "KM":
            members = rng.sample(names, min(len(names), rng.randint(2, 4)))
            if old and rng.random() < 0.5:
                members.append(rng.choice(old))
            table["GF" + "ABCDEFGHIJKL"[number] + last] = "/".join(sorted(set(members)))
    table["ZZ"] = "87/88"
    return table


def write_mac(path, table, layout="star"):
    """The table in one of the two published layouts."""
    with_date = ["LAST UPDATED: 01/01/2000", "*\tCODE\tSUBTYPE", ""]
    lines = with_date if layout == "star" else ["CODE\tSUBTYPE"]
    lines += [f"{code}\t{subtype}" for code, subtype in table.items()]
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
