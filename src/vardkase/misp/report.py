"""An incoming event report (core-format §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vardkase.misp.distribution import Distribution
from vardkase.misp.faults import Errors, Fault
from vardkase.misp.fields import (
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


@dataclass(slots=True)
class ReportInput:
    """A checked report; `content` is None if not sent, so that a stored one is kept."""

    uuid: str | None
    name: str
    content: str | None
    distribution: int
    sharing_group_id: int | None
    sharing_group: dict[str, Any] | None
    timestamp: int | None
    deleted: bool
    tags: list[dict[str, Any]]


def parse_report(
    data: Mapping[str, Any], *, now: int, default_distribution: int = Distribution.INHERIT
) -> ReportInput | Errors:
    errors: Errors = {}
    name = read_text(data.get("name")).strip()
    if not name:
        errors["name"] = [Fault.REQUIRED()]
    parsed = ReportInput(
        uuid=read_uuid(data, errors),
        name=name[:MAX_NAME],
        content=read_text(data["content"]) if data.get("content") is not None else None,
        distribution=read_part_distribution(data, default_distribution, errors),
        sharing_group_id=read_sharing_group_id(data),
        sharing_group=read_block(data, "SharingGroup"),
        timestamp=read_timestamp(data, now, errors),
        deleted=read_flag(data, "deleted", False, errors),
        tags=read_tags(data),
    )
    return errors or parsed
