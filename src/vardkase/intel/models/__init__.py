"""Models of intelligence: events and everything inside them."""

from vardkase.intel.models.attribute import Attribute, AttributeTag
from vardkase.intel.models.event import Event, EventTag
from vardkase.intel.models.group_times import EventGroupTimes
from vardkase.intel.models.object import Object, ObjectReference
from vardkase.intel.models.report import EventReport
from vardkase.intel.models.version import EventVersion, Snapshot

__all__ = [
    "Attribute",
    "AttributeTag",
    "Event",
    "EventGroupTimes",
    "EventReport",
    "EventTag",
    "EventVersion",
    "Object",
    "ObjectReference",
    "Snapshot",
]
