# SPDX-License-Identifier: Apache-2.0
"""`allomatch nomenclature fetch` against a server on the loopback that offers a miniature release."""

import functools
import hashlib
import http.server
import json
import random
import shutil
import threading

import pytest
from command import call, refused
from slow_model import generate

WMDA = ("hla_nom.txt", "hla_nom_g.txt", "hla_nom_p.txt", "rel_dna_ser.txt", "rel_ser_ser.txt")


class Quiet(http.server.SimpleHTTPRequestHandler):
    broken = frozenset()  # paths that are answered with an error
    cut = frozenset()  # paths that break off

    def do_GET(self):
        if self.path in self.broken:
            self.send_error(503, "Service Unavailable")
        elif self.path in self.cut:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"# file: hla")
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


def checksums(folder, names, style="bsd"):
    lines = []
    for name in names:
        md5 = hashlib.md5((folder / name).read_bytes()).hexdigest()
        lines.append(f"MD5 ({name}) = {md5}\n" if style == "bsd" else f"{md5}  ./{name}\n")
    (folder / "md5checksum.txt").write_text("".join(lines))


@pytest.fixture
def site(tmp_path):
    """The folder that is served, with release 9.9.0 in it, and its address."""
    root = tmp_path / "site"
    release = root / "990"
    rows = generate.release_rows(random.Random(4), loci=("A", "B", "DPB1"))
    generate.write_release(release, rows, version="9.9.0")
    (release / "LICENCE.md").write_text("CC BY-ND 4.0")
    (release / "Allelelist.txt").write_text("AlleleID,Allele\n")
    checksums(release / "wmda", WMDA)

    class Handler(Quiet):
        pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=root))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield release, f"http://127.0.0.1:{server.server_port}", Handler
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetch(base, folder, *more):
    return ("nomenclature", "fetch", "--release", "9.9.0", "--dir", folder, "--base", base, *more)


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("style", ["bsd", "gnu"])
def test_fetch(site, tmp_path, style):
    release, base, _ = site
    checksums(release / "wmda", WMDA, style)
    folder = tmp_path / "пакет" / "9.9.0"
    code, out, err = call(*fetch(base + "/", folder, "--json"))
    assert (code, err) == (0, "")
    summary = json.loads(out)
    assert summary["version"] == "9.9.0" and summary["alleles"] > 10
    assert set(summary["verified"]) == {f"wmda/{name}" for name in WMDA}
    assert "LICENCE.md" in summary["files"] and set(summary["absent"]) == {
        "md5checksum.txt",
        "Allele_status.txt",
    }
    for path in summary["files"]:
        assert (folder / path).read_bytes() == (release / path).read_bytes()
    assert left_in(folder.parent) == ["9.9.0"] and folder.stat().st_mode & 0o500 == 0o500
    code, out, _ = call("nomenclature", "info", "--release", folder)
    assert code == 0 and "release 9.9.0" in out


def test_address_from_the_environment(site, tmp_path):
    _, base, _ = site
    arguments = ("nomenclature", "fetch", "--release", "9.9.0", "--dir", tmp_path / "r")
    code, out, _ = call(*arguments, environment={"ALLOMATCH_NOMENCLATURE_URL": base})
    assert code == 0 and "hla_nom.txt" in out and "CC BY-ND" in out


def test_checksums_of_the_whole_repository(site, tmp_path):
    release, base, _ = site
    checksums(release, ("Allelelist.txt", "LICENCE.md"))
    assert call(*fetch(base, tmp_path / "r"))[0] == 0
    (release / "Allelelist.txt").write_text("AlleleID,Allele\nchanged\n")
    assert "Allelelist.txt: the checksum" in refused(*fetch(base, tmp_path / "s"))


def test_what_goes_wrong_leaves_nothing(site, tmp_path):
    release, base, handler = site
    goal = tmp_path / "goal" / "r"
    goal.parent.mkdir()
    nom = release / "wmda" / "hla_nom.txt"
    content = nom.read_bytes()

    nom.write_bytes(content + b"A*;99:99;20200101;;;\n")
    err = refused(*fetch(base, goal))
    assert "wmda/hla_nom.txt: the checksum is" in err

    nom.unlink()
    assert "wmda/hla_nom.txt: not found (HTTP 404)" in refused(*fetch(base, goal))
    nom.write_bytes(content)

    handler.broken = {"/990/wmda/rel_dna_ser.txt"}
    assert "rel_dna_ser.txt: HTTP 503" in refused(*fetch(base, goal))
    handler.broken, handler.cut = frozenset(), {"/990/wmda/hla_nom_g.txt"}
    assert "hla_nom_g.txt" in refused(*fetch(base, goal))
    handler.cut = frozenset()

    nom.write_bytes(b"# version: IPD-IMGT/HLA 9.9.0\nA*;01:01\n")  # cannot be loaded
    checksums(release / "wmda", WMDA)
    assert "hla_nom.txt" in refused(*fetch(base, goal))
    nom.write_bytes(content.replace(b"9.9.0", b"9.8.0"))
    checksums(release / "wmda", WMDA)
    assert "release 9.8.0, not 9.9.0" in refused(*fetch(base, goal))
    nom.write_bytes(content)

    checksums(release / "wmda", WMDA[1:])
    assert "hla_nom.txt: no checksum" in refused(*fetch(base, goal))
    (release / "wmda" / "md5checksum.txt").unlink()
    assert "no checksum" in refused(*fetch(base, goal))
    assert left_in(goal.parent) == []


def test_wrong_arguments(site, tmp_path):
    _, base, _ = site
    full = tmp_path / "full"
    full.mkdir()
    (full / "keep.txt").write_text("mine")
    assert "already there" in refused(*fetch(base, full))
    assert left_in(full) == ["keep.txt"]
    command = ("nomenclature", "fetch", "--dir", tmp_path / "r", "--release")
    assert "3.58" in refused(*command, "../etc", "--base", base)
    assert "http" in refused(*command, "9.9.0", "--base", "file:///tmp")
    assert "refused" in refused(*command, "9.9.0", "--base", "http://127.0.0.1:9")
    assert "HTTP 404" in refused(*command, "9.9.1", "--base", base)


def test_a_real_release(site, tmp_path):
    from conftest import SHARED

    source = SHARED / "data" / "imgt" / "3.58.0"
    if not (source / "wmda" / "md5checksum.txt").exists():
        pytest.skip("release 3.58.0 not found; set ALLOMATCH_SHARED to the folder with data/imgt")
    release, base, _ = site
    for path in source.rglob("*.*"):
        if path.is_file():
            target = release.parent / "3580" / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    arguments = (
        "nomenclature",
        "fetch",
        "--release",
        "3.58.0",
        "--dir",
        tmp_path / "r",
        "--base",
        base,
        "--json",
    )
    code, out, _ = call(*arguments)
    summary = json.loads(out)
    assert code == 0 and summary["alleles"] > 38_000 and "tce/dpb_tce.csv" in summary["files"]
