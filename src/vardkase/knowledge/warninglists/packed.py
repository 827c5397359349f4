"""The entries of the lists that were looked at last, read once from their packages, in a form that is small and quick
to search.

A list may have a million entries, and anybody may look at it: as objects they take seconds and 200 MB at each page.
Here a page is cut out of one text, whose lines are the entries.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from vardkase.knowledge.warninglists.packaged import fingerprint_of, packaged_list

type Entry = tuple[str, str | None]
"""Value and comment."""

LINE, PART = "\x1e", "\x1f"
"""Characters that separate entries, and a value from its comment. JSON has them as escapes only; nobody lists them."""
KEPT = 2


@dataclass(frozen=True, slots=True)
class _Lines:
    text: str
    starts: array[int]

    @classmethod
    def of(cls, lines: list[str]) -> _Lines:
        # One more than lines: where the next one would start.
        return cls(LINE.join(lines), array("Q", accumulate((len(line) + 1 for line in lines), initial=0)))

    def upper(self) -> _Lines:
        if self.text.isascii():
            return _Lines(self.text.upper(), self.starts)
        return _Lines.of(self.text.upper().split(LINE))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def line(self, index: int) -> str:
        return self.text[self.starts[index] : self.starts[index + 1] - 1]

    def of_place(self, place: int) -> int:
        return bisect_right(self.starts, place) - 1


class PackedEntries:
    """Entries are numbered from 1, in the order of their package."""

    def __init__(self, entries: Collection[Entry]) -> None:
        self.has_comments = any(comment for _value, comment in entries)
        self._lines = _Lines.of([_line(*each) for each in entries])
        self._upper = self._lines.upper()

    def __len__(self) -> int:
        return len(self._lines)

    def entry(self, number: int) -> Entry:
        value, separator, comment = self._lines.line(number - 1).partition(PART)
        return value, comment if separator else None

    def all(self) -> Iterator[tuple[int, Entry]]:
        return ((number, self.entry(number)) for number in range(1, len(self) + 1))

    def after(self, number: int, text: str) -> Iterator[int]:
        """The numbers of the entries after one that contain a text, without regard to case."""
        wanted, lines = text.upper(), self._upper
        if not wanted:
            yield from range(number + 1, len(self) + 1)
            return
        place = lines.starts[min(number, len(self))]
        while (place := lines.text.find(wanted, place)) >= 0:
            index = lines.of_place(place)
            yield index + 1
            place = lines.starts[index + 1]

    def before(self, number: int, text: str) -> Iterator[int]:
        """As `after`, from the entry before one backwards."""
        wanted, lines = text.upper(), self._upper
        if not wanted:
            yield from range(min(number - 1, len(self)), 0, -1)
            return
        end = lines.starts[max(0, min(number - 1, len(self)))]
        while (place := lines.text.rfind(wanted, 0, end)) >= 0:
            index = lines.of_place(place)
            yield index + 1
            end = lines.starts[index]


def _line(value: str, comment: str | None) -> str:
    return value if comment is None else f"{value}{PART}{comment}"


_reading = threading.Lock()


def packed_entries(name: str) -> PackedEntries:
    """Those of a list of this name; none if its package is no longer on this machine."""
    # One at a time: whoever asks meanwhile waits, and finds what was read.
    with _reading:
        return _packed(name, fingerprint_of(name))


@lru_cache(maxsize=KEPT)
def _packed(name: str, _fingerprint: str) -> PackedEntries:
    file = packaged_list(name)
    return PackedEntries(file.entries().items() if file else ())
