"""Problems as values: a code and parameters, worded once for MISP's clients and once for people.

Each package declares its codes in a `problems.py`, as an enum with both wordings beside each code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Self

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Text = str | Promise


class ProblemCode(Enum):
    """Base of the enums of codes: ``TITLE_MISSING = _("Write a title."), "Info cannot be empty."``.

    The first text is for people, in their language. The second is English for the API, as MISP words it where
    clients compare it; without one, the API answers with the first in English. Both may hold ``%(name)s``,
    filled from the parameters. A parameter that is a list is filled in with commas; one that is a lazy text or a
    problem, in the same language.
    """

    text: Text
    own_wire: str

    def __new__(cls, text: Text, wire: str = "") -> Self:
        member = object.__new__(cls)
        # Texts repeat, and an enum would make members of equal values one; a lazy text must not be read on import.
        member._value_ = len(cls.__members__)
        member.text, member.own_wire = text, wire
        return member

    @property
    def code(self) -> str:
        """Stored and compared: ``feed.too_long`` for ``FeedProblem.TOO_LONG``."""
        prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__.removesuffix("Problem"))
        return f"{prefix}.{self.name}".lower()

    def __call__(self, **params: object) -> Problem:
        return Problem(self, params)


class Problem:
    """A code with its parameters. No dataclass: msgspec would encode it as an object where its text is meant."""

    __slots__ = ("code", "params")

    def __init__(self, code: ProblemCode, params: Mapping[str, object]) -> None:
        self.code = code
        self.params = params

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Problem) and (self.code, self.params) == (other.code, other.params)

    def __hash__(self) -> int:
        return hash(self.code)

    def __str__(self) -> str:
        """For people, in the language that is active now."""
        return _filled(self.code.text, self.params)

    def __repr__(self) -> str:
        return f"{self.code.code}({', '.join(f'{name}={value!r}' for name, value in self.params.items())})"

    @property
    def wire(self) -> str:
        """For clients, in English whatever language is active."""
        if self.code.own_wire and not self.params:
            # The usual one, and a document can have 100,000 of them: no language to change for a fixed text.
            return str(self.code.own_wire)
        with translation.override("en"):
            text = self.code.own_wire or self.code.text
            return _filled(text, {name: wire(value) for name, value in self.params.items()})

    def as_json(self) -> dict[str, Any]:
        """What `problem_from_json` reads: for problems that are stored, so that each reader gets their language."""
        return {
            "code": self.code.code,
            "params": {name: _stored(value) for name, value in self.params.items()},
        }


class CommonProblem(ProblemCode):
    """What any field can be refused for."""

    REQUIRED = _("Fill this in."), "This field cannot be left blank"
    NOT_ACCEPTED = _("The value was not accepted: %(reason)s"), "%(reason)s"
    """`reason` is the text of a library or of another system."""
    TOO_LONG = _("Enter at most %(most)s characters.")
    NO_SUCH_CHOICE = _("Choose one of: %(choices)s.")
    INVALID_INPUT = _("The input was not accepted."), "Invalid input"
    NOT_A_UUID = _("This is not a UUID."), "Please provide a valid UUID"
    NOT_AN_RFC_4122_UUID = _("This is not a UUID."), "Please provide a valid RFC 4122 UUID"
    MISSING = _("Fill this in."), "This field is required."
    NOT_TEXT = _("Enter text."), "A text is expected."
    NOT_A_WHOLE_NUMBER = _("Enter a whole number."), "This has to be a whole number."
    NOT_TRUE_OR_FALSE = _("Please enter true or false.")
    NOT_AN_EMAIL = _("Please enter a valid email address.")
    NAME_EMPTY = _("Name cannot be empty.")
    NO_PERMISSION = (
        _("You do not have permission to do this."),
        "You do not have permission to use this functionality.",
    )
    DISK_FULL = _("This hub’s disk is full.")
    DATABASE_UNAVAILABLE = _("This hub’s database cannot be used at the moment.")
    OUTCOME_UNKNOWN = _(
        "The connection to the database was lost while this was being saved. Check whether it was saved before you "
        "try again."
    )
    OVERTAKEN = _("Someone else changed the same thing at the same time. Try again.")
    CHANGED_MEANWHILE = _("Someone else has changed this in the meantime.")
    SENT_TWICE = _("The form was sent twice and is still being processed. Check the result in a moment.")
    BUSY = _("The server is already waiting for many others. Try again in a moment.")
    QUOTED = _("“%(said)s”"), "%(said)s"
    """What another system said, in its own words."""


def wire(value: object) -> object:
    """`value` with every problem in it worded for clients; lists and dictionaries are walked."""
    if isinstance(value, Problem):
        return value.wire
    if isinstance(value, Mapping):
        return {key: wire(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [wire(each) for each in value]
    return value


def problem_from_json(stored: Mapping[str, Any]) -> Problem:
    """What `as_json` wrote. A code that no longer exists, or takes other parameters now, is quoted."""
    name, params = str(stored["code"]), stored.get("params")
    if name not in _known:
        _known.update((known.code, known) for known in all_codes())
    code = _known.get(name)
    if code is None or not isinstance(params, Mapping):
        return CommonProblem.QUOTED(said=name)
    problem = Problem(code, {key: _restored(value) for key, value in params.items()})
    try:
        text = str(problem)
    except (KeyError, TypeError, ValueError):
        return CommonProblem.QUOTED(said=name)
    # Without parameters nothing is filled in, and nothing fails.
    is_unfilled = not params and "%(" in text
    return CommonProblem.QUOTED(said=name) if is_unfilled else problem


_known: dict[str, ProblemCode] = {}
"""A page may show hundreds of stored problems, and there are thousands of codes: each is looked up here."""

LONGEST_PART = 100
"""Characters of what a library quotes, which may be all that somebody wrote."""
LONGEST_STORED = 500
"""Characters of a parameter that are stored; what another system said has no bound of its own."""


def stored(*problems: Problem) -> str:
    """Problems as the text of a column, one on each line; `problems_in` reads it."""
    return "\n".join(json.dumps(problem.as_json(), ensure_ascii=False) for problem in problems)


def problems_in(text: str) -> list[Problem]:
    """What `stored` wrote. Rows from before problems hold plain sentences: those are quoted."""
    # No splitlines: JSON leaves separators such as U+2028 as they are.
    return [_stored_line(line) for line in filter(None, map(str.strip, text.split("\n")))]


def stored_wire(text: str) -> str:
    """What `stored` wrote, worded for clients."""
    return "\n".join(problem.wire for problem in problems_in(text))


def stored_words(text: str) -> str:
    """What `stored` wrote, for people in the language that is active now."""
    return "\n".join(map(str, problems_in(text)))


def said_by_library(text: str, codes: type[ProblemCode]) -> Problem:
    """The problem of `codes` that has `text` on the wire: for libraries that say in words alone what is wrong."""
    for code in codes:
        # A parameter becomes a group: re.escape puts backslashes around its parentheses.
        pattern = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(code.own_wire))
        if code.own_wire and (match := re.fullmatch(pattern, text, re.DOTALL)):
            return code(**{name: part[:LONGEST_PART] for name, part in match.groupdict().items()})
    return CommonProblem.QUOTED(said=text[:LONGEST_STORED])


def all_codes() -> Iterator[ProblemCode]:
    """The codes of all packages that are loaded."""
    for enum in ProblemCode.__subclasses__():
        yield from enum


def _filled(text: Any, params: Mapping[str, object]) -> str:
    # Lists are joined only now: their items may be lazy or problems, which each language words differently.
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
        for name, value in params.items()
    }
    # `%` on the lazy text itself: it chooses the plural form by the parameter that it was declared with.
    return str(text % shown if shown else text)


def _stored(value: object) -> object:
    if isinstance(value, Problem):
        return value.as_json()
    if isinstance(value, (list, tuple)):
        return [_stored(item) for item in value]
    return value if isinstance(value, (int, float, bool)) or value is None else str(value)[:LONGEST_STORED]


def _stored_line(line: str) -> Problem:
    try:
        document = json.loads(line)
    except ValueError:
        document = None
    # A plain sentence may be JSON by chance: a number, or a text in quotation marks.
    is_problem = isinstance(document, dict) and "code" in document
    return problem_from_json(document) if is_problem else CommonProblem.QUOTED(said=line)


def _restored(value: object) -> object:
    if isinstance(value, list):
        return [_restored(item) for item in value]
    return problem_from_json(value) if isinstance(value, dict) and "code" in value else value
