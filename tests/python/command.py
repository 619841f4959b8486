# SPDX-License-Identifier: Apache-2.0
"""Calling the command line as a user does."""

import csv
import json
import os
import subprocess
import sys


def call(*arguments, environment=None, cwd=None, **options):
    """(exit code, stdout, stderr) of `python -m allomatch ..`."""
    done = subprocess.run(
        [sys.executable, "-m", "allomatch", *map(str, arguments)],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1", **(environment or {})},
        cwd=cwd,
        timeout=120,
        **options,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def refused(*arguments, **options):
    """The one line on stderr of a command that ends with 2."""
    code, out, err = call(*arguments, **options)
    assert code == 2 and err.count("\n") == 1 and "Traceback" not in err and out == "", (code, out, err)
    return err


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def donors_of(folder, text, name="d.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def said(*arguments, code=0, **options):
    """Stdout of a command that ends with this code and has nothing to say on stderr."""
    done, out, err = call(*arguments, **options)
    assert (done, err) == (code, ""), (out, err)
    return out


def as_json(*arguments, **options):
    return json.loads(said(*arguments, "--json", **options))
