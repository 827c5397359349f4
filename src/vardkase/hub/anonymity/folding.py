"""Texts as they read, however they are written: a copy to search in, whose places lead back to the text."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import unquote_to_bytes

MOST_LAYERS = 3
"""Writings in one another, as in ``%2526aring%3B``."""
WRITTEN = re.compile(
    r"(?P<broken>(?<=\w)(?:[-\u00ad\u2010]|=)[ \t]?\r?\n[ \t]{0,40}(?=\w))"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31});)"
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2}){1,1000})"
    r"|(?P<quoted>(?:=[0-9A-F]{2}){1,1000})"
    r"|(?P<bytes>(?:\\x[0-9A-Fa-f]{2}){1,1000})"
    r"|(?P<escaped>(?:\\u[0-9A-Fa-f]{4}){1,1000})"
    r"|(?P<letters>.[\u0300-\u036f]{1,8}|[^\x00-\x7f])",
    re.DOTALL,
)
"""Words divided at the end of a line; HTML; URLs; quoted-printable; JavaScript and JSON; whatever is not ASCII."""


class Folded:
    """`text` reads as `original`, which may itself be folded from another one."""

    def __init__(self, original: str, outer: Folded | None) -> None:
        self._outer = outer
        self._places: list[int] = []
        """In `text`, where each of `_changes` begins."""
        self._changes: list[tuple[int, int, int]] = []
        """How long it is in `text`, and where in the original it is written."""
        pieces: list[str] = []
        place = behind = 0
        for (start, end), read in _changes(original):
            pieces += original[behind:start], read
            place += start - behind
            self._places.append(place)
            self._changes.append((len(read), start, end))
            place += len(read)
            behind = end
        self.text = "".join((*pieces, original[behind:]))

    def span(self, found: tuple[int, int]) -> tuple[int, int]:
        """Where in the first original it is written."""
        written = self._written(found[0])[0], self._written(found[1] - 1)[1]
        return written if self._outer is None else self._outer.span(written)

    def _written(self, place: int) -> tuple[int, int]:
        index = bisect_right(self._places, place) - 1
        if index < 0:
            return place, place + 1
        length, start, end = self._changes[index]
        offset = place - self._places[index]
        return (start, end) if offset < length else (end + offset - length, end + offset - length + 1)


def folded(text: str) -> Folded | None:
    """None for a text that reads as it is written. Linear in the text."""
    copy: Folded | None = None
    for _ in range(MOST_LAYERS):
        original = text if copy is None else copy.text
        further = Folded(original, copy)
        if further.text == original:
            break
        copy = further
    return copy


def read_as(text: str) -> str:
    copy = folded(text)
    return text if copy is None else copy.text


def _changes(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in WRITTEN.finditer(text):
        read = READ[str(match.lastgroup)](match[0])
        if read is not None and read != match[0]:
            yield match.span(), read


def _letters(written: str) -> str:
    read = unicodedata.normalize("NFKC", written)
    if len(read) > 4 * len(written):  # A sentence in one character.
        return written
    return "".join(each for each in read if unicodedata.category(each) != "Cf")


def _utf8(content: bytes) -> str | None:
    """None for what is no text: it may be a number, or in another encoding."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _utf16(written: str) -> str | None:
    return bytes.fromhex(written.replace("\\u", "")).decode("utf-16-be", "replace")


READ: dict[str, Callable[[str], str | None]] = {
    "broken": lambda _written: "",
    "entity": unescape,
    "percent": lambda written: _utf8(unquote_to_bytes(written)),
    "quoted": lambda written: _utf8(bytes.fromhex(written.replace("=", ""))),
    "bytes": lambda written: _utf8(bytes.fromhex(written.replace("\\x", ""))),
    "escaped": _utf16,
    "letters": _letters,
}
