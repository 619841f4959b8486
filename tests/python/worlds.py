# SPDX-License-Identifier: Apache-2.0
"""One nomenclature as the library and the slow model see it, and the comparison of what they read."""

import datetime
import random
import re

import allomatch as am
from hypothesis import HealthCheck, settings
from slow_model import ReadingError, Release, generate, read_gl, read_position

ON = datetime.date(2024, 6, 1)
LOCI = ("A", "B", "C", "DRB1", "DRB345", "DQB1")
GENES = (*LOCI[:4], "DRB3", "DRB4", "DQB1")
COUNTS = ("mismatches", "mismatches_max", "gvh", "hvg")
POLICIES = ("ignore_inside_ambiguity", "consider")


def examples(count):
    unhurried = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=unhurried)


def left_open(locus, text, names_only=False):
    """Texts whose meaning the specification leaves open; the library and the model chose differently.

    A blank or `NEW` without any locus, a first field that no allele could have before a code, and without
    nomenclature first fields that no release could have.
    """
    text = text.strip(" \t\n\r\v\f")
    if not text or (locus is None and text in ("NEW", "*NEW")):
        return True
    if names_only:
        members = [member.split("*")[-1] for member in text.split("/")]
        return any(re.match(r"0[0-9]{2}|00|[0-9]{4,}:|[0-9]{2,3}[NLSCAQ]?$", member) for member in members)
    return re.fullmatch(r"(.*\*)?([0-9]|0[0-9]{2,}|[0-9]{4,}):[A-Z]+", text) is not None


class World:
    """One release and one table of codes, as both sides see them."""

    def __init__(self, folder, seed, loci=GENES):
        rng = random.Random(seed)
        rows, self.release = generate.miniature(rng, loci=loci)
        self.mac = generate.mac_table(rng, self.release)
        generate.write_release(
            folder / "release",
            rows,
            newline=rng.choice(["\n", "\r\n"]),
            last_newline=rng.random() < 0.5,
        )
        generate.write_mac(folder / "mac.txt", self.mac, rng.choice(["star", "plain"]))
        self.names = am.Nomenclature.load(folder / "release")
        self.mac_table = am.MacTable.load(folder / "mac.txt")
        self.seed = seed

    @classmethod
    def of(cls, name, release, names, mac=None):
        """Of what is loaded already; `mac`: code -> subtype."""
        self = cls.__new__(cls)
        self.seed, self.release, self.names, self.mac = name, release, names, mac
        lines = "".join(f"{code}\t{subtype}\n" for code, subtype in (mac or {}).items())
        self.mac_table = am.MacTable.from_text("CODE\tSUBTYPE\n" + lines) if mac else None
        return self

    @classmethod
    def real(cls, folder):
        mac = {"AB": "01/02", "AD": "01/04", "GFJM": "02:01/03:01", "ZZ": "998/999", "FYKG": "07:02/07:61"}
        mac |= {"OLDC": "02:01/01:34N/02:100/998:01", "BDVU": "01/02/03/05/09N"}
        return cls.of(folder.name, Release.load(folder), am.Nomenclature.load(folder), mac)

    @classmethod
    def names_only(cls):
        return cls.of("names", Release.names(), am.Nomenclature.names())

    def slow(self, locus, text, serology=False):
        try:
            reading = read_position(self.release, locus, text, self.mac, serology)
        except ReadingError:
            return None
        return {
            "alleles": sorted(reading.alleles),
            "classes": sorted(reading.classes),
            "g_groups": sorted(reading.g_groups),
            "serology": sorted(reading.serology),
            "null": reading.is_null,
            "locus": reading.locus,
        }

    def fast(self, locus, text, serology=False):
        try:
            found = am.read_typing(text, self.names, locus=locus, mac=self.mac_table, serology=serology)
        except am.TypingError as error:
            assert error.reason and error.text == text
            return None
        out = {key: sorted(found[key]) for key in ("alleles", "classes", "g_groups", "serology")}
        assert all(len(set(out[key])) == len(out[key]) for key in out)
        return {**out, "null": found["null"], "locus": found["locus"]}

    def check_text(self, locus, text, serology=False):
        if any(operator in text for operator in "+^|~"):
            return  # the command takes these for GL Strings; see check_gl
        if left_open(locus, text, self.seed == "names"):
            return
        slow, fast = self.slow(locus, text, serology), self.fast(locus, text, serology)
        assert fast == slow, (self.seed, locus, text, serology)

    def check_gl(self, locus, text):
        if not any(operator in text for operator in "+^|~"):
            return
        try:
            read = read_gl(self.release, text, self.mac, locus=locus)
        except ReadingError:
            read = None
        try:
            found = am.read_typing(text, self.names, locus=locus, mac=self.mac_table)
        except am.TypingError:
            found = None
        assert (found is None) == (read is None), (self.seed, locus, text)
        if found is None:
            return
        slow = {
            key: [[sorted(r.classes) if r else [] for r in pair] for pair in typing.pairs]
            for key, typing in read.items()
        }
        fast = {
            key: [[sorted(side) for side in pair] for pair in pairs]
            for key, pairs in found["alternatives"].items()
        }
        assert fast == slow, (self.seed, locus, text)
