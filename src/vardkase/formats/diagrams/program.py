"""Draws diagrams in Mermaid notation. Runs inside a sandbox process."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mmdr
import typst

from vardkase.core.errors import Invalid
from vardkase.core.sandbox.program import Answerer
from vardkase.formats.diagrams import PIXELS_PER_INCH, SANS_SERIF
from vardkase.formats.problems import DiagramProblem

LARGEST = 4_000
"""Points of a side; a larger picture is made smaller."""
PICTURE = f"""
#set page(width: auto, height: auto, margin: 6pt, fill: white)
#let given = image("/diagram.svg")
#context {{
  let size = measure(given)
  image("/diagram.svg", width: size.width * calc.min(1, {LARGEST}pt / size.width, {LARGEST}pt / size.height))
}}
"""


LOOK = {
    "fontFamily": SANS_SERIF,
    "theme": "base",
    "themeVariables": {
        "background": "#ffffff",
        "primaryColor": "#dcedf2",
        "primaryTextColor": "#10262f",
        "primaryBorderColor": "#0a5669",
        "secondaryColor": "#f4ead0",
        "secondaryBorderColor": "#0a5669",
        "tertiaryColor": "#f6f8f9",
        "tertiaryBorderColor": "#0a5669",
        "lineColor": "#435860",
        "edgeLabelBackground": "#ffffff",
        "noteBkgColor": "#f4ead0",
        "noteBorderColor": "#cdb578",
        "noteTextColor": "#10262f",
        "clusterBkg": "#f6f8f9",
        "clusterBorder": "#b7c4c9",
    },
}
"""The colours of the pages (`tokens.css`, light). Labels of edges stand on the picture’s own ground; a diagram’s own
configuration comes after it."""
DIRECTIVE = f"%%{{init: {json.dumps(LOOK)}}}%%\n"
SEARCH_FOR = 0.8
"""Seconds in which the line that is wrong is looked for."""


def open_job(arguments: dict[str, Any]) -> Answerer:
    def draw(source: bytes) -> Iterator[bytes]:
        text = source.decode()
        try:
            svg = _svg(text)
        except ValueError as refused:
            line = _wrong_line(text)
            problem = DiagramProblem.WRONG_LINE(line=line) if line else DiagramProblem.NOT_DRAWN()
            raise Invalid(problem) from refused
        yield svg.encode() if arguments["form"] == "svg" else _painted(svg)

    return draw


def _svg(source: str) -> str:
    """Raises ValueError for what is no diagram."""
    _before, fence, after = source.partition("---\n") if source.startswith("---\n") else ("", "", source)
    matter, end, rest = after.partition("\n---\n") if fence else ("", "", after)
    svg: str = mmdr.render(f"{fence}{matter}{end}{DIRECTIVE}{rest}").svg()
    return svg


def _wrong_line(source: str) -> int:
    """The number of the line without which the rest is a diagram, else of the first that makes it none; 0: unknown.

    The library names no lines. A part of several lines has no beginning that could be drawn, so that the longest
    beginning alone would blame its first line.
    """
    lines = source.split("\n")
    until = time.monotonic() + SEARCH_FOR
    written = [number for number, line in enumerate(lines) if line.strip()]
    for number in written:
        if time.monotonic() > until:
            return 0
        if _is_readable("\n".join(lines[:number] + lines[number + 1 :])):
            return number + 1
    if len(written) == 1:
        return written[0] + 1
    for number in reversed(written[1:]):
        if time.monotonic() > until:
            return 0
        if _is_readable("\n".join(lines[:number])):
            return number + 1
    return 0


def _is_readable(source: str) -> bool:
    # A sequence of nobody is no diagram yet, though each of its lines may be right.
    return _can_be_drawn(source) or _can_be_drawn(f"{source}\n  participant x")


def _can_be_drawn(source: str) -> bool:
    try:
        _svg(source)
    except ValueError:
        return False
    return True


def _painted(svg: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        main = root / "main.typ"
        main.write_text(PICTURE)
        (root / "diagram.svg").write_text(svg)
        return bytes(typst.compile(main, root=root, format="png", ppi=PIXELS_PER_INCH))
