"""Which kinds of personal data a text or an attribute holds, and where. Pure; nothing is kept of a text.

Most texts hold none: one expression decides at once whether there is anything to look for (docs/personal-data.md has
the times).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vardkase.intel.personal_data.contacts import emails, is_role, phones, postal_addresses
from vardkase.intel.personal_data.kinds import (
    KIND_OF_TYPE,
    TYPES_OF_TEXT,
    FoundPersonalData,
    PersonalDataKind,
)
from vardkase.intel.personal_data.numbers import numbers
from vardkase.intel.personal_data.offences import concerns_offence, offence_words
from vardkase.intel.personal_data.people import birth_dates, names
from vardkase.intel.personal_data.pseudonyms import is_pseudonym

MOST = 500
"""Marks of one text. What a list of ten thousand addresses holds is known after five hundred."""

_DIGITS = re.compile(r"\d(?:[ ().,/A-Z+–-]{0,3}\d){5}")
_LETTERS = r"[A-ZÅÄÖÉÆØÜ][a-zåäöéèüæøáíó]"
_TWO_NAMES = rf"{_LETTERS}[\w’'-]{{0,40}},? (?:(?:von|af|de|van|der|bin|al) )?{_LETTERS}"
# Every branch begins with one of few characters, which lets the search skip all others.
_MAY_HOLD = re.compile(
    rf"@|[\[(](?:at|@)[\])]|{_DIGITS.pattern}|{_TWO_NAMES}"
    r"|[Nn](?i:amn|ame|avn) ?[:=]|[Ff](?i:ödd|ødt|örnamn)|[Bb](?i:orn|irth|or|osatt)\b"
    r"|[Dd](?i:ob)\b|[Aa](?i:dress)|[Rr](?i:esid)|[Ll](?i:ives)"
)
_AT_SIGN = re.compile(r"@|[\[(]at[\])]")
_DETECTORS: tuple[tuple[re.Pattern[str] | None, Callable[[str], Iterator[FoundPersonalData]]], ...] = (
    (_AT_SIGN, emails),
    (_DIGITS, numbers),
    (_DIGITS, phones),
    (re.compile(r"\d"), postal_addresses),
    (re.compile(r"\d"), birth_dates),
    (None, names),
)
"""In the order in which they may claim a part of the text, each with what the text needs to have."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Personal data in a text, and whether the text around them is about an offence."""

    found: FoundPersonalData
    is_offence: bool


def in_text(text: str) -> list[FoundPersonalData]:
    """In order of place, without overlaps, `MOST` at most."""
    if not _MAY_HOLD.search(text):
        return []
    kept: list[FoundPersonalData] = []
    # One byte of each character that is taken.
    taken = bytearray(len(text))
    for needs, detector in _DETECTORS:
        if needs is not None and not needs.search(text):
            continue
        for found in detector(text):
            if len(kept) == MOST:
                return sorted(kept)
            if not any(taken[found.start : found.end]):
                taken[found.start : found.end] = b"\1" * (found.end - found.start)
                kept.append(found)
    return sorted(kept)


def in_value(type_: str, value: str) -> list[FoundPersonalData]:
    """In the value of an attribute of one of MISP's types: all of it, if the type is of personal data."""
    kind = KIND_OF_TYPE.get(type_)
    if kind is not None:
        return [FoundPersonalData(0, len(value), kind)] if value and _is_of_person(kind, value) else []
    return in_text(value) if type_ in TYPES_OF_TEXT else []


def _is_of_person(kind: PersonalDataKind, value: str) -> bool:
    if is_pseudonym(value):
        return False
    return kind is not PersonalDataKind.EMAIL or not is_role(value.partition("@")[0])


def marks_of(text: str, found: list[FoundPersonalData], *, tagged: bool = False) -> list[Marked]:
    """With whether each concerns an offence: by the words near it, or because a tag says so of the whole."""
    words = [] if tagged or not found else offence_words(text)
    return [Marked(each, tagged or concerns_offence(each.start, each.end, words)) for each in found]


def marks_in_attribute(
    type_: str, value: str, comment: str, *, tagged: bool = False
) -> tuple[list[Marked], list[Marked]]:
    """Of the value, and of the comment. What one says of an offence counts for the other."""
    in_the_value = in_value(type_, value)
    in_comment = in_text(comment) if comment else []
    if not in_the_value and not in_comment:
        return [], []
    about = tagged or (
        bool(offence_words(comment)) or bool(type_ in TYPES_OF_TEXT and offence_words(value[:10_000]))
    )
    return marks_of(value, in_the_value, tagged=about), marks_of(comment, in_comment, tagged=about)
