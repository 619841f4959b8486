# SPDX-License-Identifier: Apache-2.0
"""Downloading a release of IPD-IMGT/HLA: checked completely, then put in place at once."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from .. import _core
from ..errors import FormatError
from ._common import Progress

DEFAULT_BASE = "https://raw.githubusercontent.com/ANHIG/IMGTHLA"
REQUIRED = (
    "wmda/hla_nom.txt",
    "wmda/hla_nom_g.txt",
    "wmda/hla_nom_p.txt",
    "wmda/rel_dna_ser.txt",
    "wmda/rel_ser_ser.txt",
)
OPTIONAL = ("tce/dpb_tce.csv", "Allelelist.txt", "Allele_status.txt", "LICENCE.md")
CHECKSUMS = ("wmda/md5checksum.txt", "md5checksum.txt")

_SECONDS = 60
_PIECE = 1 << 16
_MOST_BYTES = 1 << 28
_BSD = re.compile(r"MD5 \((.+)\) = ([0-9a-fA-F]{32})")
_GNU = re.compile(r"([0-9a-fA-F]{32})[ \t]+\*?(.+)")


@dataclass
class Fetched:
    """One file: ``verified``, ``not listed`` among the checksums, or ``absent`` at the address."""

    path: str
    bytes: int = 0
    md5: str = ""
    status: str = "absent"


def fetch_release(version: str, folder: str, base: str) -> tuple[_core.Nomenclature, list[Fetched]]:
    """Download release ``version`` into ``folder``, which must not be there yet (or be empty).

    Files come from ``base/3580/PATH``. They are written to a temporary folder beside it, compared with
    ``md5checksum.txt``, loaded once, and only then given their name.

    Raises:
        FormatError: no such version text, an address that does not answer (the status is told), a checksum
            that differs (the file is named), or a release that cannot be loaded.
        OSError: the folder is there or cannot be written.
    """
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
        raise FormatError(f"--release: expected a version such as 3.58.0, not '{version}'", column="release")
    if not re.match(r"https?://", base):
        raise FormatError(f"--base: expected an address with http or https, not '{base}'", column="base")
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(17, "is already there", folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    address = f"{base.rstrip('/')}/{version.replace('.', '')}"
    unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent))
    try:
        files = _download_all(address, unfinished)
        _verify(address, unfinished, files)
        names = _core.Nomenclature.load(unfinished)
        if names.version != version:
            raise FormatError(f"{address} holds release {names.version}, not {version}", place=address)
        unfinished.chmod(0o777 & ~_umask())
        unfinished.replace(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return names, files


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _download_all(address: str, folder: Path) -> list[Fetched]:
    files = []
    for path in (*CHECKSUMS, *REQUIRED, *OPTIONAL):
        file = Fetched(path)
        files.append(file)
        if not _download(f"{address}/{path}", folder / path, file) and path in REQUIRED:
            raise FormatError(f"{address}/{path}: not found (HTTP 404)", place=f"{address}/{path}")
    return files


def _download(url: str, path: Path, file: Fetched) -> bool:
    """False when the address answers that there is no such file."""
    digest = hashlib.md5(usedforsecurity=False)
    request = urllib.request.Request(url, headers={"User-Agent": f"allomatch/{_core.__version__}"})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer, Progress(file.path) as progress:
            total = answer.headers.get("Content-Length")
            expected = int(total) if total and total.isdigit() else None
            path.parent.mkdir(exist_ok=True)
            with path.open("wb") as out:
                while piece := answer.read(_PIECE):
                    out.write(piece)
                    digest.update(piece)
                    file.bytes += len(piece)
                    if file.bytes > _MOST_BYTES:
                        raise FormatError(f"{url}: more than {_MOST_BYTES:,} bytes", place=url)
                    progress(file.bytes, expected)
        if expected is not None and file.bytes != expected:
            raise FormatError(f"{url}: {file.bytes:,} of {expected:,} bytes arrived", place=url)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise FormatError(f"{url}: HTTP {error.code} {error.reason}", place=url) from None
    except urllib.error.URLError as error:
        raise FormatError(f"{url}: {error.reason}", place=url) from None
    except http.client.IncompleteRead as error:
        raise FormatError(
            f"{url}: broken off after {file.bytes + len(error.partial):,} bytes", place=url
        ) from None
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise FormatError(f"{url}: {error or type(error).__name__}", place=url) from None
    file.md5 = digest.hexdigest()
    file.status = "not listed"
    return True


def _verify(address: str, folder: Path, files: list[Fetched]) -> None:
    """Compare with the checksums; a list names files of its own folder, or paths below it."""
    expected: dict[str, str] = {}
    for listing in CHECKSUMS:
        path = folder / listing
        if not path.exists():
            continue
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if match := _BSD.fullmatch(line.strip()):
                name, md5 = match[1], match[2]
            elif match := _GNU.fullmatch(line.strip()):
                md5, name = match[1], match[2]
            else:
                continue
            full = os.path.normpath(os.path.join(os.path.dirname(listing), name))  # noqa: PTH118, PTH120
            expected.setdefault(full, md5.lower())
    for file in files:
        if file.status == "absent" or file.path in CHECKSUMS:
            continue
        if file.path in expected:
            if file.md5 != expected[file.path]:
                raise FormatError(
                    f"{address}/{file.path}: the checksum is {file.md5},"
                    f" md5checksum.txt says {expected[file.path]}",
                    place=f"{address}/{file.path}",
                )
            file.status = "verified"
        elif file.path in REQUIRED:
            raise FormatError(
                f"{address}/{file.path}: no checksum for it in md5checksum.txt",
                place=f"{address}/{file.path}",
            )
