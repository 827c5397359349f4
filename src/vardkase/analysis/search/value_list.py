"""Reads a pasted list: the values in it, whole again, each once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from vardkase.core.time_budget import check_time
from vardkase.misp.freetext import detect, refang
from vardkase.misp.page_text import is_page

MOST_VALUES = 10_000
"""Different values taken from one list."""
MOST_LINES = 3 * MOST_VALUES
"""Different lines that are read; a list has a value or more on each."""
SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class ListedValue:
    """`type` is the MISP type that the form of `text` suggests, empty for what looks like no indicator at all."""

    text: str
    type: str
    times: int


@dataclass(slots=True)
class ValueList:
    """`left_out` is the number of different values beyond MOST_VALUES."""

    values: list[ListedValue] = field(default_factory=list)
    left_out: int = 0

    @property
    def repeated(self) -> int:
        return sum(value.times - 1 for value in self.values)

    @property
    def unrecognised(self) -> int:
        return sum(1 for value in self.values if not value.type)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(value.text for value in self.values)


def read_values(text: str, most: int = MOST_VALUES) -> ValueList:
    """The different values of `text` in its order; case makes no difference.

    A list has one value a line, or several with spaces, commas or semicolons between them. Lines that begin with #
    are comments. A line of prose or CSV gives the values recognised in it, or, if there are none, is one value itself:
    a mutex or a title of a mail may be any text.
    """
    names: dict[str, tuple[str, str]] = {}
    times: dict[str, int] = {}
    text = text.replace("\0", "")
    lines = _lines(text)
    for line, repeated in list(lines.items())[:MOST_LINES]:
        check_time()
        for value, kind in _of_line(line, is_alone=len(lines) == 1):
            key = value.casefold()
            names.setdefault(key, (value, kind))
            times[key] = times.get(key, 0) + repeated
    kept = list(names.items())[:most]
    left_out = len(names) - len(kept) + max(len(lines) - MOST_LINES, 0)
    return ValueList([ListedValue(*name, times[key]) for key, name in kept], left_out)


def _lines(text: str) -> Counter[str]:
    """Each different line once, since recognising what is in it is slow; of a document, the values in it."""
    if text.lstrip().startswith("{") or is_page(text):
        return Counter(found.value for found in detect(text, beyond_misp=True, check=check_time))
    return Counter(line for raw in text.splitlines() if (line := raw.strip()) and not line.startswith("#"))


def _of_line(line: str, *, is_alone: bool) -> Iterator[tuple[str, str]]:
    found = detect(line, beyond_misp=True)
    words = {word for word in SEPARATORS.split(line) if word}
    if len(words) == 1 and len(found) == 1:
        yield found[0].value, found[0].type
    # A path may contain spaces, and an address commas.
    elif "\\" in line or ("://" in refang(line) and len(line.split()) == 1):
        yield refang(line), found[0].type if found else ""
    # A text that stands alone is more likely a title than a list, unless all of it is values.
    elif found and (not is_alone or len(found) >= len(words)):
        yield from ((value.value, value.type) for value in found)
    else:
        yield refang(line), ""
