# SPDX-License-Identifier: Apache-2.0
"""The command line: ``allomatch COMMAND ..``.

Every command is a module with ``HELP`` (one line), ``add_arguments(parser)`` and ``run(args)``, which gives
the exit code: 0 done, 3 done but some rows were refused. What cannot be used raises: an
:class:`~allomatch.errors.InputError` or :class:`OSError` ends with exit code 2 and one line on stderr,
anything else is a fault of the program and ends with 1.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from .. import __version__
from ..errors import InputError
from . import (
    _alerts,
    _analyse,
    _calibrate,
    _compare,
    _cord,
    _donor,
    _estimate,
    _explain,
    _import,
    _impute,
    _index,
    _nomenclature,
    _patients,
    _reinterpret,
    _repeat,
    _search,
    _searches,
    _simulate,
    _store,
    _typing,
    _typing_gain,
    _utilisation,
    _why,
)
from ._common import check_outputs, check_writable, shortened
from ._fetch import CHECKSUMS, OPTIONAL, REQUIRED

# Options that take paths, by their names in the parsed arguments.
_READ = {
    "donors": "--donors",
    "patients": "--patients",
    "source": "--in",
    "mac": "--mac",
    "frequencies": "--frequencies",
    "predict_with": "--predict-with",
    "rank": "--rank",
    "prior": "--prior",
    "donations": "--donations",
    "release": "--release",
    "to_mac": "--to-mac",
    "to_release": "--to-release",
    "store": "--store",
    "file": "FILE",
}
_WRITTEN = {
    "out": "--out",
    "report": "--report",
    "plot": "--plot",
    "trace": "--trace",
    "import_report": "--import-report",
}
_ANY_BYTES = {*_READ, *_WRITTEN, "dir", "file"} - {"rank", "release", "to_release"}


class Command(Protocol):
    """What a command module offers."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


COMMANDS: dict[str, Command] = {
    "search": _search,
    "cord": _cord,
    "compare": _compare,
    "explain": _explain,
    "why": _why,
    "impute": _impute,
    "typing": _typing,
    "typing-gain": _typing_gain,
    "import": _import,
    "index": _index,
    "store": _store,
    "searches": _searches,
    "repeat": _repeat,
    "alerts": _alerts,
    "donor": _donor,
    "utilisation": _utilisation,
    "patients": _patients,
    "nomenclature": _nomenclature,
    "reinterpret": _reinterpret,
    "simulate": _simulate,
    "calibrate": _calibrate,
    "estimate": _estimate,
    "analyse": _analyse,
}


class _Parser(argparse.ArgumentParser):
    """Wrong arguments are told in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="allomatch",
        description="Match blood stem-cell donors to patients by HLA.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"allomatch {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, command in COMMANDS.items():
        added = commands.add_parser(name, help=command.HELP, description=command.HELP, allow_abbrev=False)
        command.add_arguments(added)
        added.set_defaults(run=command.run, command=name)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    0 done, 1 internal error, 2 wrong arguments or unreadable input, 3 done but some rows were refused, 130
    interrupted, 141 the reader of stdout went away.
    """
    if sys.stdout is None:  # closed by whoever started the program
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    args = argparse.Namespace()
    try:
        args = build_parser().parse_args(argv)
        _check_text(args)
        _check_paths(args)
        code = int(args.run(args))
        sys.stdout.flush()
        return code
    except SystemExit as leaving:  # argparse: --help, --version, wrong arguments
        return leaving.code if isinstance(leaving.code, int) else 2
    except KeyboardInterrupt:
        return _end(130, "interrupted")
    except BrokenPipeError:
        _leave_stdout()
        return 141
    except InputError as error:
        return _end(2, _with_option(error, args))
    except UnicodeError as error:
        return _end(2, f"an argument is not valid text: {error}")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _end(2, f"{where}{error.strerror or error}")
    except ModuleNotFoundError as error:
        return _end(2, f"this needs the Python package '{error.name}', which is not installed")
    except ImportError as error:  # an extra, named with the reason
        return _end(2, str(error))
    except MemoryError:
        return _end(1, "not enough memory")
    except Exception as error:
        if os.environ.get("ALLOMATCH_DEBUG"):
            traceback.print_exc()
        return _end(1, f"internal error, {type(error).__name__}: {error} (ALLOMATCH_DEBUG=1 shows where)")


def _check_text(args: argparse.Namespace) -> None:
    """Paths may hold any bytes; everything else must be text.

    Raises:
        UnicodeEncodeError: an argument is not UTF-8.
    """
    for name, value in vars(args).items():
        if name not in _ANY_BYTES:
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    text.encode()


def _check_paths(args: argparse.Namespace) -> None:
    """No file is written over one that is read, or twice, or where it cannot be. The files of a release
    folder and those beside a store are read too.

    Raises:
        FormatError: naming the options and the path.
    """

    def given(options: dict[str, str]) -> list[tuple[str, str]]:
        values = ((option, getattr(args, name, None)) for name, option in options.items())
        lists = ((option, value if isinstance(value, list) else [value]) for option, value in values)
        return [(option, path) for option, paths in lists for path in paths if isinstance(path, str) and path]

    read = given(_READ)
    for option, folder in read[:]:
        if option in ("--release", "--to-release"):
            read += [(option, f"{folder}/{file}") for file in (*REQUIRED, *OPTIONAL, *CHECKSUMS)]
    for option, path in read[:]:
        if option in ("--store", "--donors", "FILE"):  # what SQLite keeps beside a store, and its snapshot
            read += [(option, path + ending) for ending in ("-wal", "-shm", "-journal")]
        if option in ("--store", "FILE"):
            read += [(option, str(Path(path).with_suffix(".amx")))]
    import_report = {"import_report": "--report"} if args.command == "import" else {}
    written = given(_WRITTEN | import_report)
    check_outputs(read, written)
    if args.command == "import" and args.store and args.mode != "check" and not Path(args.store).exists():
        written.append(("--store", args.store))
    for option, path in written:
        if args.command != "simulate":  # makes its folder
            check_writable(option, path)


def _with_option(error: InputError, args: argparse.Namespace) -> str:
    """What is wrong; an option of the library by its name on the command line."""
    message = str(error)
    if error.column not in vars(args) or (error.place, error.row, error.id) != (None, None, None):
        return message
    option = (_READ | _WRITTEN).get(error.column, "--" + error.column.replace("_", "-"))
    return message.replace(f"column {error.column}:", f"{option}:", 1)


def _end(code: int, message: str) -> int:
    one_line = shortened(" ".join(message.split("\n")))
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    with contextlib.suppress(OSError):
        print(f"allomatch: {one_line}", file=sys.stderr, flush=True)
    return code


def _leave_stdout() -> None:
    """Python flushes stdout at its end; what is left goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
