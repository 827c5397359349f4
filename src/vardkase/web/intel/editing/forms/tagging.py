"""Form field for tags, one per line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.tag_choices import unusable_tags
from vardkase.knowledge.taxonomies.queries import exclusive_conflicts

MOST_TAGS = 50


class TagLines(forms.CharField):
    """Tag names, one per line. Names that the actor may not use are refused by name."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Tags"))
        options.setdefault("help_text", _("One per line, such as tlp:amber. You can add more later."))
        widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"})
        super().__init__(required=False, max_length=20_000, widget=widget, **options)

    def to_python(self, value: object) -> list[str]:  # type: ignore[override]
        text = super().to_python(value)
        names = (line.strip() for line in (text or "").splitlines())
        return list(dict.fromkeys(name for name in names if name))

    def validate(self, value: Any) -> None:
        if len(value) > MOST_TAGS:
            raise ValidationError(gettext("Too many tags."))

    def run_validators(self, value: Any) -> None:
        """Django would check the length of the list; `to_python` checks the text."""


def check_tags(form: forms.Form, field: str, actor: Actor) -> None:
    names: Sequence[str] = form.cleaned_data.get(field) or []
    if names and not actor.may(Permission.TAGGER):
        form.add_error(field, gettext("Your role may not add tags."))
        return
    if unusable := unusable_tags(actor, names):
        form.add_error(field, gettext("Tag not found: %(names)s") % {"names": ", ".join(unusable)})
    for conflict in exclusive_conflicts(names):
        form.add_error(field, conflict_words(conflict.tags))


def conflict_words(tags: Sequence[str]) -> str:
    return gettext("Only one of these can be true at a time: %(names)s. Keep one.") % {
        "names": ", ".join(tags)
    }
