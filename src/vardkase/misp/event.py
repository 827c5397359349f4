"""An incoming event's own members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from vardkase.misp.faults import Errors, Fault
from vardkase.misp.fields import (
    UUID,
    Readers,
    read_all,
    read_block,
    read_flag,
    read_sharing_group_id,
    read_tags,
    read_text,
    read_timestamp,
    read_uuid,
)
from vardkase.misp.flags import as_int
from vardkase.misp.time import LARGEST_LEAD

DATE = re.compile(r"(\d{4}|\d{2})[-/.](\d{1,2})[-/.](\d{1,2})")
ANALYSIS_NAMES = {"initial": 0, "ongoing": 1, "complete": 2, "completed": 2}


@dataclass(slots=True)
class EventInput:
    """A checked header; None = not sent, so that the stored or default value is kept."""

    uuid: str | None
    info: str
    date: date | None
    threat_level_id: int | None
    analysis: int | None
    distribution: int | None
    sharing_group_id: int | None
    sharing_group: dict[str, Any] | None
    timestamp: int | None
    published: bool
    locked: bool
    disable_correlation: bool
    protected: bool | None
    extends_uuid: str | None
    orgc: dict[str, Any] | None
    tags: list[dict[str, Any]]
    further: dict[str, Any]


def parse_event(data: Mapping[str, Any], *, now: int, further: Readers = ()) -> EventInput | Errors:
    """The header in `data`, or what is wrong with it by field. `analysis` may also be a name."""
    errors: Errors = {}
    parsed = EventInput(
        uuid=read_uuid(data, errors),
        info=_read_info(data, errors),
        date=_read_date(data, errors),
        threat_level_id=_read_choice(data, "threat_level_id", range(1, 5), Fault.BAD_THREAT_LEVEL, errors),
        analysis=_read_analysis(data, errors),
        distribution=_read_choice(data, "distribution", range(5), Fault.BAD_EVENT_DISTRIBUTION, errors),
        sharing_group_id=read_sharing_group_id(data),
        sharing_group=read_block(data, "SharingGroup"),
        timestamp=read_timestamp(data, now, errors),
        published=read_flag(data, "published", False, errors),
        locked=read_flag(data, "locked", False, errors),
        disable_correlation=read_flag(data, "disable_correlation", False, errors),
        # An edit that does not mention it leaves an event protected.
        protected=None if data.get("protected") is None else read_flag(data, "protected", False, errors),
        extends_uuid=_read_extends(data, errors),
        orgc=read_block(data, "Orgc"),
        tags=read_tags(data),
        further=read_all(data, further, now, errors),
    )
    return errors or parsed


def _read_info(data: Mapping[str, Any], errors: Errors) -> str:
    if "info" not in data:
        errors["info"] = [Fault.NO_TITLE()]
        return ""
    info = read_text(data["info"])
    if not info.strip():
        errors["info"] = [Fault.EMPTY_TITLE()]
    return info


def _read_date(data: Mapping[str, Any], errors: Errors) -> date | None:
    value = data.get("date")
    if value in (None, ""):
        return None
    match = DATE.fullmatch(str(value).strip())
    if match is not None:
        year = int(match[1]) + (2000 if len(match[1]) == 2 else 0)
        try:  # The expression knows no calendar: 2024-02-31 has the right form.
            return date(year, int(match[2]), int(match[3]))
        except ValueError:
            pass
    errors["date"] = [Fault.BAD_DATE()]
    return None


def is_far_ahead(day: date, today: date) -> bool:
    """Whether an event of this date would come first in every list, until then."""
    return day > today + timedelta(seconds=LARGEST_LEAD)


def _read_choice(
    data: Mapping[str, Any], key: str, allowed: range, fault: Fault, errors: Errors
) -> int | None:
    value = data.get(key)
    if value is None:
        return None
    number = as_int(value)
    if number not in allowed or value is False:  # False is 0 to as_int, which may be allowed.
        errors[key] = [fault()]
        return None
    return number


def _read_analysis(data: Mapping[str, Any], errors: Errors) -> int | None:
    value = data.get("analysis")
    if isinstance(value, str) and (named := ANALYSIS_NAMES.get(value.strip().lower())) is not None:
        return named
    return _read_choice(data, "analysis", range(3), Fault.BAD_ANALYSIS, errors)


def _read_extends(data: Mapping[str, Any], errors: Errors) -> str | None:
    value = data.get("extends_uuid")
    if value in (None, ""):
        return None
    text = str(value).strip().lower()
    if not UUID.fullmatch(text):
        errors["extends_uuid"] = [Fault.NOT_A_UUID()]
        return None
    return text
