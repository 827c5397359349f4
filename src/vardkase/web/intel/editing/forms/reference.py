"""Form for a reference from an object."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _


class ReferenceForm(forms.Form):
    referenced_uuid = forms.UUIDField(
        label=_("Refers to"),
        error_messages={"required": _("Choose what it refers to."), "invalid": _("This is not a UUID.")},
    )
    relationship_type = forms.CharField(
        label=_("How it relates"),
        max_length=255,
        error_messages={"required": _("Enter how they are related.")},
    )
    comment = forms.CharField(label=_("Comment"), required=False, max_length=65_000)

    def document(self) -> dict[str, Any]:
        target: UUID = self.cleaned_data["referenced_uuid"]
        return {**self.cleaned_data, "referenced_uuid": str(target)}
