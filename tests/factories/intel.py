"""Events and their parts as bare rows. A test about adding them uses the services instead."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Attribute, Event, EventReport, Object

NOW = 1_700_000_000
_number = itertools.count(1)


def make_event(org: Organisation, **fields: Any) -> Event:
    """An event of `org`, unpublished, for its own organisation only; not yet saved."""
    defaults = {
        "orgc": org,
        "date": date(2023, 11, 14),
        "info": f"Event {next(_number)}",
        "timestamp": NOW,
        "distribution": 0,
    }
    return Event(org=org, **{**defaults, **fields})


def make_attribute(event: Event, **fields: Any) -> Attribute:
    """A text attribute that inherits the event's distribution; not yet saved."""
    defaults = {
        "type": "text",
        "category": "Other",
        "value1": f"value {next(_number)}",
        "to_ids": False,
        "timestamp": NOW,
    }
    return Attribute(event=event, **{**defaults, **fields})


def make_object(event: Event, **fields: Any) -> Object:
    """An object that inherits the event's distribution; not yet saved."""
    defaults = {"name": "file", "meta_category": "file", "timestamp": NOW}
    return Object(event=event, **{**defaults, **fields})


def make_report(event: Event, **fields: Any) -> EventReport:
    """A report that inherits the event's distribution; not yet saved."""
    return EventReport(event=event, **{"name": f"Report {next(_number)}", "timestamp": NOW, **fields})
