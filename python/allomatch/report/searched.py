# SPDX-License-Identifier: Apache-2.0
"""The part of a report that says what was searched, and what was not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import _core, option_values
from ..frequencies import Frequencies
from ..matches import Matches
from .markup import data, number, safe, terms
from .phrases import criterion_name

_SHOWN_PROBLEMS = 8
_LONGEST_MESSAGE = 300


def searched_html(
    matches: Matches,
    listed: int,
    options: Mapping[str, Any] | None,
    reports: Sequence[_core.ImportReport],
    lang: str,
    t: dict[str, str],
) -> str:
    """Release, frequencies, loci, limits, filter, ranking, counts, files and refused rows."""
    also = list(dict.fromkeys(locus for match in matches[:listed] for locus in match.also))
    pairs = [
        (t["release"], data(matches.registry.nomenclature.version)),
        (t["loci"], safe(" ".join(matches.loci))),
    ]
    if also:
        pairs.append((t["loci_shown"], safe(" ".join(also))))
    if options is not None:
        pairs += _options(matches, options, lang, t)
    counted = [number(n) for n in (len(matches.registry), matches.total, listed)]
    pairs.append((t["counted"], safe(t["counted_words"].format(*counted))))
    if reports:
        files = "".join(f"<li>{_rows(report, t)}</li>" for report in reports)
        pairs.append((t["inputs"], f"<ul>{files}</ul>"))
    named = [(safe(name), value) for name, value in pairs]
    frequencies = None if options is None else options.get("frequencies")
    return (
        f'<section class="card" id="searched"><h2>{safe(t["searched"])}</h2>{terms(named, "searched")}'
        f"{_refused(reports, frequencies, t)}</section>"
    )


def _options(
    matches: Matches, options: Mapping[str, Any], lang: str, t: dict[str, str]
) -> list[tuple[str, str]]:
    pairs = [(t["limits"], safe("; ".join(_limits(options, t))))]
    pairs.append((t["direction"], safe(t[f"direction_{options.get('direction', 'both')}"])))
    pairs.append((t["where"], data(options.get("where") or t["none"])))
    pairs.append((t["ranking"], _ranking(matches, options, lang)))
    pairs.append((t["on"], data(options.get("on") or t["today"])))
    pairs.append((t["frequencies"], _frequencies(options.get("frequencies"), t)))
    if options.get("fallback"):
        pairs.append((t["fallback"], data(", ".join(options["fallback"]))))
    if options.get("tce_version"):
        pairs.append((t["tce_version"], data(options["tce_version"])))
    return pairs


def _limits(options: Mapping[str, Any], t: dict[str, str]) -> list[str]:
    exactly = options.get("exactly")
    least, most = options.get("min_mismatches", 0), options.get("max_mismatches", 0)
    if exactly is not None:
        words = [t["exactly"].format(exactly)]
    elif least:
        words = [t["from_to"].format(least, most)]
    else:
        words = [t["at_most"].format(most)]
    words += [t["limit_at"].format(locus, most) for locus, most in (options.get("limits") or {}).items()]
    if options.get("accept"):
        words.append(t["accept"].format(" / ".join(option_values.loci("accept", options["accept"]))))
    if options.get("homozygous_once"):
        words.append(t["homozygous_once"])
    return words


def _ranking(matches: Matches, options: Mapping[str, Any], lang: str) -> str:
    rank = options.get("rank", "default")
    name = data(rank) if isinstance(rank, str) else ""
    if not len(matches) or matches[0].rank is None:
        return name or data("")
    comma = "、" if lang == "zh" else ", "
    criteria = comma.join(safe(criterion_name(one, lang)) for one in matches[0].criteria)
    return f"{name}<br><small>{criteria}</small>" if name else criteria


def _frequencies(frequencies: Frequencies | None, t: dict[str, str]) -> str:
    if frequencies is None:
        return safe(t["none"])
    sets = [
        t["one_set"].format(one["population"], number(one["haplotypes"]), " ".join(one["loci"]))
        for one in frequencies.sets
    ]
    return "<br>".join(data(words) for words in sets)


def _rows(report: _core.ImportReport, t: dict[str, str]) -> str:
    counts = [number(n) for n in (report.rows_read, report.rows_taken, report.rows_refused)]
    return safe(t["rows"]).format(data(_file_name(report.source)), *counts)


def _file_name(source: str) -> str:
    """Without its folders: a report travels."""
    return source.replace("\\", "/").rpartition("/")[2]


def _refused(
    reports: Sequence[_core.ImportReport], frequencies: Frequencies | None, t: dict[str, str]
) -> str:
    refused = sum(report.rows_refused for report in reports)
    problems = [problem for report in reports for problem in report.problems[:_SHOWN_PROBLEMS]]
    if frequencies is not None:
        refused += frequencies.report["rows_refused"]
        problems += frequencies.report["problems"][:_SHOWN_PROBLEMS]
    if not refused:
        words = f"<p>{safe(t['refused_none'])}</p>"
    else:
        shown = "".join(f"<li>{_message(problem)}</li>" for problem in problems[:_SHOWN_PROBLEMS])
        words = f'<p>{safe(t["refused_words"].format(number(refused)))}</p><ul class="refused">{shown}</ul>'
    return f"<h3>{safe(t['refused'])}</h3>{words}"


def _message(problem: Mapping[str, Any]) -> str:
    message, place = str(problem["message"]), str(problem["place"] or "")
    if message.startswith(place):
        message = _file_name(place) + message.removeprefix(place)
    short = message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]} …"
    return f'<bdi lang="en">{safe(short)}</bdi>'
