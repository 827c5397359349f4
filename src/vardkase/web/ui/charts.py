"""Geometry of small charts: numbers in, SVG attributes out. No inline styles, as required by the CSP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

BARS_WIDTH, BARS_HEIGHT, BARS_FLOOR = 300, 57, 66
"""A bar chart's view box: its width, the height of the tallest bar, and where the bars stand."""

LINE_WIDTH, LINE_HEIGHT = 1000, 220
"""The box of a line chart's path, which is stretched to its place. Across, all else is placed in percent, so that
letters have one size however wide the chart is; the height is the plot's, in pixels (`figures.css`)."""
LINE_TICKS = 4


def day_bars(counts: Sequence[int]) -> list[dict[str, Any]]:
    """A bar per day, the last one marked as today. Heights are relative to the maximum."""
    highest = max(counts, default=0) or 1
    step = BARS_WIDTH / max(len(counts), 1)
    heights = [BARS_HEIGHT * count / highest for count in counts]
    return [
        {
            "x": f"{place * step + step * 0.1:.1f}",
            "y": f"{BARS_FLOOR - height:.1f}",
            "width": f"{step * 0.75:.1f}",
            "height": f"{height:.1f}",
            "today": place == len(counts) - 1,
        }
        for place, height in enumerate(heights)
    ]


@dataclass(frozen=True, slots=True)
class LineChart:
    """`level`: the height of a horizontal line to compare with. `mark`: the place of a vertical line (now), empty if
    there is none. `ticks` and `labels`: where on an axis, and what is written there.
    """

    path: str
    ticks: list[tuple[str, str]]
    labels: list[tuple[str, str]]
    level: str = ""
    mark: str = ""
    bars: bool = False
    width: int = LINE_WIDTH
    height: int = LINE_HEIGHT


def line_chart(
    heights: Sequence[float],
    labels: Sequence[str],
    *,
    places: Sequence[int] = (),
    level: float | None = None,
    mark: float | None = None,
) -> LineChart:
    """A line through `heights`, which are evenly spaced; so are the labels below, unless `places` has the numbers of
    the heights that they belong to. `mark` is a share of the width.
    """
    highest = _rounded_up(max([*heights, level or 0]))
    last = max(len(heights) - 1, 1)
    points = (
        f"{LINE_WIDTH * number / last:.1f},{_y(height, highest)}" for number, height in enumerate(heights)
    )
    steps = [highest * number // LINE_TICKS for number in range(LINE_TICKS + 1)]
    gaps = max(len(labels) - 1, 1)
    shares = [place / last for place in places] or [number / gaps for number in range(len(labels))]
    return LineChart(
        path="M" + " L".join(points),
        ticks=[(_y(height, highest), str(height)) for height in steps],
        labels=[(_percent(share), label) for share, label in zip(shares, labels, strict=True)],
        level="" if level is None else _y(level, highest),
        mark="" if mark is None or not 0 <= mark <= 1 else _percent(mark),
    )


def bar_chart(counts: Sequence[int], labels: Sequence[str], places: Sequence[int]) -> LineChart:
    """A bar for each of `counts`; the labels below belong to those at `places`."""
    most = max(counts, default=0)
    highest = max(most, 1) if most < LINE_TICKS else _rounded_up(most)
    width = LINE_WIDTH / max(len(counts), 1)
    bars = (
        f"M{width * (number + 0.15):.1f},{LINE_HEIGHT}V{_y(count, highest)}h{width * 0.7:.1f}V{LINE_HEIGHT}z"
        for number, count in enumerate(counts)
        if count
    )
    ticks = min(highest, LINE_TICKS)
    steps = [highest * number // ticks for number in range(ticks + 1)]
    return LineChart(
        path="".join(bars),
        ticks=[(_y(height, highest), str(height)) for height in steps],
        labels=[
            (_percent((place + 0.5) / len(counts)), label)
            for place, label in zip(places, labels, strict=True)
        ],
        bars=True,
    )


def _rounded_up(height: float) -> int:
    """To the top of an axis whose ticks are whole and round: 100 for scores, as a rule."""
    steps = (int(digits * 10.0**power) for power in count() for digits in (1, 2, 2.5, 5))
    return next(step * LINE_TICKS for step in steps if step * LINE_TICKS >= height)


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"


def _y(height: float, highest: float) -> str:
    return f"{LINE_HEIGHT * (1 - height / highest):.1f}"
