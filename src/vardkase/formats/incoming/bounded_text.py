"""Puts together the text of a document, within bounds. Runs inside a sandbox process."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.core.errors import Invalid
from vardkase.formats.problems import ImportProblem
from vardkase.misp.freetext import LONGEST_TEXT

MOST_MEMBERS = 2_000
"""Files in a document that is an archive."""


class BoundedText:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._left = LONGEST_TEXT

    def check(self, length: int) -> None:
        """Raises Invalid once all that is announced exceeds what a text may have."""
        self._left -= length
        if self._left < 0:
            raise Invalid(ImportProblem.TEXT_TOO_LONG())

    def add(self, piece: str, *, counted: bool = False) -> None:
        if not counted:
            self.check(len(piece))
        if piece := piece.strip():
            self.pieces.append(piece)

    def text(self) -> str:
        return "\n\n".join(self.pieces).replace("\0", "")


def table_row(cells: Sequence[str]) -> str:
    """A row of a table in Markdown."""
    written = (" ".join(cell.split()).replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(written)} |"
