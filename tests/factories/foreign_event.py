"""Another organisation's event to try changes on, and everything that must not change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.api.calls import call
from tests.factories.seed import ApiUser
from vardkase.intel.models import (
    Attribute,
    AttributeTag,
    Event,
    EventReport,
    EventTag,
    Object,
    ObjectReference,
)
from vardkase.knowledge.blocklists.models import BlocklistEntry

TABLES: tuple[Any, ...] = (
    Event,
    Attribute,
    Object,
    ObjectReference,
    EventReport,
    EventTag,
    AttributeTag,
    BlocklistEntry,
)
TEMPLATE = "11111111-aaaa-4bbb-8ccc-222222222222"


@dataclass(frozen=True, slots=True)
class ForeignEvent:
    """An event of organisation A, with one of each kind of part."""

    event: Event
    attribute: Attribute
    deleted: Attribute
    object: Object
    inside: Attribute
    reference: ObjectReference
    report: EventReport


def make_object(**members: Any) -> dict[str, Any]:
    text = {"type": "text", "object_relation": "text", "value": "inside"}
    return {
        "name": "note",
        "meta-category": "misc",
        "description": "A note",
        "template_uuid": TEMPLATE,
        "template_version": 1,
        "distribution": 5,
        "Attribute": [text],
        **members,
    }


def foreign_event(owner: ApiUser, **header: Any) -> ForeignEvent:
    """Store A's event through the API, with a tag, a reference, a report and a deleted attribute."""
    source = str(uuid4())
    target = str(uuid4())
    document = {
        "info": "ForeignEvent",
        "Tag": [{"name": "tlp:white"}],
        "Attribute": [
            {"uuid": target, "type": "domain", "value": "live.example", "Tag": [{"name": "tlp:white"}]},
            {"type": "domain", "value": "deleted.example", "deleted": True},
        ],
        "Object": [
            make_object(uuid=source, ObjectReference=[{"referenced_uuid": target, "relationship_type": "x"}])
        ],
        "EventReport": [{"name": "Report", "content": "theirs"}],
        **header,
    }
    status, body = call(owner.key, "POST", "/events/add", {"Event": document})
    assert status == 200, body
    event = Event.objects.get(pk=int(body["Event"]["id"]))
    parts = Attribute.objects.filter(event=event)
    return ForeignEvent(
        event,
        parts.get(value1="live.example"),
        parts.get(deleted=True),
        Object.objects.get(event=event),
        parts.get(value1="inside"),
        ObjectReference.objects.get(event=event),
        EventReport.objects.get(event=event),
    )


def everything() -> dict[str, list[dict[str, Any]]]:
    """All threat intelligence in the database."""
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}
