"""An incoming attribute: parsed leniently, validated as in MISP (attribute-types.md §2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vardkase.misp.faults import Errors, Fault
from vardkase.misp.fields import (
    Readers,
    read_all,
    read_block,
    read_flag,
    read_part_distribution,
    read_seen,
    read_sharing_group_id,
    read_tags,
    read_text,
    read_timestamp,
    read_uuid,
)
from vardkase.misp.types import DEFAULTS, TYPES_OF, category_allows, default_category, default_to_ids
from vardkase.misp.values import normalise, split, validate

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")


type Rewriter = Callable[[str, str], str | None]
"""Type and normal-form value → the normal-form value to keep, or None for one that must stay out."""


def parse_attribute[Row](
    data: Mapping[str, Any],
    row: Callable[..., Row],
    *,
    now: int,
    default_distribution: int,
    rewrite: Rewriter | None = None,
    further: Readers = (),
) -> Row | Errors:
    """The attribute in `data` as a `row` made with its members, or what is wrong with it by field.

    Times are Unix seconds, first and last seen microseconds. `uuid` and `timestamp` are None if they were not sent.
    `further` reads members that only the row knows.
    """
    errors: Errors = {}
    type_name = data.get("type")
    if not isinstance(type_name, str) or type_name not in DEFAULTS:
        # Nothing else can be checked without the type.
        return {"type": [Fault.NO_TYPE() if type_name in (None, "") else Fault.UNKNOWN_TYPE()]}
    category = _read_category(data, type_name, errors)
    value = _read_value(data, type_name, errors, rewrite)
    first_seen, last_seen = read_seen(data, now, errors)
    value1, value2 = split(type_name, value)
    members = read_all(data, READERS, now, errors)
    if further:
        members |= read_all(data, further, now, errors)
    if errors:
        return errors
    return row(
        **{
            **NOT_SENT,
            "type": type_name,
            "category": category,
            "value1": value1,
            "value2": value2,
            "to_ids": default_to_ids(type_name),
            "distribution": default_distribution,
            "disable_correlation": type_name == "attachment" and value.lower().endswith(IMAGES),
            "first_seen": first_seen,
            "last_seen": last_seen,
            "group_block": read_block(data, "SharingGroup"),
            **members,
            "tags": read_tags(data),
        }
    )


def _read_category(data: Mapping[str, Any], type_name: str, errors: Errors) -> str:
    category = data.get("category")
    if category in (None, ""):
        return default_category(type_name)
    if not isinstance(category, str) or category not in TYPES_OF:
        errors["category"] = [Fault.BAD_CATEGORY()]
        errors["type"] = [Fault.BAD_TYPE_FOR_CATEGORY()]
    elif not category_allows(category, type_name):
        errors["type"] = [Fault.BAD_TYPE_FOR_CATEGORY()]
    return str(category)


def _read_value(data: Mapping[str, Any], type_name: str, errors: Errors, rewrite: Rewriter | None) -> str:
    value = data.get("value")
    if isinstance(value, list | dict):
        errors["value"] = [Fault.VALUE_IS_LIST()]
        return ""
    if value is None and data.get("value1") is not None:
        second = read_text(data.get("value2"))
        value = read_text(data["value1"]) + (f"|{second}" if second else "")
    # `read_text` makes False "", and a boolean attribute that is false would be refused as empty.
    text = normalise(type_name, "0" if value is False else read_text(value))
    kept = text if rewrite is None else rewrite(type_name, text)
    if kept is None:  # An import filter excludes the value.
        errors["value"] = [Fault.BLOCKED_VALUE()]
        return text
    if (fault := validate(type_name, kept)) is not None:
        errors["value"] = [fault]
    return kept


NOT_SENT: dict[str, Any] = {
    "uuid": None,
    "sharing_group_id": None,
    "comment": "",
    "deleted": False,
    "timestamp": None,
    "object_relation": None,
}
READERS: Readers = (
    ("uuid", lambda data, errors, _: read_uuid(data, errors)),
    ("to_ids", lambda data, errors, _: read_flag(data, "to_ids", False, errors)),
    ("distribution", lambda data, errors, _: read_part_distribution(data, 0, errors)),
    ("sharing_group_id", lambda data, *_: read_sharing_group_id(data)),
    ("comment", lambda data, *_: read_text(data["comment"])),
    ("deleted", lambda data, errors, _: read_flag(data, "deleted", False, errors)),
    ("disable_correlation", lambda data, errors, _: read_flag(data, "disable_correlation", False, errors)),
    ("timestamp", lambda data, errors, now: read_timestamp(data, now, errors)),
    ("object_relation", lambda data, *_: read_text(data["object_relation"]) or None),
)
"""How a member is read that was sent."""
