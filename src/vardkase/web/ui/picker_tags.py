"""Template tag for the picker, which selects several items by search. `{% load pickers %}`."""

from __future__ import annotations

from typing import Any, cast

from django import template
from django.forms import BoundField
from django.template import Context

from vardkase.web.ui.forms.picker import Picker, PickerChoice

register = template.Library()


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
    found: list[PickerChoice] = field.source.find(text) if text else []
    return {
        "chosen": field.source.named(values),
        "found": [choice for choice in found if choice.value not in values],
        "text": text,
    }
