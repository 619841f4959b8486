# SPDX-License-Identifier: Apache-2.0
"""`allomatch typing`: texts on the command line and files of them."""

import gzip
import json
import time

from command import call, donors_of, refused

# -- typing ------------------------------------------------

KEYS = {
    *("id", "text", "status", "locus", "alleles", "classes", "g_groups", "serology", "null"),
    *("warnings", "error", "suggestion"),
}


def test_typing_texts():
    texts = ["A*02:01", "A*02:0l", "A*24:09N", "A*NEW", "A*01:01+A*24:02|A*01:02+A*24:02", "A*24:09N+A*01:01"]
    code, out, err = call("typing", *texts)
    assert (code, err) == (0, "")
    answers = [json.loads(line) for line in out.splitlines()]
    assert [a["text"] for a in answers] == texts and {a["id"] for a in answers} == {None}
    assert all(set(a) == KEYS for a in answers[:4])
    assert [a["status"] for a in answers] == ["ok", "error", "ok", "ok", "ok", "ok"]
    assert answers[0]["classes"] == ["A*02:01P"] and answers[0]["error"] is None
    assert answers[1]["suggestion"] == "A*02:01" and answers[1]["error"]
    assert (
        answers[2]["null"] is True and answers[2]["classes"] == [] and answers[2]["alleles"] == ["A*24:09N"]
    )
    assert answers[3]["alleles"] == answers[3]["classes"] == ["NEW"]
    assert set(answers[4]) == KEYS - {"alleles", "classes", "g_groups", "serology", "null"} | {"alternatives"}
    assert len(answers[4]["alternatives"]["A"]) == 2
    assert answers[5]["alternatives"] == {"A": [[[], ["A*01:01P"]]]}


def test_typing_options(tmp_path):
    mac = donors_of(tmp_path, "CODE\tSUBTYPE\n\nAB\t01/02\n", "mac.txt")
    assert json.loads(call("typing", "01:AB", "--locus", "A", "--mac", mac)[1])["status"] == "ok"
    assert json.loads(call("typing", "2", "--locus", "A", "--serology")[1])["serology"][0] == "A2"
    assert json.loads(call("typing", "A*01:16N", "--release", "names")[1])["classes"] == ["A*01:16N"]
    assert "E" in refused("typing", "02:01", "--locus", "E")


def test_typing_file(tmp_path):
    lines = [
        {"id": 1, "text": "02:01", "locus": "A"},
        {"id": "zwei", "text": "A*02:01"},
        {"id": None, "text": "B*07:02/08:01", "locus": None},
        {"text": "A2", "extra": [1, 2]},
        {"id": {"a": 1}, "text": "no typing", "locus": "A"},
        {"id": 6, "text": "2", "locus": "A", "serology": True},
        {"id": "é中", "text": "A*02:01é"},
    ]
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    text = "".join(json.dumps(line, ensure_ascii=False) + "\r\n" for line in lines)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    code, printed, err = call("typing", "--in", path, "--out", out)
    assert (code, printed, err) == (0, "", "")
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [a["id"] for a in answers] == [1, "zwei", None, None, {"a": 1}, 6, "é中"]
    assert [a["status"] for a in answers] == ["ok", "ok", "ok", "ok", "error", "ok", "error"]
    assert [a["text"] for a in answers] == [line["text"] for line in lines]
    packed = tmp_path / "in.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert call("typing", "--in", packed, "--out", tmp_path / "o2.jsonl.gz")[0] == 0
    assert gzip.decompress((tmp_path / "o2.jsonl.gz").read_bytes()) == out.read_bytes()


def test_typing_file_with_malformed_lines(tmp_path):
    lines = [
        b'{"id": 1, "text": "A*02:01"}',
        b"{",
        b"",
        b"[1]",
        b'{"id": 5}',
        b'{"id": 6, "text": 7}',
        b'{"id": 7, "text": "02:01", "locus": "E"}',
        b'{"id": 8, "text": "A*02:01", "locus": 3}',
        b'{"id": 9, "text": "\xff"}',
        b'{"id": 10, "text": "\\ud800"}',
        b'{"id": 11, "text": "A*02:01", "serology": 2}',
        b"[" * 100_000,
        b'{"id": 13, "text": "A*01:01"}',
    ]
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(b"\n".join(lines))
    code, _, err = call("typing", "--in", path, "--out", out)
    assert (code, err) == (3, "")
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(answers) == len(lines)
    assert [a["status"] for a in answers] == ["ok"] + ["error"] * 11 + ["ok"]
    assert [a["id"] for a in answers] == [1, None, None, None, 5, 6, 7, 8, None, 10, 11, None, 13]
    assert all(set(a) == KEYS for a in answers) and all(a["error"] for a in answers[1:-1])


def test_typing_file_that_is_not_there(tmp_path):
    out = tmp_path / "out.jsonl"
    assert "no.jsonl" in refused("typing", "--in", tmp_path / "no.jsonl", "--out", out)
    broken = donors_of(tmp_path, gzip.compress(b'{"text": "A*02:01"}\n' * 1000)[:-20], "b.jsonl.gz")
    assert "b.jsonl.gz" in refused("typing", "--in", broken, "--out", out)
    assert not out.exists() and not list(tmp_path.glob(".*"))


def test_typing_is_fast(tmp_path):
    path = tmp_path / "in.jsonl"
    with path.open("w") as file:
        for i in range(100_000):
            file.write(f'{{"id": {i}, "text": "{i % 90 + 1:02d}:{i // 90 % 900 + 1:02d}", "locus": "B"}}\n')
    start = time.monotonic()
    assert call("typing", "--in", path, "--out", tmp_path / "out.jsonl")[0] == 0
    assert time.monotonic() - start < 20  # two seconds on an idle core
    with (tmp_path / "out.jsonl").open() as file:
        assert sum(1 for _ in file) == 100_000
