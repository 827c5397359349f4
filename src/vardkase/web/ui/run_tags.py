"""Template tags for pages with the runs of a feed, a connection or a server. `{% load runs %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def live_runs(content: str, busy: object, ordered: bool) -> SafeString:
    """The part of a page that is asked for anew: often while a run is `busy` or `ordered`, and otherwise
    now and then, since a schedule may begin one."""
    is_busy = bool(busy) or ordered
    return render_to_string(
        "components/live_runs.html",
        {"content": content, "is_busy": is_busy, "waits": ordered and not busy},
    )


@register.simple_block_tag(takes_context=True)
def run_table(context: Context, content: str, title: str, nothing: str) -> SafeString:
    """The history of runs on a page of a list. Content: thead and tbody; `nothing` is said while there is no run."""
    names = ("rows", "newer", "older", "is_ordered")
    shown: dict[str, Any] = {name: context.get(name) for name in names}
    return render_to_string(
        "components/run_table.html", {**shown, "content": content, "title": title, "nothing": nothing}
    )


@register.inclusion_tag("components/run_state.html")
def run_state(run: Any, state: str, warning: str = "") -> dict[str, Any]:
    """When a run began, and what to know of it; `warning` of one that ended with something left out."""
    return {"run": run, "state": state, "warning": warning}
