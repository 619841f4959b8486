#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the starter nomenclature: starter_alleles.tsv, starter_serology.tsv, starter_renames.tsv.

A small excerpt of facts about common HLA alleles from one IPD-IMGT/HLA release. Which alleles: the ones of
east_asian.tsv, the common ones of the shared frequency sets, and the lists below.
    python3 make_starter.py --shared DIR    writes the three tables beside this file
"""
import argparse
import collections
import csv
import os
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
RELEASE = "3.58.0"
LOCI = ["A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1"]
COMMON = 0.99  # share of a locus that the common alleles of a frequency set make up together
FREQUENT = 0.02  # from this frequency in any set: three full names instead of one, and a rare relative

# Loci that no frequency set has.
WELL_KNOWN = """
DRB3*01:01 DRB3*01:62 DRB3*02:01 DRB3*02:02 DRB3*02:24 DRB3*03:01
DRB4*01:01 DRB4*01:02 DRB4*01:03 DRB4*01:07
DRB5*01:01 DRB5*01:02 DRB5*02:02 DRB5*02:03
DQA1*01:01 DQA1*01:02 DQA1*01:03 DQA1*01:04 DQA1*01:05 DQA1*01:06 DQA1*02:01 DQA1*03:01 DQA1*03:02
DQA1*03:03 DQA1*04:01 DQA1*04:02 DQA1*05:01 DQA1*05:03 DQA1*05:05 DQA1*05:06 DQA1*05:08 DQA1*05:09
DQA1*06:01 DQA1*06:02
DPA1*01:03 DPA1*01:04 DPA1*01:05 DPA1*01:06 DPA1*01:07 DPA1*02:01 DPA1*02:02 DPA1*02:03 DPA1*02:06
DPA1*02:07 DPA1*03:01 DPA1*03:02 DPA1*04:01
""".split()

# One full name each: nulls, other suffixes, antigens with few alleles, names that replaced others.
SINGLES = """
A*01:01:01:02N A*01:01:38L A*01:04N A*01:16N A*01:22N A*02:01:01:02L A*02:01:14Q A*02:15N A*02:32N
A*02:43N A*02:53N A*02:82N A*02:94N A*02:10 A*03:03N A*03:21N A*11:21N A*11:69N A*23:07N A*23:11N
A*24:02:01:02L A*24:03 A*24:09N A*24:11N A*24:36N A*24:86N A*24:294Q A*26:11N A*29:01:01:02N A*30:14L
A*31:14N A*32:11Q A*43:01 A*66:02 A*68:11N A*68:18N
B*07:03 B*07:49N B*07:67N B*08:08N B*08:19N B*13:07N B*13:49N B*15:01:01:02N B*15:26N B*15:79N B*15:94N
B*15:218Q B*18:17N B*18:23N B*27:08 B*27:59N B*35:40N B*35:53N B*37:03N B*38:34N B*38:68L B*39:01:01:02L
B*39:02 B*39:25N B*40:22N B*44:02:01:02S B*44:19N B*44:23N B*46:15N B*46:07N B*50:02 B*51:02 B*51:03
B*51:11N B*51:27N B*54:08N B*56:01:01:05S B*57:28N B*58:10N B*73:01 B*82:01 B*83:01
C*01:37N C*01:86N C*02:25Q C*02:38N C*03:20N C*03:22Q C*04:09N C*05:07N C*05:51Q C*06:16N C*07:32N
C*07:33N C*07:104N C*07:150Q C*08:26N C*12:39N C*15:27
DRB1*01:03 DRB1*01:33N DRB1*04:81N DRB1*04:94N DRB1*07:10N DRB1*07:26N DRB1*08:60N DRB1*09:37N
DRB1*11:169N DRB1*12:24N DRB1*13:113N DRB1*14:03 DRB1*14:04 DRB1*14:92N DRB1*15:17N DRB1*15:50N
DRB1*16:13N DRB1*16:21N DRB1*15:164Q
DRB3*01:26N DRB3*02:29N DRB4*01:03:01:02N DRB4*01:14N DRB4*02:01N DRB4*03:01N DRB5*01:08N DRB5*01:10N
DQA1*01:07Q DQA1*01:15N DQA1*04:03N DQA1*05:15N
DQB1*02:18N DQB1*02:20N DQB1*02:53Q DQB1*03:66N DQB1*03:90N DQB1*03:95N DQB1*05:41N DQB1*06:26N DQB1*06:54N
DPA1*01:29N DPA1*02:13N DPB1*61:01N DPB1*64:01N DPB1*120:01N DPB1*154:01N DPB1*159:01N DPB1*697:01Q
""".split()

# Names of hla_nom.txt that are no longer in use.
RENAMED = """
A*0105N A*01:34N A*2401 A*02:100 A*11:53 A*23:69 A*24:471 A*31011
B*4401 B*47:01:01:01 B*49:15 B*58:30 B*7901 B*15:100
Cw*0101 C*05:245 C*15:20 C*17:01:01:01
DRB1*08:01:03 DRB1*15:02:01:01 DRB4*0101102N DQB1*03031 DPA1*02:02:01 DPB1*0701 DPB1*4201
""".split()


class Release:
    """The facts of one release, by full name with locus, in the release's order."""

    def __init__(self, folder):
        self.names = [row[1] for row in self.rows(folder / "Allelelist.txt", ",")
                      if row[1].split("*")[0] in LOCI]
        self.p_group = self.groups(folder / "wmda/hla_nom_p.txt")
        self.g_group = self.groups(folder / "wmda/hla_nom_g.txt")
        self.serology = {row[0] + row[1]: ";".join(row[2:6])
                         for row in self.rows(folder / "wmda/rel_dna_ser.txt", ";")}
        self.serology_facts = self.rows(folder / "wmda/rel_ser_ser.txt", ";")
        self.replaced = {row[0] + row[1]: row[0].replace("Cw*", "C*") + row[4] if row[4] else ""
                         for row in self.rows(folder / "wmda/hla_nom.txt", ";")
                         if row[0].endswith("*") and row[3]}
        self.tce = self.tce_groups(folder / "tce/dpb_tce.csv")
        self.by_two_fields = collections.defaultdict(list)
        for name in self.names:
            self.by_two_fields[two_fields(name)].append(name)

    @staticmethod
    def rows(path, delimiter):
        with open(path, encoding="utf-8") as lines:
            return [line.rstrip("\r\n").split(delimiter) for line in lines
                    if line.strip() and not line.startswith("#")]

    def groups(self, path):
        return {locus + name: locus + group for locus, names, group in self.rows(path, ";") if group
                for name in names.split("/")}

    def tce_groups(self, path):
        header, *rows = self.rows(path, ",")
        newest = max(i for i, title in enumerate(header) if title.endswith("_Assignment"))
        return {row[0]: row[newest][0] for row in rows if row[newest][:1] in ("1", "2", "3")}

    def full_names(self, name):
        """The alleles that a name of two or more fields stands for; a suffix asks for that suffix."""
        digits, suffix = re.fullmatch(r"(.*\d)([A-Z]?)", name).groups()
        return [full for full in self.by_two_fields[two_fields(name)]
                if re.fullmatch(re.escape(digits) + r"(:\d+)*[A-Z]?", full) and full.endswith(suffix)]


def two_fields(name):
    """A*24:02:01:02L -> A*24:02"""
    return ":".join(name.rstrip("NLSCAQ").split(":")[:2])


def varied(names, limit):
    """At most so many: the first two, then the first of each further third field."""
    def third(name):
        return name.split(":")[:3]

    chosen = names[:2]
    for name in names[2:]:
        if third(name) not in map(third, chosen):
            chosen.append(name)
    return chosen[:limit]


def frequencies(path):
    """A haplotype table -> {locus: {allele: frequency}}."""
    out = collections.defaultdict(collections.Counter)
    with open(path, encoding="utf-8", newline="") as lines:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        for row in csv.reader(lines, delimiter=delimiter):
            if "~" in row[0] and not row[0].startswith("#"):
                for allele in row[0].split("~"):
                    out[allele.split("*")[0]][allele] += float(row[-1])
    return out


def common(counts):
    """The most frequent alleles that together make up the share COMMON: {allele: frequency}."""
    total, reached, out = sum(counts.values()), 0.0, {}
    for allele, frequency in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if reached >= COMMON * total:
            break
        reached += frequency
        out[allele] = frequency / total
    return out


def choose(release, data, east_asian):
    """The full names of the starter table."""
    wanted = collections.Counter()  # name -> highest frequency in any set
    for locus, counts in frequencies(east_asian).items():
        wanted |= counts
    for path in sorted((data / "frequencies").glob("*.csv")):
        for counts in frequencies(path).values():
            wanted |= collections.Counter(common(counts))
    wanted = {release.replaced.get(name) or name: frequency for name, frequency in wanted.items()}

    chosen, unknown = set(), []

    def take(name, limit):
        found = varied(release.full_names(name), limit)
        chosen.update(found)
        if not found:
            unknown.append(name)

    for name, frequency in wanted.items():
        take(name, 3 if frequency >= FREQUENT else 1)
    for name in WELL_KNOWN:
        take(name, 2)
    for name in SINGLES:
        take(name, 1)
    for old in RENAMED:
        if release.replaced[old]:
            take(release.replaced[old], 1)
    if unknown:
        raise SystemExit(f"not in release {RELEASE}: {' '.join(unknown)}")

    # Rare relatives: the first two-field name in the P group of a frequent allele that is not here yet.
    present = {two_fields(name) for name in chosen}
    members = collections.defaultdict(list)
    for name in release.names:
        members[release.p_group.get(name)].append(name)
    frequent = {release.p_group.get(full) for name, frequency in wanted.items() if frequency >= FREQUENT
                for full in release.full_names(name)[:1]} - {None}
    for group in frequent:
        chosen.update([name for name in members[group] if two_fields(name) not in present][:1])
    return [name for name in release.names if name in chosen]


def write(path, comments, header, rows):
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for line in comments:
            out.write(f"# {line}\n")
        for row in [header, *rows]:
            out.write("\t".join(row) + "\n")
    print(f"{path.name}: {len(rows)} rows")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=pathlib.Path, help="shared data folder (or ALLOMATCH_SHARED)",
                        default=os.environ.get("ALLOMATCH_SHARED", HERE.parents[2] / "../shared"))
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder to write to")
    options = parser.parse_args()
    data = options.shared / "data" if (options.shared / "data").is_dir() else options.shared
    release = Release(data / "imgt" / RELEASE)
    chosen = choose(release, data, HERE.parents[1] / "haplotype/data/east_asian.tsv")

    def about(what):
        return [f"{what} A small excerpt of facts for demonstration and tests.",
                "Not for clinical use: load a full release for that.",
                f"Agrees with IPD-IMGT/HLA release {RELEASE}. Credit: IPD-IMGT/HLA Database, www.ebi.ac.uk/ipd/imgt/hla;",
                "Barker DJ, Maccari G, Georgiou X, et al. The IPD-IMGT/HLA Database. Nucleic Acids Res 2023;51:D1053-D1060.",
                "Made by make_starter.py; see README.md."]

    write(options.out / "starter_alleles.tsv", about("Common HLA alleles with their groups.")
          + ["serology: antigens as unambiguous;possible;assumed;expert. tce: DPB1 T-cell epitope group."],
          ["allele", "p_group", "g_group", "serology", "tce"],
          [[name, release.p_group.get(name, ""), release.g_group.get(name, ""),
            release.serology.get(name, ""), release.tce.get(name, "")] for name in chosen])
    write(options.out / "starter_serology.tsv", about("Broad, split and associated HLA antigens."),
          ["family", "antigen", "splits", "associated"], release.serology_facts)
    write(options.out / "starter_renames.tsv", about("Some HLA allele names no longer in use.")
          + ["current: the name used now, blank when the old one was deleted without replacement."],
          ["old", "current"], [[old, release.replaced[old]] for old in RENAMED])


if __name__ == "__main__":
    main()
