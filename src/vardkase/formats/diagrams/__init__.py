"""Diagrams in Mermaid notation as pictures, drawn in sandbox processes.

Mermaid's own script writes styles into the page, which the security policy refuses; here no script and no markup of
the diagram reaches a browser.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import typst
from markdown_it.token import Token

from vardkase.core.errors import Invalid
from vardkase.core.optional_parts import OptionalPart, PartMissing
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool

MOST_DIAGRAMS = 20
"""Of one report that are drawn; the others stay text."""
LONGEST_SOURCE = 20_000
"""Characters; what is drawn of more can be read by nobody."""
WORDS = b"#set page(width: auto, height: auto, margin: 8pt, fill: white)\n#text(size: 12pt, sys.inputs.words)"
PIXELS_PER_INCH = 120.0
drawings = SandboxPool(
    "vardkase.formats.diagrams.program",
    Limits(memory=1024 * 1024 * 1024, seconds=4, at_once=1),
    part=OptionalPart.DIAGRAMS,
)


class DrawnAs(StrEnum):
    PNG = "png"
    SVG = "svg"


def is_diagram(token: Token) -> bool:
    return token.type == "fence" and token.info.strip().lower() == "mermaid"


def sources(tokens: Iterable[Token]) -> list[str]:
    """The diagrams of a report that are drawn, in their order; one that is too long is empty."""
    found = [token.content for token in tokens if is_diagram(token)][:MOST_DIAGRAMS]
    return [source if len(source) <= LONGEST_SOURCE else "" for source in found]


def picture_of(words: str) -> bytes:
    """Our own words as PNG, in place of a diagram."""
    return bytes(typst.compile(WORDS, sys_inputs={"words": words}, format="png", ppi=PIXELS_PER_INCH))


def drawn(source: str, form: DrawnAs) -> bytes | None:
    """The picture; None for what is no diagram, costs too much, or where the library is missing."""
    if not source.strip():
        return None
    try:
        with drawings.job({"form": form}) as job:
            return b"".join(job.ask(source.encode()))
    except (Invalid, LimitReached, PartMissing, ProgramFailed):
        return None
