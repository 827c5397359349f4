"""The button with which one follows the thing that a page shows."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from vardkase.exchange.subscriptions.models import FollowedKind
from vardkase.exchange.subscriptions.queries import subscription_to, subscriptions

register = template.Library()


@register.inclusion_tag("subscriptions/follow.html", takes_context=True)
def follow(context: Context, kind: str, thing: Any) -> dict[str, Any]:
    """`thing` is the id, or a value. Nothing for those who may not read what is shared."""
    request, actor = context["request"], context["actor"]
    if actor is None or not actor.may_read or not actor.may_write or actor.may_not_read_content:
        return {"offered": False}
    is_value = kind == FollowedKind.VALUE
    found = subscription_to(actor, FollowedKind(kind), 0 if is_value else thing, thing if is_value else "")
    return {
        "offered": True,
        "kind": kind,
        "thing": thing,
        "found": found,
        "next": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def followed_ids(context: Context, kind: str) -> set[int]:
    """The ids of the things of a kind that the reader follows."""
    own = subscriptions(context["actor"]).filter(kind=kind)
    return set(own.values_list("thing_id", flat=True))
