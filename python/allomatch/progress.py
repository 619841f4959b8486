# SPDX-License-Identifier: Apache-2.0
"""How far long work is, on a terminal and in notebooks."""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

_PAUSE = 0.1  # seconds between two looks
_WIDTH = 20


class Progress:
    """A bar or a counting line for any ``progress=`` of the library; use as a context.

    In a notebook a bar of tqdm, where that is installed; on a terminal a line on stderr, as the commands have
    it; nothing elsewhere, such as in logs. It goes when the context ends, or fails. ::

        with am.Progress("reading donors") as progress:
            registry = am.Registry.from_csv("donors.csv", progress=progress)

    Args:
        what: is being done.
        total: of how many, when it is known; callbacks that tell it need none.

    Cost: below a microsecond a call; it is drawn at most ten times a second.
    """

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what = what
        self._total = total
        self._last = float("-inf")
        self._display = _display(what)

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int, *more: float | None) -> None:
        """Fits every callback of the library.

        Args:
            done: rows, patients, iterations .. so far.
            more: the total, as one number; or of an iteration the largest change of a frequency and the
                log-likelihood, as two.
        """
        now = time.monotonic()
        if self._display is None or now - self._last < _PAUSE:
            return
        self._last = now
        if len(more) == 2:
            self._display.show(done, self._total, "change {:.1e}, log-likelihood {:,.1f}".format(*more))
        else:
            total = next((int(number) for number in more if number is not None), self._total)
            self._display.show(done, total, "")

    def __exit__(self, *_: object) -> None:
        if self._display is not None:
            self._display.close()


class _Line:
    """A line of a terminal."""

    def __init__(self, what: str) -> None:
        self._what = what

    def show(self, done: int, total: int | None, beside: str) -> None:
        text = f"{self._what}: {done:,}"
        if total:
            filled = min(_WIDTH, _WIDTH * done // total)
            text = f"{self._what} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done:,} of {total:,}"
        self._write(f"{text}, {beside}" if beside else text)

    def close(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


class _Bar:
    """A bar of tqdm."""

    def __init__(self, make: Any, what: str) -> None:
        self._bar = make(desc=what, unit="", unit_scale=True, leave=False)

    def show(self, done: int, total: int | None, beside: str) -> None:
        if total != self._bar.total:
            begun = self._bar.start_t
            self._bar.reset(total)
            self._bar.start_t = begun
        self._bar.n = done
        self._bar.set_postfix_str(beside, refresh=False)
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


def _display(what: str) -> _Line | _Bar | None:
    if _in_notebook():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a bar of text will do where there are no widgets
                from tqdm.auto import tqdm
        except ModuleNotFoundError:
            return None
        return _Bar(tqdm, what)
    return _Line(what) if sys.stderr is not None and sys.stderr.isatty() else None


def _in_notebook() -> bool:
    """Whether this is a kernel of Jupyter."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell is not None and "IPKernelApp" in shell.config
