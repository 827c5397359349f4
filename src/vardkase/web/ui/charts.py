"""Geometry of small charts: numbers in, SVG attributes out. No inline styles, as required by the CSP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BARS_WIDTH, BARS_HEIGHT, BARS_FLOOR = 300, 57, 66
"""A bar chart's view box: its width, the height of the tallest bar, and where the bars stand."""


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
