"""The growth curve as SVG: both axes logarithmic, so that what grows with the store is a steep line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 920, 520, 60, 30, 50, 330
COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df", "#bf3989", "#0a7d8c", "#57606a")
DASHES = ("", "6 3")


def chart(levels: Sequence[dict[str, Any]]) -> str:
    """Milliseconds of each question by attributes in the store."""
    sizes = [level["attributes"] for level in levels]
    series = {
        name: [level["questions"][name]["ms"] for level in levels if name in level["questions"]]
        for name in levels[-1]["questions"]
    }
    times = [ms for values in series.values() for ms in values]
    across = _axis(min(sizes), max(sizes), LEFT, WIDTH - RIGHT)
    up = _axis(min(times), max(times), HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"']
    parts.append(' font-family="sans-serif" font-size="12"><title>Time by attributes in the store</title>')
    parts.append('<rect width="100%" height="100%" fill="#fff"/>')
    for size in sizes:
        x = across(size)
        parts.append(f'<path d="M{x:.0f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e5e7eb"/>')
        parts.append(_text(x, HEIGHT - BOTTOM + 18, f"{size / 1e6:.3g} M", "middle"))
    for power in range(math.floor(math.log10(min(times))), math.ceil(math.log10(max(times))) + 1):
        if min(times) <= 10**power <= max(times):
            y = up(10**power)
            parts.append(f'<path d="M{LEFT} {y:.0f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>')
            parts.append(_text(LEFT - 6, y + 4, f"{10**power:g} ms", "end"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "attributes in the store", "middle"))
    for number, (name, values) in enumerate(series.items()):
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number // len(COLOURS) % 2]
        points = " ".join(
            f"{across(size):.1f},{up(ms):.1f}" for size, ms in zip(sizes[-len(values) :], values, strict=True)
        )
        line = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
        parts.append(f'<polyline points="{points}" {line}/>')
        y = TOP + 20 * number
        parts.append(f'<path d="M{WIDTH - RIGHT + 20} {y}h30" {line}/>')
        parts.append(_text(WIDTH - RIGHT + 58, y + 4, name, "start"))
    return "".join([*parts, "</svg>\n"])


def _axis(least: float, most: float, start: float, end: float) -> Any:
    """Where a value lies between `start` and `end`, by its logarithm."""
    low, span = math.log(least), math.log(most / least) or 1.0
    return lambda value: start + (end - start) * (math.log(value) - low) / span


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="#1f2328">{escape(text)}</text>'
