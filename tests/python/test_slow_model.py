# SPDX-License-Identifier: Apache-2.0
"""The slow model's reading of texts and releases against worked examples, sections 1 to 3."""

import random

import pytest
from slow_examples import MAC, alleles, error, letters, mini, real, short
from slow_model import ReadingError, Release, generate, load_mac, read_gl, read_locus_pair, read_position
from slow_model.release import ReleaseFormatError
from slow_model.search import person_from_row
from slow_model.typing import BLANK

# -- section 1 ------------------------------------------------


def test_only_the_eleven_genes_are_read():
    release = Release.from_rows(
        nom=[("DRA*", "01:01", "1989", "", "", ""), ("A*", "01:01", "1989", "", "", "")]
    )
    assert set(release.alleles) == {"A*01:01"}


def test_drb345_carries_its_gene_and_a_blank_is_no_copy():
    typing = read_locus_pair(mini(), "DRB345", "DRB3*01:01", "")
    assert typing.alternatives[0][1] == BLANK
    assert alleles("DRB4*01:01", "DRB345") == {"DRB4*01:01"}
    assert error("01:01", "DRB345").reason == "no locus"
    assert alleles("DR52", "DRB345") == {"DRB3*01:01", "DRB3*02:02"}


@pytest.mark.parametrize("version", ["3.33.0", "3.51.0", "3.58.0"])
def test_official_releases_load(version):
    release = real(version)
    assert release.class_of("A*01:01:01:01") == "A*01:01P"
    assert len(release.alleles) == {"3.33.0": 18497, "3.51.0": 34714, "3.58.0": 39083}[version]
    assert not any(release.is_null(name) for name in release.p_of)


def test_unknown_layout_names_file_line_and_column(tmp_path):
    generate.write_release(tmp_path, generate.release_rows(random.Random(1)))
    with (tmp_path / "wmda" / "hla_nom_p.txt").open("a", encoding="utf-8") as file:
        file.write("A*;01:01\n")
    with pytest.raises(ReleaseFormatError, match=r"hla_nom_p.txt, line \d+, column 2"):
        Release.load(tmp_path)


# -- section 2: every row of the table ------------------------------------------------


@pytest.mark.parametrize("text", ["HLA-A*02:05", "A*02:05", "*02:05", "02:05", " \t02:05\r\n"])
def test_prefixes_and_outer_white_space(text):
    assert short(text) == "02:05"


def test_full_and_truncated_alleles():
    assert short("02:01:01:02L") == "02:01:01:02L"
    assert short("02:01") == "02:01:01:01 02:01:01:02L 02:01:02"
    assert short("02:01:01") == "02:01:01:01 02:01:01:02L"
    assert short("02:01L") == "02:01:01:02L"
    assert short("02:01:02") == "02:01:02"
    for text in ("02", "02:01:01:01:01", "02:01N", "02:1", "2:01", "02:05A", "99:01"):
        error(text)


def test_left_out_suffix_is_read_with_a_warning():
    reading = read_position(mini(), "A", "24:09")
    assert reading.alleles == {"A*24:09N"} and reading.is_null and len(reading.warnings) == 1
    assert read_position(mini(), "A", "02:01").warnings == []
    assert read_position(mini(), "A", "24:09N").warnings == []


def test_short_null():
    assert short("24:09N") == "24:09N"
    assert short("01:01N", release=real()) == "01:01:01:02N"


def test_groups():
    assert short("02:01:01G") == "02:01:01:01 02:01:01:02L 02:15N"
    assert short("02:01P") == "02:01:01:01 02:01:01:02L 02:01:02"
    assert short("02:01g") == "02:01:01:01 02:01:01:02L 02:01:02 02:15N"
    assert short("02:05g") == "02:05"  # no P group has the name
    for text in ("02:05P", "02:01:02G", "02:01:01p", "03:99g"):
        error(text)
    assert read_position(mini(), "A", "02:01:01G").g_groups == {"A*02:01:01G"}


def test_small_g_on_a_release():
    expressed = alleles("01:01P", release=real())
    assert "A*01:04:01:01N" in alleles("01:01g", release=real()) - expressed
    assert {name[-1] for name in alleles("01:01g", release=real()) - expressed} == {"N"}


def test_xx():
    assert short("02:XX") == "02:01:01:01 02:01:01:02L 02:01:02 02:05 02:06 02:07 02:15N"
    assert error("09:XX").suggestion == "A9"
    assert error("09:XX", release=real()).suggestion == "A9"
    assert error("77:XX").suggestion is None


def test_codes():
    assert short("02:AD") == short("02:01")  # 02:04 is not there: dropped and counted
    assert read_position(mini(), "A", "02:AD", MAC).dropped == 1
    assert short("02:GFJM") == short("24:GFJM") == short("02:01") + " 03:01"
    assert not read_position(mini(), "A", "02:GFJM", MAC).warnings
    assert len(read_position(mini(), "A", "24:GFJM", MAC).warnings) == 1
    assert "unknown code" in error("02:QQ").reason
    error("02:ZZ")  # none is left
    with pytest.raises(ReadingError, match="MAC file"):
        read_position(mini(), "A", "02:AB")
    reading = read_position(real(), "A", "02:OLDC", MAC)
    assert (
        "A*01:01:01:02N" not in reading.alleles and "A*01:01:38L" in reading.alleles and reading.dropped == 2
    )


def test_mac_file(tmp_path):
    for layout in ("star", "plain"):
        generate.write_mac(tmp_path / layout, MAC, layout)
        assert load_mac(tmp_path / layout) == MAC


def test_lists():
    union = short("02:05") + " " + short("02:06")
    for text in ("02:05/02:06", "02:05/06", "A*02:05/A*02:06", "HLA-A*02:05/06", "A*02:05/02:06"):
        assert short(text) == union
    assert (
        short("02:01P/02:15N/02:01:01G/02:05g/11:01")
        == "02:01:01:01 02:01:01:02L 02:01:02 02:05 02:15N 11:01"
    )
    assert short("02:05/06/11:01/02N") == "02:05 02:06 11:01 11:02N"
    for text in (
        "02:01:01/02",
        "02:05/XX",
        "02:05/02:AB",
        "02:05/A2",
        "02:05/NEW",
        "02:05/",
        "02:05//02:06",
        "02:05 /02:06",
        "02:05/B*07:02",
        "02:01:01G/02",
    ):
        error(text)


def test_serology():
    assert short("A9") == "23:01 24:02 24:03"  # down to A2403
    assert short("A24") == "24:02 24:03"
    assert short("A2403") == "24:02 24:03"  # up to A24 (and A9), not to A23
    assert "02:06" not in short("A210").split()  # siblings never: 203
    assert short("A203") == short("02:01") + " 02:05 02:06"
    assert short("C7", "C") == short("Cw7", "C") == "07:01"
    assert short("DR17", "DRB1") == "03:01"
    assert short("2", serology_column=True) == short("A2")
    assert read_position(mini(), None, "DR17").locus == "DRB1"
    assert read_position(mini(), None, "DR53").locus == "DRB4"
    assert read_position(mini(), "C", "C*14:02").serology == {"Cw1"}
    for text, locus in (
        ("A99", "A"),
        ("A80", "A"),
        ("B7", "A"),
        ("2", "A"),
        ("A*2", "A"),
        ("DPw4", "DPB1"),
        ("Cw12", "C"),
        ("w7", "C"),
    ):
        error(text, locus)


def test_serology_on_a_release():
    assert "A*24:03:01:01" in alleles("A9", release=real())
    assert "A*02:01:01:01" in alleles("A203", release=real())
    assert "B*15:01:01:01" in alleles("B62", "B", real()) and "DQB1*03:01:01:01" in alleles(
        "DQ7", "DQB1", real()
    )
    assert not any(real().is_null(name) for name in alleles("A2", release=real()))


def test_old_names():
    assert short("02:90") == "02:05"  # through 02:91
    assert "deleted" in error("02:92").reason
    assert short("02:93") == "01:01 01:02"  # truncated old names
    assert short("0299") == "02:06"  # hla_nom.txt first
    assert short("Cw*0701", "C") == short("C*0701", "C") == "07:02"
    assert short("0205") == short("A*0205") == "02:05"  # else pairs of digits
    assert short("2409N") == "24:09N"
    assert short("A*0205/0206") == "02:05 02:06"
    for text in ("A*01AB", "0201011", "201", "02", "0201010101", "A*02XX"):
        error(text)
    error("Cw*07:01", "C")


def test_old_names_on_a_release():
    assert short("02:01:08", release=real()) == "02:1040"
    assert short("A*31012", release=real()) == short("31:01:02", release=real())
    assert short("A*9201", release=real()) == short("02:101", release=real())
    assert short("B*9502", "B", real()) == "15:102"
    assert short("B*9530", "B", real()) == "15:27:02"
    assert short("01:34N", release=real()) == "01:01:38L"
    assert short("Cw*0422", "C", real()) == "04:15:02"
    assert short("03:99", "C", real()) == "01:169:01 01:169:02"
    assert short("0101102N", "DRB4", real()) == "01:03:01:02N"
    assert "deleted" in error("02:100", release=real()).reason


def test_new():
    for text in ("NEW", "A*NEW", "HLA-A*NEW"):
        reading = read_position(mini(), "A", text)
        assert reading.alleles == reading.classes == {"NEW"} and not reading.is_null
    error("B*NEW")
    error("new")


def test_blanks():
    one = read_locus_pair(mini(), "A", "02:05", "")
    other = read_locus_pair(mini(), "A", " ", "02:05")
    assert (
        one.alternatives == other.alternatives == read_locus_pair(mini(), "A", "02:05", "02:05").alternatives
    )
    assert not one.warnings and len(other.warnings) == 1
    assert not read_locus_pair(mini(), "A", "", None).typed


def test_gl_strings():
    found = read_gl(mini(), "A*01:01/A*02:05+A*24:02|A*03:01+A*24:03^B*07:02+B*08:01")
    assert sorted(found) == ["A", "B"]
    pairs = [[sorted(side.alleles) for side in pair] for pair in found["A"].pairs]
    assert pairs == [[["A*01:01", "A*02:05"], ["A*24:02"]], [["A*03:01"], ["A*24:03"]]]
    assert (
        read_gl(mini(), "A*02:05")["A"].alternatives == read_locus_pair(mini(), "A", "02:05", "").alternatives
    )
    phased = read_gl(mini(), "A*02:05~B*07:02+A*03:01~B*08:01")
    assert [sorted(side.alleles) for side in phased["B"].pairs[0]] == [["B*07:02"], ["B*08:01"]]
    assert read_gl(mini(), "A*NEW+A*02:05")["A"].pairs[0][0].alleles == {"NEW"}
    assert sorted(read_gl(mini(), "01:01+02:05", locus="A")) == ["A"]
    folded = read_gl(mini(), "DRB3*01:01^DRB4*01:01")
    assert [sorted(side.alleles) for side in folded["DRB345"].pairs[0]] == [["DRB3*01:01"], ["DRB4*01:01"]]
    for text in (
        "A*01:01+",
        "A*01:01^A*02:05",
        "A*01:01+B*07:02",
        "A*01:01+A*01:01+A*01:01",
        "02:05+02:06",
        "A*01:01|B*07:02",
        "A*01:01 + A*02:05",
        "DRB3*01:01+DRB3*02:02^DRB4*01:01",
        "A*01:01^",
    ):
        with pytest.raises(ReadingError):
            read_gl(mini(), text)


def test_errors_suggest_and_never_coerce():
    assert error("A*02:0l").suggestion == "A*02:01" and error("A*77:0l").suggestion is None
    assert error("a*02:05").suggestion == "A*02:05"
    assert error("A02:05").suggestion == "A*02:05"
    for text in (
        "None",
        "-",
        "02:xx",
        "02: 05",
        "02;05",
        "02:05\u00e9",
        "HLA-*02:05",
        "\u00a002:05",
        "02:05+02:06",
    ):
        error(text)


def test_release_names():
    release = Release.names()
    reading = read_position(release, "A", "A*01:01:01:02N")
    assert reading.alleles == reading.classes == {"A*01:01N"} and not reading.is_null
    assert alleles("02", release=release) == {"A*02"}
    assert alleles("0201", release=release) == {"A*02:01"}
    assert short("02:01/06", release=release) == "02:01 02:06"
    for text in ("A2", "02:AB", "02:XX", "02:01P", "02:01:01G", "02:01g", "2:1"):
        error(text, release=release)
    assert letters("A", "02:01+01:16N", "02:06+01:16N", release) == "1 1 1 1 LA"


# -- section 3 ------------------------------------------------


def test_classes():
    classes = {
        text: read_position(mini(), "A", text).classes
        for text in ("02:01", "02:05", "02:06", "24:09N", "01:XX")
    }
    assert classes == {
        "02:01": {"A*02:01P"},
        "02:05": {"A*02:05"},
        "02:06": {"A*02:06"},
        "24:09N": set(),
        "01:XX": {"A*01:01P"},
    }
    assert read_position(mini(), "A", "02:01L").classes == {"A*02:01P"}  # L is expressed


def test_named_p_group_of_one_member():
    assert real().class_of("DPB1*35:01:01") == "DPB1*35:01P"


def test_nulls_inside_ambiguity_are_dropped_or_considered():
    assert letters("A", "02:05/24:09N+03:01", "02:05+03:01") == "0 0 0 0 AA"
    assert letters("A", "02:05/24:09N+03:01", "02:05+03:01", nulls="consider") == "0 1 0 0 PA"
    assert letters("A", "02:05/24:09N+03:01", "03:01+03:01", nulls="consider") == "0 1 0 0 PA"


def test_null_only_position_is_homozygous_for_the_other():
    assert letters("A", "24:09N+02:05", "02:05+02:05") == "0 0 0 0 AA"
    assert letters("A", "02:05+24:09N", "02:05+03:01") == "1 1 0 1 AM"
    # The copy is the same class, whatever that resolves to ..
    assert letters("A", "24:09N+02:05/02:06", "02:05+02:06") == "1 1 0 1 PL"
    # .. while the copy for a blank is independent.
    assert letters("A", "+02:05/02:06", "02:05+02:06") == "0 1 0 0 PP"
    # The copies keep the antigens of all typed expressed alleles of the other position: 01:01P against 11:01.
    assert letters("A", "24:09N+01:01/11:01", "11:01+11:01") == "0 2 0 0 PP"
    assert letters("A", "24:09N+11:01/23:01", "24:02+24:02") == "2 2 2 2 MM"
    assert letters("A", "24:09N+11:01/24:03", "24:02+24:02") == "2 2 2 2 LL"


def test_no_product():
    assert letters("A", "24:09N+11:02N", "24:09N+24:09N") == "0 0 0 0 AA"
    assert letters("A", "24:09N+11:02N", "02:05+02:05") == "2 2 0 2 MM"
    assert letters("A", "02:05+03:01", "24:09N+") == "2 2 2 0 MM"
    assert letters("A", "24:09N+24:09N", "+") == "0 2 0 0 --"


# -- generated material ------------------------------------------------


def test_generated_release_survives_the_disk(tmp_path):
    for seed in range(6):
        rows, release = generate.miniature(random.Random(seed), loci=tuple(generate.FAMILIES))
        folder = generate.write_release(
            tmp_path / str(seed),
            rows,
            newline=random.Random(seed).choice(["\n", "\r\n"]),
            last_newline=seed % 2 == 0,
        )
        again = Release.load(folder)
        assert set(again.alleles) == set(release.alleles)
        for name in ("old", "g_members", "p_members", "antigens", "children"):
            assert getattr(again, name) == getattr(release, name), name
        assert (folder / "tce" / "dpb_tce.csv").exists()


def test_generators_are_seeded_and_give_every_form():
    def material(seed):
        rng = random.Random(seed)
        _, release = generate.miniature(rng)
        mac = generate.mac_table(rng, release)
        texts = [generate.typing_text(rng, release, "A", mac) for _ in range(200)]
        wrong = [generate.wrong_text(rng, release, "A", mac) for _ in range(60)]
        rows = [generate.people(rng, release, 5, ("A", "DRB345"), mac, style) for style in ("columns", "gl")]
        return release, mac, texts, wrong, rows

    release, mac, texts, wrong, rows = material(5)
    assert (texts, wrong, rows) == material(5)[2:]
    assert len({kind for kind, _ in texts}) >= 12
    refused = 0
    for _, text in wrong:
        try:
            read_position(release, "A", text, mac)
        except ReadingError:
            refused += 1
    assert refused > 40
    people = [person_from_row(release, row, mac) for part in rows for row in part]
    assert len(people) == 10
