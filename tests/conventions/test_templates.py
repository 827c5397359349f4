"""Templates are readable in a diff: lines of at most 120 characters, not counting a sentence to translate.

`make lint` checks the layout (djangofmt, 100 columns), which breaks no sentence, tag or attribute.
"""

from __future__ import annotations

import re
from pathlib import Path

import vardkase.web

TEMPLATES = Path(vardkase.web.__file__).parent
SENTENCE = re.compile(r"""\{% (?:translate|comment)\b(?:(?!%\}).)*%\}(?:(?!\{%).)*""")
ONE_PIECE = re.compile(r"""\s*(?:\{%[^%]*%\}|[\w-]+=".*)""")


def _width(line: str) -> int:
    longest = max(SENTENCE.findall(line), key=len, default="")
    return len(line) - len(longest)


def test_no_template_line_is_too_long() -> None:
    wide = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 120 and _width(line) > 60 and not ONE_PIECE.fullmatch(line)
    ]

    assert wide == []


def test_sentences_do_not_count_but_markup_does() -> None:
    assert _width('    {% translate "A sentence that is long." %}') == 4
    assert _width("<b>" * 50) == 150
