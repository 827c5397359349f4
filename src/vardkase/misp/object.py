"""An incoming object's own members, and object references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vardkase.misp.distribution import Distribution
from vardkase.misp.faults import Errors, Fault
from vardkase.misp.fields import (
    UUID,
    Readers,
    read_all,
    read_block,
    read_flag,
    read_part_distribution,
    read_seen,
    read_sharing_group_id,
    read_text,
    read_timestamp,
    read_uuid,
)
from vardkase.misp.flags import as_int

LARGEST_VERSION = 2**31 - 1  # An integer column of PostgreSQL


def parse_object[Row](
    data: Mapping[str, Any], row: Callable[..., Row], *, now: int, further: Readers = ()
) -> Row | Errors:
    """The object in `data` as a `row` made with its members, or what is wrong with it by field.

    As in MISP, `distribution` is 0 if missing.
    """
    errors: Errors = {}
    for key in ("name", "meta-category", "template_uuid"):
        if data.get(key) in (None, ""):
            errors["template"] = [Fault.NO_TEMPLATE(field=key)]
            return errors
    first_seen, last_seen = read_seen(data, now, errors)
    version = as_int(data.get("template_version")) or 1
    if not 0 < version <= LARGEST_VERSION:
        errors["template_version"] = [Fault.BAD_TEMPLATE_VERSION()]
    parsed = row(
        uuid=read_uuid(data, errors),
        name=read_text(data["name"]),
        meta_category=read_text(data["meta-category"]),
        description=None if data.get("description") is None else read_text(data["description"]),
        template_uuid=read_text(data["template_uuid"]),
        template_version=version,
        distribution=read_part_distribution(data, Distribution.ORGANISATION, errors),
        sharing_group_id=read_sharing_group_id(data),
        group_block=read_block(data, "SharingGroup"),
        comment=read_text(data.get("comment")),
        deleted=read_flag(data, "deleted", False, errors),
        first_seen=first_seen,
        last_seen=last_seen,
        timestamp=read_timestamp(data, now, errors),
        **read_all(data, further, now, errors),
    )
    return errors or parsed


def parse_reference[Row](
    data: Mapping[str, Any], row: Callable[..., Row], *, now: int, further: Readers = ()
) -> Row | Errors:
    """The reference in `data` as a `row`; `uuid` and `timestamp` are None if they were not sent."""
    errors: Errors = {}
    referenced_uuid = str(data.get("referenced_uuid") or "").strip().lower()
    if not UUID.fullmatch(referenced_uuid):
        errors["referenced_uuid"] = [Fault.BAD_UUID()]
    parsed = row(
        uuid=read_uuid(data, errors),
        referenced_uuid=referenced_uuid,
        relationship_type=read_text(data.get("relationship_type")),
        comment=read_text(data.get("comment")),
        timestamp=read_timestamp(data, now, errors),
        deleted=read_flag(data, "deleted", False, errors),
        **read_all(data, further, now, errors),
    )
    return errors or parsed
