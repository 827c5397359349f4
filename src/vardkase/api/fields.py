"""Types of declared inputs: how each field is read from what a client sends, and how the API description shows it.

MISP takes flags, numbers and lists in several spellings, and so do these types. ``limit: Limit | None = None``
in an `Input` is all that an endpoint says of a parameter.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from vardkase.api.problems import ApiProblem
from vardkase.core import json_limits
from vardkase.core.problems import ProblemCode
from vardkase.formats.registry import FORMATS
from vardkase.misp.fields import read_text
from vardkase.misp.flags import FALSE_WORDS, TRUE_WORDS, as_bool, as_int

type Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """`read` raises ValueError for what it does not take, which is then refused as `problem`."""

    read: Callable[[Any], Any]
    schema: Schema
    problem: ProblemCode = ApiProblem.NOT_A_TEXT
    reads_empty_as_nothing: bool = False

    def described(self, text: str) -> Field:
        return replace(self, schema={**self.schema, "description": text})

    def refused_as(self, problem: ProblemCode) -> Field:
        return replace(self, problem=problem)


def decoded(value: Any) -> Any:
    """JSON encoded as text inside a form or other JSON, as MISP's pages send it; None if it is not JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json_limits.decoded(value)
    except ValueError:
        return None


def listed(value: Any) -> list[str]:
    """A list of texts: sent as a list, as a list in JSON, or as one value; empty ones are left out."""
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json_limits.decoded(value)
        except ValueError:
            value = [value]
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items if item not in (None, "")]


def _scalar(value: Any) -> Any:
    if isinstance(value, dict | list):
        raise ValueError
    return value


def read_number(value: Any) -> int:
    number = as_int(_scalar(value))
    # To `as_int`, false is 0, which as a recipient is everybody.
    if number is None or isinstance(value, bool):
        raise ValueError
    return number


def read_texts(value: Any) -> list[str]:
    items = listed(value)
    if isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(i, dict | list) for i in value)
    ):
        raise ValueError
    return items


def read_names(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError
    return value


def read_members(value: Any) -> dict[str, Any]:
    members = decoded(value)
    if not isinstance(members, dict):
        raise ValueError
    return members


def read_items(value: Any) -> list[Any]:
    items = decoded(value)
    if not isinstance(items, list):
        raise ValueError
    return items


YEARS = range(1800, 9999)


def read_date(value: Any) -> date:
    day = date.fromisoformat(read_text(_scalar(value)))
    if day.year not in YEARS:
        raise ValueError
    return day


def read_moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(read_text(_scalar(value)))
    # PostgreSQL keeps years that Python cannot read, as the first one becomes west of here.
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError
    return moment


def read_file(value: Any) -> bytes:
    return b64decode(read_text(_scalar(value)), validate=True)


def read_choice(value: Any) -> bool:
    word = str(_scalar(value)).strip().lower()
    # "null" and "none" are how a form writes nothing, which decides nothing.
    if word not in TRUE_WORDS | FALSE_WORDS - {"", "null", "none"}:
        raise ValueError
    return word in TRUE_WORDS


FLAG = Field(
    lambda value: as_bool(_scalar(value)),
    {"type": ["boolean", "integer", "string"], "description": "true or false, 1 or 0"},
    ApiProblem.NOT_TRUE_OR_FALSE,
)
NUMBER = Field(read_number, {"type": ["integer", "string"]}, ApiProblem.NOT_A_NUMBER, True)
TEXT = Field(lambda value: read_text(_scalar(value)), {"type": "string"})
REFERENCE = Field(
    lambda value: str(_scalar(value) or ""),  # Clients send the number 0 for none.
    {"type": ["integer", "string"], "description": "A number or a uuid"},
)
TEXTS = Field(read_texts, {"type": ["array", "string", "null"]}, ApiProblem.NOT_A_LIST)
MEMBERS = Field(read_members, {"type": "object"}, ApiProblem.NOT_AN_OBJECT)
ITEMS = Field(read_items, {"type": "array"}, ApiProblem.NOT_A_LIST)
ANYTHING = Field(lambda value: value, {})
# Read by a service, and described as what it takes.
CODE = Field(ANYTHING.read, {"type": ["integer", "string"]})
WORDS = Field(ANYTHING.read, TEXT.schema)
TIME = Field(ANYTHING.read, {"type": ["integer", "string", "array"]})

Flag = Annotated[bool, FLAG]
Number = Annotated[int, NUMBER]
Text = Annotated[str, TEXT]
Reference = Annotated[str, REFERENCE]
"""A number or a uuid."""
Texts = Annotated[list[str], TEXTS]
Names = Annotated[
    list[str], Field(read_names, {"type": "array", "items": {"type": "string"}}, ApiProblem.NOT_NAMES)
]
Members = Annotated[dict[str, Any], MEMBERS]
Items = Annotated[list[Any], ITEMS]
Choice = Annotated[bool, Field(read_choice, FLAG.schema, FLAG.problem)]
"""A flag that decides something: no other word is taken for yes."""
Date = Annotated[date, Field(read_date, {"type": "string", "format": "date"}, ApiProblem.NOT_A_DAY, True)]
Moment = Annotated[
    datetime, Field(read_moment, {"type": "string", "format": "date-time"}, ApiProblem.NOT_A_TIME, True)
]
File = Annotated[
    bytes, Field(read_file, {"type": "string", "description": "In Base64"}, ApiProblem.NOT_BASE64)
]
Anything = Annotated[Any, ANYTHING]
"""Read by a service, which says what is wrong with it."""


AS_WRITTEN = object()
Segment = Annotated[str, AS_WRITTEN]
"""An argument of a path that may look like a ``name:value`` pair, as the tag tlp:white does."""


T = TypeVar("T")
MANDATORY = object()
Mandatory = Annotated[T, MANDATORY]
"""``info: Mandatory[Anything] = None``: described as mandatory, and missed in MISP's words by the service."""

# Fields that many endpoints share.
Limit = Annotated[Any, CODE.described("How many at most")]
"""Read by `api.paging`: MISP takes an invalid limit or page for none."""
Page = Annotated[Any, CODE.described("Which page, from 1; with limit")]
Hard = Annotated[bool, FLAG.described("For good, not only marked as deleted")]
Local = Annotated[bool, FLAG.described("Only on this instance, never handed on")]
Email = Annotated[str, Field(TEXT.read, {"type": "string", "format": "email"})]

# Members of MISP's entities, which their services read and say what is wrong with them.
AnyFlag = Annotated[Any, Field(ANYTHING.read, FLAG.schema)]
AnyNumber = Annotated[Any, Field(ANYTHING.read, NUMBER.schema)]
AnyReference = Annotated[Any, Field(ANYTHING.read, REFERENCE.schema)]
AnyText = Annotated[Any, Field(ANYTHING.read, TEXT.schema)]
AnyTexts = Annotated[Any, Field(ANYTHING.read, TEXTS.schema)]
Uuid = Annotated[Any, Field(ANYTHING.read, {"type": "string", "format": "uuid"})]
Distribution = Annotated[
    Any,
    CODE.described(
        "0: your organisation only, 1: this community, 2: connected communities, 3: all communities, "
        "4: a sharing group, 5: as the event (not for events)"
    ),
]
SharingGroup = Annotated[Any, CODE.described("The sharing group, with distribution 4")]
ThreatLevel = Annotated[Any, CODE.described("1: high, 2: medium, 3: low, 4: undefined")]
Analysis = Annotated[Any, CODE.described("0: initial, 1: ongoing, 2: completed")]
DeletedParts = Annotated[
    Any,
    Field(
        ANYTHING.read,
        {"type": ["boolean", "integer", "string", "array"], "description": "1: deleted parts too, 2: alone"},
    ),
]
Timestamp = Annotated[Any, CODE.described("Seconds since 1970")]
Seen = Annotated[Any, CODE.described("ISO 8601 with microseconds, or seconds since 1970")]
Day = Annotated[Any, WORDS.described("A day, as in 2026-11-25")]
Colour = Annotated[Any, WORDS.described("As in #ff8800")]
Base64 = Annotated[Any, WORDS.described("A file, in Base64")]
Value = Annotated[
    Any, ANYTHING.described("Its form depends on the type; composite types join two values by |")
]
Since = Annotated[
    Any, TIME.described("Not before this day, these seconds since 1970, or this long ago: 7d, 12h, 30m")
]
Until = Annotated[Any, TIME.described("Not after, written as from")]
Last = Annotated[Any, TIME.described("Published this long ago at most (7d, 12h, 30m), or between two such")]
Tags = Annotated[
    Any, Field(ANYTHING.read, {"type": ["array", "string"], "items": {"type": ["object", "string"]}})
]
Parts = Annotated[Any, Field(ANYTHING.read, {"type": "array", "items": {"type": "object"}})]
Attributes = Annotated[
    Any,
    Field(ANYTHING.read, {"type": "array", "items": {"$ref": "#/components/schemas/AttributeInput"}}),
]
Objects = Annotated[
    Any, Field(ANYTHING.read, {"type": "array", "items": {"$ref": "#/components/schemas/ObjectInput"}})
]
ReturnFormat = Annotated[Any, WORDS.described(f"{', '.join(FORMATS)}; of objects json alone")]
