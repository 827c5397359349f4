"""Where the page of an event shows who else has it open."""

from __future__ import annotations

from typing import Any

from django import template

from vardkase.intel.queries.history import latest_entry
from vardkase.web.intel.event_locks.presenters import others_at_work
from vardkase.web.intel.events.shell import EventLayout

register = template.Library()


@register.inclusion_tag("event_locks/place.html")
def presence(shell: EventLayout) -> dict[str, Any]:
    """Nothing for those who may not change the event. Who is there already is in the page, which does not shift."""
    if not shell.may_modify:
        return {}
    others = others_at_work(shell.actor, shell.event.id)
    return {"event": shell.event, "seen": latest_entry(), "others": others}
