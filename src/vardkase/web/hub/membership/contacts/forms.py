"""Forms for contacts, additional fields, and groups of organisations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.contacts.extra import ExtraField, Schema
from vardkase.hub.membership.contacts.models import ContactRole
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.models import Role
from vardkase.web.ui.forms.fields import PLAIN_TEXT
from vardkase.web.ui.forms.picker import Choices, Picker


class ContactForm(forms.Form):
    role = forms.ChoiceField(label=_("What for"), choices=ContactRole.choices)
    name = forms.CharField(label=_("Name or function"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=255)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    openpgp_key = forms.CharField(
        label=_("OpenPGP key"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, **PLAIN_TEXT}),
        help_text=_("The public key, as text. E-mail to the contact is encrypted with it."),
    )


class ExtraForm(forms.Form):
    def __init__(self, schema: Schema, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for field in schema.fields:
            self.fields[field.name] = _field(field)


class GroupForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    description = forms.CharField(
        label=_("What they have in common"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    organisations = Picker(label=_("Organisations"))
    administrators = Picker(
        label=_("Administrators of the group"),
        help_text=_("By e-mail address. Each must already administer accounts in an organisation."),
    )

    def __init__(self, sources: Mapping[str, Choices], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, source in sources.items():
            self.fields[name].source = source  # type: ignore[attr-defined]


class GroupAccountForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=255)
    role_id = forms.TypedChoiceField(label=_("Role"), coerce=int)

    def __init__(self, actor: Actor, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        roles = [
            role
            for role in Role.objects.order_by("name")
            if rules.may_assign(actor, role) and not role.perm_sync
        ]
        self.fields["role_id"].choices = [(role.pk, role.name) for role in roles]  # type: ignore[attr-defined]


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
