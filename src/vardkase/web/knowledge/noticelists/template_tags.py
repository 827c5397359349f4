"""What the noticelists say of an attribute, in its form. `{% load notices %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

from vardkase.knowledge.noticelists.notices import ENGLISH, notices_about

register = template.Library()


@register.inclusion_tag("noticelists/live.html")
def notices_of_choice(type_name: str | None, category: str | None) -> dict[str, Any]:
    """The notices about what is chosen, which follow the fields `type` and `category` when these change."""
    return {"notices": notices_about(type_name or "", category or "", current_language())}


def current_language() -> str:
    return (get_language() or ENGLISH)[:2]
