# SPDX-License-Identifier: Apache-2.0
"""Small bar charts as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from ..frequencies import percent_text
from .markup import safe


def bars(
    heights: Sequence[float],
    labels: Sequence[str],
    values: Sequence[str],
    *,
    title: str,
    axis: str,
    step: int = 34,
    height: int = 70,
) -> str:
    """Upright bars: heights from 0 to 1, a label below and a value above each. ``title`` says it in words."""
    width, top, base = step * len(heights) + 8, 14, height + 14
    parts = [f'<line class="axis" x1="0" y1="{base}" x2="{width}" y2="{base}"/>']
    for i, share in enumerate(heights):
        tall = round(height * share, 1)
        if share > 0:
            tall = max(tall, 1)
        left = 4 + i * step
        middle = left + step / 2
        parts.append(
            f'<rect x="{left + 3}" y="{base - tall:g}" width="{step - 6}" height="{tall:g}"/>'
            f'<text x="{middle:g}" y="{base - tall - 3:g}">{safe(values[i])}</text>'
            f'<text x="{middle:g}" y="{base + 12}">{safe(labels[i])}</text>'
        )
    parts.append(f'<text class="name" x="{width / 2:g}" y="{base + 26}">{safe(axis)}</text>')
    whole = top + height + 32
    return (
        f'<svg class="bars" role="img" aria-label="{safe(title)}" viewBox="0 0 {width} {whole}"'
        f' width="{width}" height="{whole}">{"".join(parts)}</svg>'
    )


def probability_bars(p: Sequence[float], t: dict[str, str]) -> str:
    """P(0), P(1) .. of one donor; what is certainly 0 at the end is left out."""
    last = max((k for k, value in enumerate(p) if value > 0), default=0)
    shown = p[: max(last, 2) + 1]
    values = [percent_text(value) for value in shown]
    words = ", ".join(f"{k}: {value}" for k, value in enumerate(values))
    return bars(
        [min(1.0, value) for value in shown],
        [str(k) for k in range(len(shown))],
        values,
        title=t["chances_words"].format(words),
        axis=t["mismatches_axis"],
    )


def band_of(p0: float) -> int:
    """The 10 % band of a probability; 100 % is in the last one."""
    return min(int(p0 * 10), 9)


def probability_bands(p0: Sequence[float], t: dict[str, str]) -> str:
    """How many donors have a probability of a full match in each band of 10 %."""
    counts = [0] * 10
    for value in p0:
        counts[band_of(value)] += 1
    labels = [f"{10 * band}–{10 * band + 10}" for band in range(10)]
    words = ", ".join(f"{label} %: {count}" for label, count in zip(labels, counts, strict=True) if count)
    most = max(*counts, 1)
    return bars(
        [count / most for count in counts],
        labels,
        [str(count) if count else "" for count in counts],
        title=t["bands_words"].format(words or "0"),
        axis=t["band_axis"],
        step=46,
        height=78,
    )
