"""Draws diagrams in Mermaid notation. Runs inside a sandbox process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mmdr
import typst

from vardkase.core.sandbox.program import Answerer
from vardkase.formats.diagrams import PIXELS_PER_INCH

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


def open_job(arguments: dict[str, Any]) -> Answerer:
    def draw(source: bytes) -> Iterator[bytes]:
        svg: str = mmdr.render(source.decode()).svg()
        yield svg.encode() if arguments["form"] == "svg" else _painted(svg)

    return draw


def _painted(svg: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        main = root / "main.typ"
        main.write_text(PICTURE)
        (root / "diagram.svg").write_text(svg)
        return bytes(typst.compile(main, root=root, format="png", ppi=PIXELS_PER_INCH))
