"""What the pages of connections say of events and reasons. `{% load connections %}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from vardkase.web.reasons import in_words

register = template.Library()
register.filter("in_words", in_words)


@register.inclusion_tag("administration/connection_event.html")
def moved_event(uuid: Any, titles: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    """An event by its title, as a link, where it is here for the reader (`titles`: uuid → id and title)."""
    number, title = titles.get(str(uuid), (0, ""))
    return {"uuid": uuid, "number": number, "title": title}


@register.inclusion_tag("administration/connection_event.html")
def planned_event(item: Any, here: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    """An event of a dry run: by its title, as a link where it is here for the reader."""
    number, _title = here.get(item.uuid, (0, ""))
    return {"uuid": item.uuid, "number": number, "title": item.title}
