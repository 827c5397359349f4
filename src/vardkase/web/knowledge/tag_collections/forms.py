"""Form for a tag collection."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.identity.access.actor import Actor
from vardkase.knowledge.tag_choices import tag_choices
from vardkase.web.ui.forms.picker import Names, Picker


class TagCollectionForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    description = forms.CharField(
        label=_("Description"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )
    tags = Picker(
        label=pgettext_lazy("noun", "Tags"),
        help_text=_("Search for tags, taxonomies, actors and techniques."),
    )
    all_orgs = forms.BooleanField(
        label=_("Available to everyone on this hub"),
        required=False,
        help_text=_("Otherwise only your organisation can see and use it."),
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        source = Names(lambda text: (choice.name for choice in tag_choices(actor, text)))
        self.fields["tags"].source = source  # type: ignore[attr-defined]
