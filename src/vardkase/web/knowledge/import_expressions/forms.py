"""Forms of import expressions, and of their test."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.knowledge.import_expressions.models import EVERY_TYPE
from vardkase.knowledge.import_expressions.rules import LONGEST
from vardkase.misp.types import TYPES
from vardkase.web.ui.forms.fields import PLAIN_TEXT, LinesField

TYPE_NAMES = [(name, name) for name in sorted(TYPES)]
MOST_TESTED = 200


class ExpressionForm(forms.Form):
    regexp = forms.CharField(
        label=_("Expression"),
        max_length=LONGEST,
        strip=False,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_("Between slashes, followed by its flags, such as /^http:/i."),
    )
    replacement = forms.CharField(
        label=_("Replacement"),
        max_length=LONGEST,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs=PLAIN_TEXT),
        help_text=_(
            "What matches is replaced by this; $1 is the first group. Leave empty to refuse the value."
        ),
    )
    type = forms.ChoiceField(
        label=_("Attribute type"),
        choices=[(EVERY_TYPE, _("All types")), *TYPE_NAMES],
        initial=EVERY_TYPE,
    )


class ExpressionTestForm(forms.Form):
    type = forms.ChoiceField(label=_("Attribute type"), choices=TYPE_NAMES, initial="url")
    values = LinesField(label=_("Values"), help_text=_("One per line, at most 200."), max_length=200_000)

    def clean_values(self) -> list[str]:
        values: list[str] = self.cleaned_data["values"]
        if not values:
            raise forms.ValidationError(_("Enter a value."))
        if len(values) > MOST_TESTED:
            raise forms.ValidationError(_("Test at most 200 values at a time."))
        return values
