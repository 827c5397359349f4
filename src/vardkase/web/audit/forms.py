"""Form for filtering the audit log."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _


class TrailFilterForm(forms.Form):
    kind = forms.ChoiceField(label=_("About"), required=False)
    actor = forms.CharField(label=_("By"), required=False, max_length=200)
    text = forms.CharField(label=_("Name of the item"), required=False, max_length=200)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    target = forms.CharField(label=_("ID or UUID"), required=False, max_length=36)
    address = forms.GenericIPAddressField(label=_("Address"), required=False)
    organisation = forms.IntegerField(
        label=_("ID of the organisation"), required=False, min_value=1, max_value=2**63 - 1
    )
    action = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def clean_target(self) -> str:
        target: str = self.cleaned_data["target"].strip()
        if target and not target.isdecimal():
            try:
                return str(UUID(target))
            except ValueError:
                raise forms.ValidationError(_("Enter a number or a UUID.")) from None
        return target

    def __init__(self, nouns: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Everything")), *nouns.items()]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
