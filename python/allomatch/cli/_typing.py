# SPDX-License-Identifier: Apache-2.0
"""``allomatch typing``: what texts mean, as JSON."""

from __future__ import annotations

import argparse
import functools
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .. import _core
from ..errors import FormatError, InputError
from ._common import Progress, add_release_options, complete_file, load_release, say_json

HELP = "tell what typing texts mean, as JSON"

_CACHED = 4096
_CACHED_TEXT = 256
Describe = Callable[[str, "str | None", bool], str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text", nargs="*", metavar="TEXT", help="a typing such as A*02:01/02:06, or a GL String"
    )
    parser.add_argument("--locus", metavar="L", help="locus of the column that the texts stand in")
    parser.add_argument("--serology", action="store_true", help="the column holds serology: 2 is A2")
    parser.add_argument(
        "--in", dest="source", metavar="F", help='JSON Lines {"id", "text", "locus"}, plain or .gz'
    )
    parser.add_argument("--out", metavar="F", help="JSON Lines, one for every line of --in")
    add_release_options(parser)


def run(args: argparse.Namespace) -> int:
    if bool(args.text) == (args.source is not None):
        raise FormatError("typing: give either TEXT .. or --in F --out F")
    if args.source is None:
        if args.out is not None:
            raise FormatError("typing: --out goes with --in")
        names, mac = load_release(args)
        for text in args.text:
            found = {"id": None, **_core.describe_typing(names, text, args.locus, mac, args.serology)}
            say_json(found, indent=None)
        return 0
    if args.out is None:
        raise FormatError("typing: --in needs --out")
    if args.locus is not None or args.serology:
        raise FormatError('typing: with --in every line has its own "locus" and "serology"')
    names, mac = load_release(args)
    return _file(args.source, args.out, names, mac)


def _file(source: str, out: str, names: _core.Nomenclature, mac: _core.MacTable | None) -> int:
    """One output line for every input line. Returns 3 if some lines had no typing to read."""
    describe = _describer(names, mac)
    malformed = 0
    with complete_file(out) as file, Progress("reading texts") as progress:
        for number, line in enumerate(_lines(source), start=1):
            try:
                answer = _answer(line, number, describe)
            except InputError as error:
                malformed += 1
                answer = _refusal(error)
            file.write(answer)
            if number % 1000 == 0:
                progress(number)
    return 3 if malformed else 0


def _lines(path: str) -> Iterator[bytes]:
    """Lines without their ends; gzip is recognised by its first bytes, a byte-order mark is skipped."""
    with Path(path).open("rb") as file:
        packed = file.peek(2)[:2] == b"\x1f\x8b"
        stream: Any = gzip.GzipFile(fileobj=file) if packed else file
        try:
            for number, line in enumerate(stream):
                if number == 0:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                yield line.removesuffix(b"\n").removesuffix(b"\r")
        except (EOFError, gzip.BadGzipFile) as error:
            raise FormatError(f"{path}: truncated or corrupt gzip: {error}", place=path) from None


def _answer(line: bytes, number: int, describe: Describe) -> str:
    """The output line for one input line.

    Raises:
        InputError: the line is no JSON object with a text.
    """

    def refuse(reason: str, id: Any = None, text: str | None = None) -> FormatError:
        error = FormatError(f"line {number}: {reason}", row=number, text=text)
        error.id = id
        return error

    try:
        entry = json.loads(line)
    except ValueError as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else f"not JSON: {error}"
        raise refuse(reason) from None
    except RecursionError:
        raise refuse("not JSON: nested too deeply") from None
    if not isinstance(entry, dict):
        raise refuse('expected a JSON object {"id", "text", "locus"}')
    id, text, locus, serology = (entry.get(name) for name in ("id", "text", "locus", "serology"))
    if not isinstance(text, str):
        raise refuse('"text" is missing' if text is None else '"text" is not a string', id)
    if locus is not None and not isinstance(locus, str):
        raise refuse('"locus" is not a string', id, text)
    if serology is not None and not isinstance(serology, bool):
        raise refuse('"serology" is neither true nor false', id, text)
    if not (_is_unicode(text) and _is_unicode(locus or "")):
        raise refuse("not Unicode text: half of a surrogate pair", id, text)
    try:
        return f'{{"id": {json.dumps(id)}, {describe(text, locus, bool(serology))}\n'
    except InputError as error:
        raise refuse(f"{error}", id, text) from None


def _is_unicode(text: str) -> bool:
    """False with half a surrogate pair, which JSON can write and UTF-8 cannot."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _refusal(error: InputError) -> str:
    answer: dict[str, Any] = {
        "id": error.id,
        "text": error.text,
        "status": "error",
        "locus": None,
        "alleles": [],
        "classes": [],
        "g_groups": [],
        "serology": [],
        "null": False,
        "warnings": [],
        "error": error.reason,
        "suggestion": None,
    }
    return json.dumps(answer) + "\n"


def _describer(names: _core.Nomenclature, mac: _core.MacTable | None) -> Describe:
    """Text, locus, serology -> the JSON object after its id. The same short text is worked out once."""

    def describe(text: str, locus: str | None, serology: bool) -> str:
        found = _core.describe_typing(names, text, locus, mac, serology)
        return json.dumps(found, ensure_ascii=False)[1:]

    cached = functools.lru_cache(_CACHED)(describe)

    def either(text: str, locus: str | None, serology: bool) -> str:
        return (cached if len(text) <= _CACHED_TEXT else describe)(text, locus, serology)

    return either
