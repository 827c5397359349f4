"""Template tag for the picker, which selects several items by search. `{% load pickers %}`."""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.forms import BoundField
from django.template import Context

from vardkase.web.ui.forms.picker import Picker, PickerChoice

register = template.Library()

MOST_WORDS = 20
"""Words that are searched for at a time."""


@register.inclusion_tag("components/picker.html", takes_context=True)
def picker(context: Context, bound: BoundField, url: str) -> dict[str, Any]:
    """A `Picker` with label, help, current choices, and a search at `url`.

    The context's `searched` and `text` hold the field and text of a search without JavaScript.
    """
    field = cast(Picker, bound.field)
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    described += [f"{bound.auto_id}_hint"] if bound.help_text else []
    text = str(context.get("text")) if context.get("searched") == bound.html_name else ""
    return {
        "field": bound,
        "url": url,
        "described": " ".join(described),
        "name": bound.html_name,
        **choices(field, [str(value) for value in bound.value() or ()], text),
    }


def choices(field: Picker, values: list[str], text: str) -> dict[str, Any]:
    text = text.replace("\0", "").strip()[:200]
    found = _found(field, text) if text else field.source.few()
    return {
        "chosen": field.source.named(values),
        "found": [choice for choice in found if choice.value not in values],
        "text": text,
    }


def _found(field: Picker, text: str) -> list[PickerChoice]:
    """What is found for the text, or else for each of the words that commas separate."""
    found = [choice for choice in field.source.find(text) if "," not in text or choice.value != text]
    if not found and "," in text:
        words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        found = [choice for word in words[:MOST_WORDS] for choice in field.source.find(word)]
    return list({choice.value: choice for choice in found}.values())
