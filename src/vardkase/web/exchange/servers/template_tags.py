"""Template tags of the connection pages, for events and reasons. `{% load connections %}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from vardkase.core.problems import stored_words

register = template.Library()
register.filter("in_words", stored_words)


@register.inclusion_tag("servers/event.html")
def moved_event(uuid: Any, titles: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    number, title = titles.get(str(uuid), (0, ""))
    return {"uuid": uuid, "number": number, "title": title}


@register.inclusion_tag("servers/event.html")
def planned_event(item: Any, here: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    number, _title = here.get(item.uuid, (0, ""))
    return {"uuid": item.uuid, "number": number, "title": item.title}
