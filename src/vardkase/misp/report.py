"""An incoming event report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vardkase.misp.distribution import Distribution
from vardkase.misp.faults import Errors, Fault
from vardkase.misp.fields import (
    Readers,
    read_all,
    read_block,
    read_flag,
    read_part_distribution,
    read_sharing_group_id,
    read_tags,
    read_text,
    read_timestamp,
    read_uuid,
)

MAX_NAME = 255


def parse_report[Row](
    data: Mapping[str, Any],
    row: Callable[..., Row],
    *,
    now: int,
    default_distribution: int = Distribution.INHERIT,
    further: Readers = (),
) -> Row | Errors:
    """The report in `data` as a `row`. `content` is None if it was not sent, so that a stored one is kept."""
    errors: Errors = {}
    name = read_text(data.get("name")).strip()
    if not name:
        errors["name"] = [Fault.REQUIRED()]
    parsed = row(
        uuid=read_uuid(data, errors),
        name=name[:MAX_NAME],
        content=read_text(data["content"]) if data.get("content") is not None else None,
        distribution=read_part_distribution(data, default_distribution, errors),
        sharing_group_id=read_sharing_group_id(data),
        group_block=read_block(data, "SharingGroup"),
        timestamp=read_timestamp(data, now, errors),
        deleted=read_flag(data, "deleted", False, errors),
        tags=read_tags(data),
        **read_all(data, further, now, errors),
    )
    return errors or parsed
