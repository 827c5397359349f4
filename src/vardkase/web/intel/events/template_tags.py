"""Template tag that says what a search leaves out: `{% load last_versions %}{% changing_not_searched %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from vardkase.intel.queries.last_version import changing_events

register = template.Library()


@register.inclusion_tag("events/changing_not_searched.html", takes_context=True)
def changing_not_searched(context: Context) -> dict[str, Any]:
    """A sentence if the reader has the last version of any event that is being changed: only events as they are now
    are searched."""
    return {"leaves_out": bool(changing_events(context["actor"], 0, 1))}
