"""The form of an own object template: its definition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.knowledge.object_templates.definitions import decoded_definition
from vardkase.web.ui.forms.fields import PLAIN_TEXT


class DefinitionForm(forms.Form):
    definition = forms.CharField(
        label=_("Definition"),
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 24, **PLAIN_TEXT}),
        help_text=_(
            "As in a definition.json of the MISP objects: name, meta-category, version and attributes."
        ),
    )

    def clean_definition(self) -> dict[str, Any]:
        try:
            decoded = decoded_definition(self.cleaned_data["definition"])
        except Invalid as error:
            raise forms.ValidationError(sentences(error)) from None
        except (ValueError, RecursionError):
            raise forms.ValidationError(gettext("This is not valid JSON.")) from None
        if not isinstance(decoded, dict):
            raise forms.ValidationError(gettext("The definition must be a JSON object."))
        return decoded


def sentences(error: Invalid) -> list[str]:
    """What is wrong, each with its place in the document."""
    if not isinstance(error.errors, dict):
        return [str(error)]
    return [f"{path}: {problem}" for path, problems in error.errors.items() for problem in problems]
