"""Form for a tag collection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.web.knowledge.tag_picker import TagPicker


class TagCollectionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    tags = TagPicker()
    all_orgs = forms.BooleanField(
        label=_("Available to everyone on this hub"),
        required=False,
        help_text=_("Otherwise only your organisation can see and use it."),
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tags"].ask(actor)  # type: ignore[attr-defined]
