"""An incoming attribute: parsed leniently, validated as in MISP (attribute-types.md §2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vardkase.misp.faults import Errors, Fault
from vardkase.misp.fields import (
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
) -> Row | Errors:
    """The attribute in `data` as a `row` made with its members, or what is wrong with it by field.

    Times are Unix seconds, first and last seen microseconds. `uuid` and `timestamp` are None if they were not sent.
    """
    errors: Errors = {}
    type_name = _read_type(data, errors)
    if errors:  # Nothing else can be checked without the type.
        return errors
    category = _read_category(data, type_name, errors)
    value = _read_value(data, type_name, errors, rewrite)
    first_seen, last_seen = read_seen(data, now, errors)
    is_image = type_name == "attachment" and value.lower().endswith(IMAGES)
    value1, value2 = split(type_name, value)
    parsed = row(
        uuid=read_uuid(data, errors),
        type=type_name,
        category=category,
        value1=value1,
        value2=value2,
        to_ids=read_flag(data, "to_ids", default_to_ids(type_name), errors),
        distribution=read_part_distribution(data, default_distribution, errors),
        sharing_group_id=read_sharing_group_id(data),
        group_block=read_block(data, "SharingGroup"),
        comment=read_text(data.get("comment")),
        deleted=read_flag(data, "deleted", False, errors),
        disable_correlation=read_flag(data, "disable_correlation", is_image, errors),
        first_seen=first_seen,
        last_seen=last_seen,
        timestamp=read_timestamp(data, now, errors),
        object_relation=read_text(data.get("object_relation")) or None,
        tags=read_tags(data),
    )
    return errors or parsed


def _read_type(data: Mapping[str, Any], errors: Errors) -> str:
    type_name = data.get("type")
    if type_name in (None, ""):
        errors["type"] = [Fault.NO_TYPE()]
    elif not isinstance(type_name, str) or type_name not in DEFAULTS:
        errors["type"] = [Fault.UNKNOWN_TYPE()]
    return str(type_name)


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
