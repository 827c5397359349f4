"""Blocking of incoming events by UUID, creator organisation or tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.intel.errors import EventBlocked
from vardkase.intel.problems import EventProblem
from vardkase.intel.settings import EVENT_BLOCK_RULE, blocked_tags
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import is_blocked
from vardkase.knowledge.blocklists.services import count_blocked
from vardkase.misp.fields import listed_tags


def refuse_blocked(event_uuid: str | None, creator_uuid: str) -> None:
    """Raise EventBlocked for an event or organisation on the blocklist.

    Blocked organisations are counted, so call this before the transaction that would store the event.
    """
    if event_uuid is not None and is_blocked(Blocked.EVENT, event_uuid):
        raise EventBlocked(EventProblem.BLOCKED())
    if is_blocked(Blocked.ORGANISATION, creator_uuid):
        count_blocked(Blocked.ORGANISATION, creator_uuid)
        raise EventBlocked(EventProblem.CREATOR_BLOCKED())


def refuse_by_rule(data: Mapping[str, Any]) -> None:
    named = {str(tag.get("name")).lower() for tag in listed_tags(data.get("Tag"))}
    if named and not named.isdisjoint(blocked_tags(EVENT_BLOCK_RULE.value)):
        raise EventBlocked(EventProblem.TAG_BLOCKED())
