"""Display formatting: defanged values, times, numbers. Pure functions.

Defanging is for the eye only: search, raw copy and exports use the true value.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from vardkase.misp.values.defang import URL_TYPES

HASH_LINE = 32
"""Hashes break at this many characters, so that two of them can be compared line by line."""

FOLD_LINES = 6
FOLD_CHARACTERS = 600
NARROW_SPACE = "\u202f"


class TextPiece(NamedTuple):
    """A run of characters of a value. `kind` is text, break, mixed or symbol; `name` describes it."""

    kind: str
    text: str
    name: str = ""


def pieces(shown: str, *, marks_scripts: bool) -> list[TextPiece]:
    """Split a displayed value into runs: possible line breaks, and deceptive characters."""
    foreign = foreign_letters(shown) if marks_scripts else frozenset()
    cut: list[TextPiece] = []
    for run in re.findall(r"\[\.\]|/+|[?&]|[^/?&\[]+|\[", shown):
        if run in ("[.]", "?", "&"):
            cut.append(TextPiece("break", ""))
        cut.extend(_characters(run, foreign))
        if run.startswith("/"):
            cut.append(TextPiece("break", ""))
    return cut


def _characters(run: str, foreign: frozenset[str]) -> list[TextPiece]:
    if run.isascii() and run.isprintable():
        return [TextPiece("text", run)]
    cut: list[TextPiece] = []
    for character in run:
        if character in foreign:
            cut.append(TextPiece("mixed", character, script_name(character)))
        elif unicodedata.category(character) in ("Cf", "Cc") and character not in "\n\t":
            cut.append(
                TextPiece("symbol", f"U+{ord(character):04X}", unicodedata.name(character, "").lower())
            )
        elif cut and cut[-1].kind == "text":
            cut[-1] = TextPiece("text", cut[-1].text + character)
        else:
            cut.append(TextPiece("text", character))
    return cut


def foreign_letters(value: str) -> frozenset[str]:
    """Letters outside the Latin script in a value that also has Latin ones: possible homoglyphs."""
    if value.isascii():
        return frozenset()
    letters = {character for character in value if character.isalpha()}
    others = frozenset(
        character for character in letters if not unicodedata.name(character, "").startswith("LATIN")
    )
    return others if others and others != letters else frozenset()


def script_name(character: str) -> str:
    first = unicodedata.name(character, "?").split()[0]
    names = {
        "CYRILLIC": gettext("Cyrillic"),
        "GREEK": gettext("Greek"),
        "ARMENIAN": gettext("Armenian"),
        "HEBREW": gettext("Hebrew"),
        "ARABIC": gettext("Arabic"),
    }
    return names.get(first, first.title())


def punycode(value: str, kind: str) -> str:
    """The host of `value` in ASCII, defanged; empty if it is already ASCII."""
    host = (
        (urlsplit(value).hostname or "") if kind in URL_TYPES else value.partition("|")[0].rpartition("@")[2]
    )
    if host.isascii():
        return ""
    # Not by the idna codec: it raises for labels that it does not allow, and this is to show any value.
    return "[.]".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
        for label in host.split(".")
    )


def thin(number: int) -> str:
    """An integer with the thousands separator of the reader's language: 12 418 or 12,418."""
    grouped = f"{number:,}"
    return grouped if (get_language() or "").startswith("en") else grouped.replace(",", NARROW_SPACE)


def local_time(moment: datetime) -> datetime:
    """`moment` in the hub's time zone; the first and last hours that `datetime` has stay in their own."""
    try:
        return timezone.localtime(moment)
    except OverflowError:
        return moment


def clock_time(moment: datetime) -> str:
    """The time of day: 14.31 in Swedish, 14:31 in English."""
    return clock_face(local_time(moment).time())


def clock_face(at: time) -> str:
    return _clock_face(at.replace(second=0, microsecond=0), get_language())


def long_date(day: date) -> str:
    return _long_date(local_time(day).date() if isinstance(day, datetime) else day, get_language())


# Django looks up formats and words for each, which is a quarter of drawing a row.
@lru_cache(maxsize=2 * 24 * 60)
def _clock_face(at: time, _language: str | None) -> str:
    return time_format(at, pgettext("time of day, Django date format", "H:i"))


@lru_cache(maxsize=4096)
def _long_date(day: date, _language: str | None) -> str:
    return date_format(day, "j F Y")


def short_date(day: date) -> str:
    """A date of this year: 22 nov in Swedish, 22 Nov in English."""
    local = local_time(day) if isinstance(day, datetime) else day
    return date_format(local, pgettext("short date, Django date format", "j M"))


def short_month(month: date) -> str:
    return date_format(month, pgettext("short month and year, Django date format", "M Y"))


def short_time(moment: datetime, now: datetime | None = None) -> str:
    """The shortest form of a time: today 14:31, yesterday 16:12, 22 Nov 19:33, 20 November 2025."""
    local = local_time(moment)
    today = timezone.localtime(now).date()
    if local.date() == today:
        return gettext("today %(time)s") % {"time": clock_time(moment)}
    if local.date() == today - timedelta(days=1):
        return gettext("yesterday %(time)s") % {"time": clock_time(moment)}
    if local.year == today.year:
        return f"{short_date(local.date())} {clock_time(moment)}"
    return long_date(moment)


def address_breaks(address: str) -> SafeString:
    """An e-mail address that a narrow column breaks after its @ and dots rather than inside a word."""
    parts = [(part,) for part in re.split(r"(?<=[@.])", address) if part]
    return format_html_join(mark_safe("<wbr>"), "{}", parts)
