"""Parses the fields shared by events, objects and attributes; each records its errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vardkase.misp.faults import Errors, Fault
from vardkase.misp.flags import TRUE_WORDS, as_bool, as_int
from vardkase.misp.time import LARGEST, LARGEST_LEAD, parse_seen

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UUID_IN_ANY_CASE = re.compile(UUID.pattern, re.IGNORECASE)
# Fewer negative words than in `as_bool`: here an unknown word is an error, there it means True.
FLAG_WORDS = TRUE_WORDS | {"0", "false", "no", "off", ""}


type Reader = Callable[[Mapping[str, Any], Errors, int], Any]
"""Reads a member that was sent, at this time (Unix seconds)."""
type Readers = Sequence[tuple[str, Reader]]


def reader_of(name: str, kind: type) -> Reader:
    """How a member without a rule of its own is read: a flag, a whole number of 64 bits, or else a text."""
    if kind is bool:
        return lambda data, errors, _: read_flag(data, name, False, errors)
    if kind is int:
        return lambda data, errors, _: _read_number(data, name, errors)
    return lambda data, *_: read_text(data[name])


def read_all(data: Mapping[str, Any], readers: Readers, now: int, errors: Errors) -> dict[str, Any]:
    """The members that were sent: most are not, or null, and cost one look-up each."""
    return {name: read(data, errors, now) for name, read in readers if data.get(name) is not None}


def read_uuid(data: Mapping[str, Any], errors: Errors, key: str = "uuid") -> str | None:
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, str) and UUID.fullmatch(
        value
    ):  # As MISP writes it, a hundred thousand times in a document.
        return value
    text = str(value).strip().lower()
    if not UUID.fullmatch(text):
        errors[key] = [Fault.BAD_UUID()]
        return None
    return text


def read_timestamp(data: Mapping[str, Any], now: int, errors: Errors) -> int | None:
    """Unix seconds; None if not sent (or 0, or ""). Far future times are errors: they would block later
    versions."""
    value = data.get("timestamp")
    if value in (None, "", 0, "0"):
        return None
    number = as_int(value)
    if number is None or not 0 < number <= LARGEST:
        errors["timestamp"] = [Fault.BAD_TIMESTAMP()]
        return None
    if number > now + LARGEST_LEAD:
        errors["timestamp"] = [Fault.IN_THE_FUTURE()]
    return number


def read_part_distribution(data: Mapping[str, Any], default: int, errors: Errors) -> int:
    value = data.get("distribution")
    if value is None:
        return default
    number = as_int(value)
    # False is 0 to as_int, which would narrow the distribution to one organisation.
    if number is None or value is False or not 0 <= number <= 5:
        errors["distribution"] = [Fault.BAD_PART_DISTRIBUTION()]
        return default
    return number


def read_flag(data: Mapping[str, Any], key: str, default: bool, errors: Errors) -> bool:
    """A boolean in any of MISP's spellings; `default` if not sent."""
    value = data.get(key)
    if value is True or value is False:
        return value
    if value is None:
        return default
    if isinstance(value, int | float):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in FLAG_WORDS:
        return as_bool(value)
    errors[key] = [Fault.NOT_A_FLAG()]
    return default


def _read_number(data: Mapping[str, Any], key: str, errors: Errors) -> int | None:
    number = as_int(data[key])
    if number is None or isinstance(data[key], bool) or not -(2**63) <= number < 2**63:
        errors[key] = [Fault.NOT_AN_INTEGER()]
        return None
    return number


def read_seen(data: Mapping[str, Any], now: int, errors: Errors) -> tuple[int | None, int | None]:
    first = _read_moment(data, "first_seen", now, errors)
    last = _read_moment(data, "last_seen", now, errors)
    if first is not None and last is not None and last < first:
        errors["last_seen"] = [Fault.SEEN_ORDER()]
    return first, last


def read_sharing_group_id(data: Mapping[str, Any]) -> int | None:
    return as_int(data.get("sharing_group_id")) or None


def read_block(data: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    block = data.get(key)
    return block if isinstance(block, dict) and block else None


def read_text(value: object) -> str:
    """Text of a scalar; "" for anything else. PostgreSQL's text cannot contain NUL."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if value is True:
        return "1"
    if value is None or value is False or isinstance(value, dict | list):
        return ""
    return str(value)


def read_tags(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    tags: list[dict[str, Any]] = []
    for key in ("Tag", "EventTag", "AttributeTag", "tags"):
        if key in data:
            tags += listed_tags(data[key])
    return tags


def listed_tags(listed: object) -> list[dict[str, Any]]:
    """The tags of a list of dicts or names. A single tag outside a list is accepted: losing a TLP tag would
    be harmful."""
    entries = listed if isinstance(listed, list) else [listed]
    return [tag for entry in entries if (tag := _tag(entry)) is not None]


def _tag(entry: object) -> dict[str, Any] | None:
    if isinstance(entry, str):
        return {"name": entry} if entry else None
    if isinstance(entry, dict):
        # An EventTag or AttributeTag has the tag inside, and beside it whether it is local.
        inner = entry.get("Tag")
        return (
            {**inner, **{name: value for name, value in entry.items() if name == "local"}}
            if isinstance(inner, dict)
            else entry or None
        )
    return None


def _read_moment(data: Mapping[str, Any], key: str, now: int, errors: Errors) -> int | None:
    if (value := data.get(key)) is None or value == "":
        return None
    try:
        return parse_seen(value, now)
    except ValueError:
        errors[key] = [Fault.BAD_TIME()]
        return None
