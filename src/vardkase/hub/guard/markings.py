"""Markings of security classification, from the one table `markings.toml`, for texts in memory and in SQL.

All patterns are for `plain` text. No group captures: PostgreSQL's `substring` would return that instead of the match.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from vardkase.hub.guard.findings import Severity
from vardkase.hub.guard.text_normalisation import plain

TABLE = Path(__file__).parent / "markings.toml"
LETTER = "A-Za-zÀ-ÿ\u0370-\u052f"
"""Latin, and Greek and Cyrillic without a look-alike in Latin."""
UNREADABLE = "?\ufffd"
"""What a program leaves of a letter that it does not know."""
DIGRAPHS = {"Ä": "E", "Ö": "E", "Ü": "E", "Å": "A"}
"""How letters with accents are written without: Ä as A or AE."""
PAPERS = (
    r"(?!\s+(?:[Dd]o[ck]|[Ff]ile|[Pp]aper|[Dd]ata|[Ii]nfo|[Pp]lan"
    r"|[Rr]eport|[Cc]able|[Mm]emo|[Mm]aterial|[Hh]andling))"
)
"""“Leaked NATO Secret documents” is news about papers, and no marking of this text."""
LINE_END = r"\n\r\v\f\u0085\u2028\u2029"
BLANK = rf"[^\S{LINE_END}]"
"""Before a form no line breaks: each is a beginning of its own, and a run of them would be read from every one."""
BEFORE = rf"(?:^|[{LINE_END}(\[{{:;,=/\"']){BLANK}*"
AFTER = rf"\s*(?:$|[{LINE_END})\]}};,/\"']|\.\s)"
BRACKET = r"\("
"""Patterns that begin with one say themselves where they begin and end; all others do where words do."""
ROW_START, ROW_END = rf"(?:^|[{LINE_END}])(?:{BLANK}|[#*>|])*", rf"[\s*|]*(?:$|[{LINE_END}])"


class Marking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table; its head comment says what each field means."""

    name: str
    issuer: str
    level: str
    source: str
    effect: str = "stops"
    any_case: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    phrase: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        return Severity.NOTES if self.effect == "note" else Severity.STOPS

    def words(self) -> list[str]:
        """Patterns that begin and end where words do."""
        return [
            *(_spelled(form, _any_case) for form in self.any_case),
            *(_spelled(form, _capital) for form in (*self.capitals, *self.phrase)),
            *(_initials(form) + PAPERS for form in self.phrase),
            *(re.escape(form).replace(r"\ ", r"\s+") for form in self.exact),
            *(form for form in self.pattern if not form.startswith(BRACKET)),
        ]


@dataclass(frozen=True, slots=True)
class MarkingMatch:
    """`line`: of the text, counted from 1."""

    marking: Marking
    text: str
    line: int


@cache
def markings() -> tuple[Marking, ...]:
    rows = msgspec.toml.decode(TABLE.read_bytes(), type=dict[str, tuple[Marking, ...]])
    return rows["marking"]


@cache
def pattern(severity: Severity) -> str:
    """The markings of that severity, for `plain` text here and for ASCII in SQL."""
    return _pattern([marking for marking in markings() if marking.severity is severity])


def _pattern(chosen: Sequence[Marking]) -> str:
    """What may come before and after is said once, or it would be tried for each form at each character."""
    alone = [_spelled(form, _any_case) for marking in chosen for form in marking.phrase]
    rows = [_spelled(form, _capital) for marking in chosen for form in marking.line]
    brackets = [form for marking in chosen for form in marking.pattern if form.startswith(BRACKET)]
    kinds = (
        (f"(?<![{LETTER}])", [form for marking in chosen for form in marking.words()], f"(?![{LETTER}])"),
        (BEFORE, alone, AFTER),
        (ROW_START, rows, ROW_END),
        ("", brackets, ""),
    )
    return "|".join(f"{before}(?:{'|'.join(forms)}){after}" for before, forms, after in kinds if forms)


@dataclass(frozen=True, slots=True)
class FoundMarking:
    """A marking somewhere in `plain` text."""

    severity: Severity
    match: re.Match[str]

    def around(self, around: int, longest: int) -> str:
        """All of a text of up to `longest` characters, else the marking and `around` characters on each side."""
        text, (start, end) = self.match.string, self.match.span()
        if len(text) > longest:
            text = text[max(0, start - around) : end + around]
        return " ".join(text.split())


def marking_in(text: str) -> FoundMarking | None:
    """The first marking of those that stop, else of those that are noted; which one is not said (`match_in` does)."""
    said = plain(text)
    for severity in (Severity.STOPS, Severity.NOTES):
        if match := _compiled(severity).search(said):
            return FoundMarking(severity, match)
    return None


def match_in(text: str, *, limit: int = 1) -> list[MarkingMatch]:
    """The markings in a text, what stops first; each marking once."""
    said = plain(text)
    found: list[MarkingMatch] = []
    for severity in (Severity.STOPS, Severity.NOTES):
        if _compiled(severity).search(said):
            found += _named(said, severity)
    return found[:limit]


def _named(said: str, severity: Severity) -> list[MarkingMatch]:
    """Without markings inside longer ones: HEMLIG in BEGRÄNSAT HEMLIG."""
    spans = [
        (match, marking)
        for marking in markings()
        if marking.severity is severity and (match := _compiled_one(marking).search(said))
    ]
    return [
        MarkingMatch(marking, " ".join(match[0].split()), _line_of(match))
        for match, marking in spans
        if not any(
            other.start() <= match.start() and match.end() <= other.end() and len(other[0]) > len(match[0])
            for other, _ in spans
        )
    ]


def _line_of(match: re.Match[str]) -> int:
    # A match may begin with the end of the line before.
    blanks = len(match[0]) - len(match[0].lstrip())
    return match.string.count("\n", 0, match.start() + blanks) + 1


@cache
def _compiled(severity: Severity) -> re.Pattern[str]:
    return re.compile(pattern(severity))


@cache
def _compiled_one(marking: Marking) -> re.Pattern[str]:
    return re.compile(_pattern([marking]))


def _spelled(form: str, letter: Callable[[str], str]) -> str:
    """Letters may be spaced, and words joined."""
    return r"\s*".join(letter(each) for each in form.upper() if each != " ")


def _initials(form: str) -> str:
    """Each word with an initial capital, the others in any case."""
    return r"\s+".join(_capital(word[0]) + "".join(map(_any_case, word[1:])) for word in form.upper().split())


def _any_case(letter: str) -> str:
    return _letter(letter, letter + letter.lower())


def _capital(letter: str) -> str:
    return _letter(letter, letter)


def _letter(letter: str, cases: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0]
    if base == letter:
        return letter if cases == letter else f"[{cases}]"
    bases = base if cases == letter else base + base.lower()
    second = DIGRAPHS.get(letter, "")
    written = f"[{bases}][{second}{second.lower()}]?" if second else f"[{bases}]"
    return f"(?:[{letter}{letter.lower()}{UNREADABLE}]|{written})"
