"""Facts of a mail: values that Python gives, put into words in the language of the recipient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.dateformat import format as formatted
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext

from vardkase.core.mail.kinds import MailKind, MailText, Variable

type Fact = (
    str
    | int
    | date
    | datetime
    | Promise
    | Mapping[str, str]
    | Sequence[str]
    | Sequence[Sequence[str | Promise]]
)
"""A mapping holds a text by language, and a lazy text is read in the recipient's language.

A datetime is given with its time, a date without. A sequence is a list, and a table where its variable has columns.
"""

type Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


type Words = str | list[str] | Table
"""A fact in words; empty ones are the empty string or list."""


def in_words(kind: MailKind, text: MailText, language: str, facts: Facts) -> dict[str, Words]:
    """All facts of a kind in words. Raises ValueError if one is missing, or is a code without words."""
    if missing := text.variables.keys() - facts.keys():
        raise ValueError(f"the mail {kind.name} needs {', '.join(sorted(missing))}")
    with translation.override(language):
        return {name: _words(name, variable, facts[name]) for name, variable in text.variables.items()}


def sample_facts(kind: MailKind, language: str) -> dict[str, str]:
    """The sample data of a kind, each in one text, as officers see it."""
    text = kind.texts[language]
    found = in_words(kind, text, language, text.samples)
    return {name: plain_words(words) for name, words in found.items()}


def plain_words(words: Words) -> str:
    if isinstance(words, Table):
        return "\n".join("  ".join(row) for row in words.rows)
    return words if isinstance(words, str) else ", ".join(words)


def moment(when: datetime) -> str:
    """A day and a time in the active language: "26 november 2026 kl. 14.31"."""
    local = timezone.localtime(when)
    words = {"day": formatted(local, "j F Y"), "time": formatted(local, gettext("H:i"))}
    return gettext("%(day)s at %(time)s") % words


def _words(name: str, variable: Variable, fact: Any) -> Words:
    if variable.columns:
        rows = [[" ".join(str(cell).split()) for cell in row] for row in fact]
        return Table(variable.columns, rows) if rows else ""
    if isinstance(fact, (list, tuple)):
        return [_word(name, variable, each) for each in fact]
    return _word(name, variable, fact)


def _word(name: str, variable: Variable, fact: Any) -> str:
    if isinstance(fact, Mapping):
        return str(fact[get_language() or ""])
    if variable.choices:
        try:
            return variable.choices[str(fact)]
        except KeyError:
            raise ValueError(f"no words for {name} = {fact}") from None
    if variable.one:
        return (variable.one if fact == 1 else variable.other).replace("{n}", str(fact))
    if isinstance(fact, datetime):
        return moment(fact)
    return formatted(fact, "j F Y") if isinstance(fact, date) else str(fact)
