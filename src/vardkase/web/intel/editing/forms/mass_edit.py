"""What to change in many attributes at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.misp.types import CATEGORIES
from vardkase.web.intel.editing.forms.attribute import grouped_types, moment_field


class MassEditForm(forms.Form):
    """Names are MISP's, so that errors of the service land on their field. What is not named stays as it is."""

    type = forms.ChoiceField(label=_("Type"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    sets_comment = forms.BooleanField(label=_("Change the comment"), required=False)
    comment = forms.CharField(
        label=_("New comment"),
        required=False,
        max_length=65_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Leave it empty to remove the comments."),
    )
    sets_seen = forms.BooleanField(label=_("Change when the values were seen"), required=False)
    first_seen = moment_field(_("First seen"))
    last_seen = moment_field(_("Last seen"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        unchanged = ("", gettext("No change"))
        self.fields["type"].choices = [unchanged, *grouped_types()]  # type: ignore[attr-defined]
        self.fields["category"].choices = [unchanged, *((name, name) for name in CATEGORIES)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.document():
            raise forms.ValidationError(gettext("Choose what to change."))
        return cleaned

    def document(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        document = {name: cleaned[name] for name in ("type", "category") if cleaned[name]}
        if cleaned["sets_comment"]:
            document["comment"] = cleaned["comment"]
        if cleaned["sets_seen"]:
            seen = {name: cleaned[name] for name in ("first_seen", "last_seen")}
            document |= {name: moment.isoformat() if moment else "" for name, moment in seen.items()}
        return document
