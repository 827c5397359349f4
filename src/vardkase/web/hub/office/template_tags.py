"""Template tags of the office."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from vardkase.hub.office.reasons.queries import reason_texts
from vardkase.identity.accounts.staff import DECIDE

register = template.Library()


@register.inclusion_tag("office/insert_reason.html", takes_context=True)
def insert_reason(context: Context, *kinds: str, into: str, language: str = "sv") -> dict[str, Any]:
    """The texts of `kinds` that an officer can insert in the text area `into` (its id), in `language`."""
    actor = context.get("actor")
    if actor is None or actor.staff.isdisjoint(DECIDE):
        return {"texts": []}
    field = "text_en" if language == "en" else "text_sv"
    texts = [(text.title, getattr(text, field)) for text in reason_texts(actor, *kinds)]
    return {"texts": texts, "into": into, "language": language}
