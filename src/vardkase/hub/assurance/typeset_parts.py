"""What report.typ prints: sections of parts, each a heading, lines of text and a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

type Part = dict[str, Any]
type Section = dict[str, Any]


def section(heading: str, *parts: Part, text: Sequence[str] = ()) -> Section:
    return {"heading": heading, "text": list(text), "parts": list(parts)}


def part(
    heading: str = "",
    *,
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
    widths: Sequence[int] = (),
    text: Sequence[str] = (),
) -> Part:
    """`widths`: the columns' shares of the page."""
    return {
        "heading": heading,
        "text": list(text),
        "columns": list(columns),
        "rows": [list(row) for row in rows],
        "widths": list(widths),
    }
