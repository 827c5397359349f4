"""Forms for contacts, additional fields, and groups of organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.contacts.extra import ExtraField, Schema
from vardkase.hub.membership.contacts.models import ContactRole
from vardkase.web.ui.forms.fields import PLAIN_TEXT


class ContactForm(forms.Form):
    role = forms.ChoiceField(label=_("Purpose"), choices=ContactRole.choices)
    name = forms.CharField(label=_("Name or function"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=255)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    openpgp_key = forms.CharField(
        label=_("OpenPGP key"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, **PLAIN_TEXT}),
        help_text=_("The public key as text. E-mail to the contact is encrypted with it."),
    )


class ExtraForm(forms.Form):
    def __init__(self, schema: Schema, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for field in schema.fields:
            self.fields[field.name] = _field(field)


def _field(field: ExtraField) -> forms.Field:
    if field.type == "choice":
        return forms.ChoiceField(
            label=field.label, choices=[("", "–"), *field.options], required=field.required
        )
    if field.type == "flag":
        return forms.BooleanField(label=field.label, required=False)
    widgets = {
        "date": forms.DateInput(attrs={"type": "date"}),
        "number": forms.NumberInput(),
        "email": forms.EmailInput(),
    }
    return forms.CharField(
        label=field.label, required=field.required, max_length=500, widget=widgets.get(field.type)
    )
