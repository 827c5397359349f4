"""User-supplied regular expressions, matched in time linear in the text.

MISP's people write them as PCRE does: ``/pattern/flags``, or the bare pattern. RE2 has no back references and no
look-around, and so no expression that takes for ever; one that needs those is refused.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

import re2
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import InvalidValue
from vardkase.core.problems import ProblemCode, said_by_library

DELIMITED = re.compile(r"/(.*)/([a-zA-Z]*)", re.DOTALL)
FLAGS = "ims"
"""The flags that change what matches; the ones below are accepted and have no effect."""
IGNORED_FLAGS = "guD"
MEMORY = 64 << 20
"""Bytes that RE2 may use for one set of expressions."""
AT_ONCE = 200
"""Expressions in one automaton."""
TEXTS_AT_ONCE = 2_000
"""Texts in one automaton."""
LONGEST = 65_535
SEPARATOR = b"\0"
"""Is in no text that the hub stores, because PostgreSQL does not accept it."""


class ExpressionProblem(ProblemCode):
    """Why an expression cannot be used; the texts for clients are RE2's own."""

    TOO_LONG = _("it is longer than %(most)s characters"), "too long"
    UNKNOWN_MODIFIER = _("unknown modifier %(part)s"), "unknown modifier %(part)s"
    OPEN_PARENTHESIS = _("a closing parenthesis is missing: %(part)s"), "missing ): %(part)s"
    CLOSED_PARENTHESIS = _("an opening parenthesis is missing: %(part)s"), "unexpected ): %(part)s"
    OPEN_BRACKET = _("a closing bracket is missing: %(part)s"), "missing ]: %(part)s"
    NOTHING_TO_REPEAT = (
        _("there is nothing to repeat before %(part)s"),
        "no argument for repetition operator: %(part)s",
    )
    REPEATED_TWICE = _("two repetitions in a row: %(part)s"), "bad repetition operator: %(part)s"
    REPEATED_TOO_OFTEN = (
        _("this number of repetitions is not supported: %(part)s"),
        "invalid repetition size: %(part)s",
    )
    BAD_ESCAPE = _("%(part)s is not supported"), "invalid escape sequence: %(part)s"
    BAD_RANGE = (
        _("this range of characters is not valid: %(part)s"),
        "invalid character class range: %(part)s",
    )
    BAD_OPERATOR = _("%(part)s is not supported"), "invalid perl operator: %(part)s"
    BAD_GROUP_NAME = (
        _("the name of this group is not valid: %(part)s"),
        "invalid named capture group: %(part)s",
    )
    LAST_BACKSLASH = _("it ends with a backslash"), "trailing \\"


def expression_from(written: str) -> str:
    """The expression in RE2 syntax; raises InvalidValue with an `ExpressionProblem`."""
    match = DELIMITED.fullmatch(written)
    pattern, flags = match.groups() if match else (written, "")
    if unknown := set(flags) - set(FLAGS + IGNORED_FLAGS):
        raise InvalidValue(ExpressionProblem.UNKNOWN_MODIFIER(part="".join(sorted(unknown))))
    kept = "".join(flag for flag in FLAGS if flag in flags)
    expression = f"(?{kept}){pattern}" if kept else pattern
    compiled(expression)
    return expression


def compiled(expression: str) -> re2._Regexp:
    """The compiled expression, for search and replace; raises InvalidValue."""
    if len(expression) > LONGEST:
        raise InvalidValue(ExpressionProblem.TOO_LONG(most=LONGEST))
    try:
        return re2.compile(_bytes(expression).decode(), options=_options())
    except re2.error as error:
        cause = error.args[0] if error.args else ""
        text = cause.decode("utf-8", "replace") if isinstance(cause, bytes) else str(cause)
        raise InvalidValue(said_by_library(text, ExpressionProblem)) from None


class ExpressionSet:
    """Many expressions matched together against a text; each must be accepted by `expression_from`."""

    def __init__(self, written: Sequence[str]) -> None:
        self._written = written
        self._sets = [
            self._set(written[start : start + AT_ONCE]) for start in range(0, len(written), AT_ONCE)
        ]

    def first(self, text: str) -> str | None:
        data = _bytes(text)
        for number, expressions in enumerate(self._sets):
            if matches := expressions.Match(data):
                first: int = min(matches)
                return self._written[number * AT_ONCE + first]
        return None

    @staticmethod
    def _set(written: Sequence[str]) -> re2.Set:
        expressions = re2.Set.SearchSet(_options())
        for expression in written:
            expressions.Add(_bytes(expression_from(expression)))
        expressions.Compile()
        return expressions


class TextSet:
    """Many texts searched for together, ignoring case."""

    def __init__(self, written: Sequence[str]) -> None:
        # Reversed, so that of texts that differ in case the first is the one reported.
        self._written = {_bytes(text.lower()): text for text in reversed(written) if text}
        wanted = list(self._written)
        self._expressions = [
            re2.compile(b"|".join(map(re2.escape, wanted[start : start + TEXTS_AT_ONCE])), options=_options())
            for start in range(0, len(wanted), TEXTS_AT_ONCE)
        ]

    def in_each(self, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """The position of each text that contains one of the set, with its first match."""
        encoded = [_bytes(text.lower()) for text in texts]
        starts = [0, *accumulate(len(text) + 1 for text in encoded)]
        whole = SEPARATOR.join(encoded)
        for expression in self._expressions:
            position = 0
            while (match := expression.search(whole, position)) is not None:
                place = bisect_right(starts, match.start()) - 1
                yield place, self._written[match.group()]
                # On to the next text: one match in each is enough.
                position = starts[place + 1]


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    return options


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
