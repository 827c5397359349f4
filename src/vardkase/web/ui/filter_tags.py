"""Template tags for the filters above a list, and what stands there while it is empty. `{% load filters %}`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from vardkase.web.ui import blocks

register = template.Library()


@register.simple_block_tag
def filter_bar(content: str, label: str, everything: str = "", is_narrowed: bool = False) -> SafeString:
    """The toolbar; while the list `is_narrowed` it leads to `everything`. Content: its fields."""
    facts = {"label": label, "everything": everything, "is_narrowed": is_narrowed, "content": content}
    return render_to_string("components/filter_bar.html", facts)


@register.inclusion_tag("components/filter_words.html")
def filter_words(name: str, value: str | None, label: str) -> dict[str, Any]:
    return {"name": name, "value": value or "", "label": label}


@register.inclusion_tag("components/filter_choice.html")
def filter_choice(
    name: str, chosen: Any, label: str, options: Iterable[tuple[Any, Any]], every: str = ""
) -> dict[str, Any]:
    """`every`: what the choice of all is called."""
    return {"name": name, "chosen": chosen, "label": label, "options": options, "every": every}


@register.simple_block_tag
def no_rows(content: str, none: str, none_match: str, is_narrowed: bool = False) -> SafeString:
    """An empty list: `none_match` while it `is_narrowed`, else `none`. Content: how rows get there."""
    return blocks.empty("" if is_narrowed else content, none_match if is_narrowed else none)
