"""Forms for groups of organisations and their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.models import Role
from vardkase.web.ui.forms.picker import Choices, Picker


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
