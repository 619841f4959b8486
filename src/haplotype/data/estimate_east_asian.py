#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes east_asian.tsv: five-locus HLA haplotype frequencies of East Asian people.

Input is the shared data folder: the 1000 Genomes HLA typings and release 3.58.0 for the names.
    python3 estimate_east_asian.py --shared DIR            writes east_asian.tsv beside this file
    python3 estimate_east_asian.py --shared DIR --check    compares the EM with em/kg_eas.*
"""
import argparse
import collections
import csv
import itertools
import os
import pathlib
import re

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
RELEASE = "3.58.0"
LOCI = ["A", "C", "B", "DRB1", "DQB1"]  # order inside a haplotype
TOLERANCE = 1e-8  # stop when no frequency moves by more
CUT = 1e-6  # haplotypes below this are not written


# ---- expectation maximisation ----
# A genotype is, for each locus, a list of alternatives; an alternative is a pair of alleles.

def haplotype_pairs(genotype):
    """Every unordered pair of haplotypes (tuples of alleles) that gives this genotype."""
    ordered = [sorted({pair for a, b in alternatives for pair in ((a, b), (b, a))})
               for alternatives in genotype]
    return sorted({tuple(sorted(zip(*combination))) for combination in itertools.product(*ordered)})


def estimate(genotypes, tolerance=TOLERANCE, max_rounds=100_000):
    """Maximum-likelihood haplotype frequencies: ({haplotype: frequency}, facts about the run)."""
    number, first, second, owner = {}, [], [], []
    for person, genotype in enumerate(genotypes):
        for one, two in haplotype_pairs(genotype):
            first.append(number.setdefault(one, len(number)))
            second.append(number.setdefault(two, len(number)))
            owner.append(person)
    first, second, owner = np.array(first), np.array(second), np.array(owner)
    size, people = len(number), len(genotypes)
    factor = np.where(first == second, 1.0, 2.0)

    def expected(weight):  # how often each haplotype occurs, each pair counting with its weight
        return np.bincount(first, weight, size) + np.bincount(second, weight, size)

    # start: occurrence counts, the pairs of one person counting equally and each person the same
    frequency = expected(1 / np.bincount(owner)[owner]) / (2 * people)
    for rounds in range(1, max_rounds + 1):
        weight = factor * frequency[first] * frequency[second]
        likelihood = np.bincount(owner, weight, people)
        updated = expected(weight / likelihood[owner]) / (2 * people)
        change = np.abs(updated - frequency).max()
        frequency = updated
        if change < tolerance:
            break
    else:
        raise SystemExit(f"no convergence after {max_rounds} rounds, last change {change:.3g}")
    facts = {"people": people, "possible": size, "rounds": rounds, "change": float(change),
             "log_likelihood": float(np.log(likelihood).sum())}
    return dict(zip(number, frequency.tolist())), facts


# ---- reading ----

class CurrentNames:
    """Two-field names as a release has them; a renamed one is followed, an unknown one is None."""

    def __init__(self, hla_nom):
        self.current, self.renamed = set(), {}
        with open(hla_nom, encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("#"):
                    continue
                locus, name, _, deleted, replacement = line.rstrip("\r\n").split(";")[:5]
                if not locus.endswith("*"):  # a serological antigen
                    continue
                locus = locus.replace("Cw*", "C*")
                if not deleted:
                    self.current |= {locus + self.two_fields(name), locus + self.two_fields(name, "")}
                elif replacement:
                    self.renamed[locus + self.two_fields(name)] = locus + self.two_fields(replacement)

    @staticmethod
    def two_fields(name, suffix=None):
        digits, own_suffix = re.fullmatch(r"([\d:]+)([A-Z]?)", name).groups()
        if ":" not in digits:  # a name of before 2010
            digits = f"{digits[:2]}:{digits[2:4]}"
        return ":".join(digits.split(":")[:2]) + (own_suffix if suffix is None else suffix)

    def __call__(self, name):
        for _ in range(10):
            if name in self.current:
                return name
            name = self.renamed.get(name)
        return None


def read_position(text, names):
    """`A*31:01/14N/23` -> its alleles; None when missing; ValueError when it is not a typing."""
    text = text.strip().removesuffix("*")  # the star marks an uncertain call
    if not text or text.endswith("None"):
        return None
    if not re.fullmatch(r"[A-Z0-9]+\*\d+:\d+[A-Z]?(/\d+[A-Z]?)*", text):
        raise ValueError(f"{text}: not a typing")
    family = text[:text.index(":") + 1]
    alleles = [family + second for second in text[len(family):].split("/")]
    known = {names(allele) for allele in alleles} - {None}
    if not known:
        raise ValueError(f"{text}: not in release {RELEASE}, and no current name follows it")
    return sorted(known)


def read_thousand_genomes(path, names):
    """The East Asian samples with all five loci: {sample: genotype}, and what became of the rows."""
    people, report = {}, collections.Counter()
    with open(path, encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if row["superpop"] != "EAS":
                continue
            report["samples"] += 1
            texts = [(row[locus + "_1"], row[locus + "_2"]) for locus in LOCI]
            try:
                positions = [[read_position(text, names) for text in pair] for pair in texts]
            except ValueError as problem:
                print(f"{row['sample']} left out: {problem}")
                report["unreadable"] += 1
                continue
            if any(None in pair for pair in positions):
                report["incomplete"] += 1
                continue
            people[row["sample"]] = [list(itertools.product(*pair)) for pair in positions]
            report[row["pop"]] += 1
            report["ambiguous"] += any("/" in text for pair in texts for text in pair)
            report["uncertain"] += any(text.strip().endswith("*") for pair in texts for text in pair)
    return people, report


def read_gl_lines(path):
    """`ID%A*..+A*..^C*..+C*..` lines: {id: genotype}."""
    people = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            person, typing = line.strip().split("%")
            genotype = {}
            for locus in typing.split("^"):
                pairs = [[side.split("/") for side in pair.split("+")] for pair in locus.split("|")]
                genotype[locus.split("*")[0]] = [alleles for pair in pairs
                                                 for alleles in itertools.product(*pair)]
            people[person] = [genotype[locus] for locus in LOCI]
    return people


# ---- writing ----

def rounded_rows(frequencies):
    """The haplotypes to write, brought to sum 1 after the cut, with 8 significant digits."""
    kept = {"~".join(haplotype): frequency for haplotype, frequency in frequencies.items()
            if frequency >= CUT}
    total = sum(kept.values())
    rows = [(name, f"{frequency / total:.8g}") for name, frequency in kept.items()]
    return sorted(rows, key=lambda row: (-float(row[1]), row[0])), 1 - total


def write_table(path, frequencies, facts, report):
    rows, dropped = rounded_rows(frequencies)
    populations = ", ".join(f"{name} {report[name]}" for name in ("CDX", "CHB", "CHS", "JPT", "KHV"))
    comments = f"""\
Estimated haplotype frequencies A~C~B~DRB1~DQB1 of East Asian people, two fields. These are estimated
figures from a small public sample, for demonstration and tests. Not for clinical use.
Source: HLA typings of the 1000 Genomes Project samples, panel of 2018 (Abi-Rached L, Gouret P, Yeh JH,
  et al. Immune diversity sheds light on missing variation in worldwide genetic diversity panels.
  PLoS ONE 2018;13:e0206512). With thanks to the donors of the samples and to the authors.
People: {facts['people']} of the {report['samples']} East Asian samples ({populations}), the ones
  typed at all five loci. Left out: {report['incomplete']} with a locus missing, {report['unreadable']} with a value
  that cannot be read or has no current name. {report['ambiguous']} people have a list of possible alleles,
  each list taken whole; {report['uncertain']} have a call marked uncertain, taken as it stands.
Method: maximum likelihood by expectation maximisation from occurrence counts (a person's possible
  pairs count equally), until no frequency moves by more than {TOLERANCE:g} ({facts['rounds']} rounds).
  Haplotypes below {CUT:g} (together {dropped:.2g}) are dropped, the rest brought to sum 1.
Names: as in IPD-IMGT/HLA release {RELEASE}.
Made by estimate_east_asian.py; see README.md."""
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for line in comments.splitlines():
            out.write(f"# {line}\n")
        out.write("haplotype\tfrequency\n")
        for name, frequency in rows:
            out.write(f"{name}\t{frequency}\n")
    return rows


def check(shared):
    """Largest difference between our EM and the exact frequencies of em/kg_eas."""
    ours, facts = estimate(list(read_gl_lines(shared / "em/kg_eas.glstring.txt").values()))
    ours = {"~".join(haplotype): frequency for haplotype, frequency in ours.items()}
    with open(shared / "em/kg_eas.exact.tsv", encoding="utf-8") as lines:
        exact = {name: float(frequency) for name, frequency in (line.split("\t") for line in lines)}
    worst = max(abs(ours.get(name, 0) - exact.get(name, 0)) for name in ours.keys() | exact.keys())
    return worst, facts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=pathlib.Path, help="shared data folder (or ALLOMATCH_SHARED)",
                        default=os.environ.get("ALLOMATCH_SHARED", HERE.parents[2] / "../shared"))
    parser.add_argument("--out", type=pathlib.Path, default=HERE, help="folder to write to")
    parser.add_argument("--check", action="store_true", help="only compare the EM with em/kg_eas")
    options = parser.parse_args()
    data = options.shared / "data" if (options.shared / "data").is_dir() else options.shared
    if options.check:
        worst, facts = check(data)
        print(f"{facts}\nlargest difference from em/kg_eas: {worst:.3g}")
        raise SystemExit(worst > 1e-6)
    names = CurrentNames(data / "imgt" / RELEASE / "wmda/hla_nom.txt")
    people, report = read_thousand_genomes(data / "typings/1000genomes.tsv", names)
    frequencies, facts = estimate(list(people.values()))
    rows = write_table(options.out / "east_asian.tsv", frequencies, facts, report)
    print(dict(report), facts, sep="\n")
    print(f"{len(rows)} haplotypes, sum {sum(float(frequency) for _, frequency in rows):.10f}")


if __name__ == "__main__":
    main()
