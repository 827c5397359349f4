"""Parses filter values: lists, flags, numbers, timestamps, dates (restsearch.md §2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from vardkase.analysis.search.filters import Dates, Order, Range, Terms
from vardkase.analysis.search.problems import SearchProblem
from vardkase.core.errors import Invalid
from vardkase.core.problems import ProblemCode
from vardkase.misp.time import LARGEST, parse_time_filter

GROUPS = {"OR": "any_of", "AND": "all_of", "NOT": "none_of"}
NUMBER = re.compile(r"\d+\.\d+")
LARGEST_PAGE = 2**31 - 1
"""Far beyond what any list holds; a page times a limit still fits a bigint."""
TRUE_WORDS = frozenset(("1", "true", "yes", "on", "only", "!1"))
FALSE_WORDS = frozenset(("0", "false", "no", "off", "exclude", "!0"))


MOST_CONDITIONS = 30
"""Conditions that each take a subquery: the time to plan them grows with their square."""


def require_few(name: str, conditions: Sequence[object], too_many: ProblemCode) -> None:
    if len(conditions) > MOST_CONDITIONS:
        raise Invalid({name: [too_many(most=MOST_CONDITIONS)]})


def terms(value: Any) -> Terms | None:
    """Parse `"a"`, `"a&&!b"`, `"a||b"`, `["a", "!b"]` or `{"OR": […], "AND": […], "NOT": […]}`; None does not
    filter.

    Raises Invalid for other shapes.
    """
    if isinstance(value, Mapping):
        groups: dict[str, tuple[str, ...]] = {}
        for name, items in value.items():
            if name.upper() not in GROUPS:
                raise Invalid(SearchProblem.UNKNOWN_GROUP(name=name))
            groups[GROUPS[name.upper()]] = tuple(_items(items if isinstance(items, list) else [items]))
        found = Terms(**groups)
        return found if found != Terms() else None
    any_of, none_of = [], []
    if isinstance(value, str):
        value = value.split("||" if value.find("||") > 0 else "&&")
    for item in _items(value if isinstance(value, list) else [value]):
        if item.startswith("!"):
            none_of.append(item[1:])
        else:
            any_of.append(item)
    found = Terms(any_of=tuple(any_of), none_of=tuple(item for item in none_of if item))
    return found if found != Terms() else None


def _items(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, list | Mapping):
            raise Invalid(SearchProblem.NOT_A_LIST())
        if item := _text(value):
            yield item


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    return str(value).replace("\0", "\N{REPLACEMENT CHARACTER}").strip()


def plain_text(value: Any) -> str | None:
    return _text(value[0] if isinstance(value, list) and value else value) or None


def numbers(value: Any) -> tuple[int, ...] | None:
    """The numbers in a list filter. Items that are not numbers (`"high"`, `"!1"`) match nothing, as in MISP."""
    found = terms(value)
    if found is None:
        return None
    return tuple(int(item) for item in found.wanted if item.isdecimal() and len(item) < 10)


def flags(value: Any) -> frozenset[bool] | None:
    """Parse `true`, `0`, `"1"`, `"exclude"`, `"only"`, `[0, 1]`; both values, or none, do not filter.

    Raises Invalid for other words, since ignoring them would match everything.
    """
    found = _yes_and_no(value)
    return found if len(found) == 1 else None


def deleted_flags(value: Any) -> frozenset[bool]:
    """As `flags`; an absent value means undeleted only."""
    return _yes_and_no(value) or frozenset((False,))


def _yes_and_no(value: Any) -> frozenset[bool]:
    items = value if isinstance(value, list) else [value]
    words = {_text(item).casefold() for item in items} - {""}
    if words - TRUE_WORDS - FALSE_WORDS:
        raise Invalid(SearchProblem.NOT_FLAGS())
    return frozenset([True] * bool(words & TRUE_WORDS) + [False] * bool(words & FALSE_WORDS))


def moments(value: Any, now: int) -> Range | None:
    """Unix seconds: `1700000000`, `"5d"`, `"2024-01-31"` as lower bound, `[from, to]` as inclusive range.

    Values that cannot be parsed become the next second, so that nothing matches. Raises Invalid for other
    lists.
    """
    if not isinstance(value, list):
        start = _moment(value, now) if _text(value) else 0
        return Range(start=start) if start > 0 else None
    if not value:
        return None
    if len(value) != 2:
        raise Invalid(SearchProblem.BAD_TIME_RANGE())
    start, end = sorted(_moment(item, now) for item in value)
    return Range(start, end)


def seen(value: Any, now: int, *, upper: bool) -> Range | None:
    """As `moments`, in microseconds; with `upper` a single value is an upper bound."""
    found = moments(value, now)
    if found is None or found.start is None:
        return None
    if found.end is None:
        return Range(end=found.start * 1_000_000) if upper else Range(start=found.start * 1_000_000)
    return Range(found.start * 1_000_000, found.end * 1_000_000 + 999_999)


def days(start: Any, end: Any, date: Any, now: int) -> Dates | None:
    """The days of `from`, `to` and `date`. Raises Invalid for malformed dates.

    As in MISP, a word without digits does not filter as `from`, and matches nothing as `to`.
    """
    lower = _day("from", start, now) if _text(start) else None
    lower = lower if _readable(start, now) else None
    upper = _day("to", end, now) if _text(end) else None
    if upper is not None and not _readable(end, now):
        upper = "0001-01-01"
    if isinstance(date, list):
        if len(date) != 2:
            raise Invalid({"date": [SearchProblem.BAD_DAY_RANGE()]})
        first, last = sorted(_day("date", item, now) for item in date)
        lower, upper = max(lower or first, first), min(upper or last, last)
    elif _text(date):
        lower = max(lower or "", _day("date", date, now))
    return Dates(lower, upper) if lower or upper else None


def orders(value: Any, columns: frozenset[str]) -> tuple[Order, ...]:
    """Parse `"timestamp desc"`, `"Event.id, info"` or a list of these; one unknown column discards the whole
    order."""
    items = value if isinstance(value, list) else str(value or "").split(",")
    found = []
    for words in (_text(item).split() for item in items if _text(item)):
        column = words[0].rpartition(".")[2] if words[0] != "Event.publish_timestamp" else words[0]
        direction = words[1].lower() if len(words) > 1 else "asc"
        if column not in columns or direction not in ("asc", "desc") or len(words) > 2:
            return ()
        found.append(Order(column, direction == "desc"))
    return tuple(found)


def whole_number(name: str, value: Any, largest: int = LARGEST_PAGE) -> int:
    """A `limit`, `page` or `after_id`, capped at `largest`. Raises Invalid if it is not such a number.

    -1 is accepted: some clients send it for "all", as MISP allows.
    """
    try:
        number = min(int(_text(value)[:40] or 0), largest)
    except ValueError:
        raise Invalid({name: [SearchProblem.NOT_A_NUMBER(name=name)]}) from None
    if number < -1:
        raise Invalid({name: [SearchProblem.NEGATIVE(name=name)]})
    return number


def _moment(value: Any, now: int) -> int:
    text = _text(value)
    return parse_time_filter(text.partition(".")[0] if NUMBER.fullmatch(text) else text, now)


def _readable(value: Any, now: int) -> bool:
    return _moment(value, now) != now + 1


def _day(name: str, value: Any, now: int) -> str:
    # A word without digits cannot be a mistyped date.
    is_word = isinstance(value, str) and not any(map(str.isdigit, value))
    if not is_word and not _readable(value, now):
        raise Invalid({name: [SearchProblem.BAD_DATE(name=name)]})
    moment = min(max(_moment(value, now), 0), LARGEST)
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
