"""Forms for accounts, organisations, sharing groups and roles, for administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.exchange.servers.queries import servers
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.queries import roles
from vardkase.identity.accounts.services.account_approvals import CHANGES
from vardkase.identity.organisations.queries import organisations
from vardkase.web.ui.permission_labels import DUTIES


class UserForm(forms.Form):
    """An account. Organisation administrators cannot choose another organisation or a role above their own."""

    email = forms.EmailField(label=_("E-mail address"), max_length=255)
    org_id = forms.ChoiceField(label=_("Organisation"))
    role_id = forms.ChoiceField(label=_("Role"))
    expiration = forms.DateField(
        label=_("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The account cannot be used from this date. Leave empty if it does not expire."),
    )
    autoalert = forms.BooleanField(label=_("Receives e-mail when an event is published"), required=False)
    contactalert = forms.BooleanField(
        label=_("Receives e-mail when someone asks about our events"), required=False
    )
    server_id = forms.ChoiceField(
        label=_("Account of a connected hub"),
        required=False,
        help_text=_(
            "For an account that another hub uses to fetch events. The limits on what we send over the "
            "connection then also apply to what the account can fetch."
        ),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignable = [role for role in roles() if rules.may_assign(actor, role)]
        self.fields["role_id"].choices = [(role.pk, role.name) for role in assignable]  # type: ignore[attr-defined]
        self.fields["role_id"].initial = next((role.pk for role in assignable if role.default_role), None)
        if actor.is_site_admin:
            local = organisations("local").values_list("pk", "name")
            self.fields["org_id"].choices = list(local)  # type: ignore[attr-defined]
            hubs = [(str(server.pk), server.name) for server in servers(actor)]
            self.fields["server_id"].choices = [("0", _("None")), *hubs]  # type: ignore[attr-defined]
        else:
            del self.fields["org_id"], self.fields["server_id"]

    def wire(self) -> dict[str, Any]:
        day = self.cleaned_data["expiration"]
        return self.cleaned_data | {"expiration": f"{day} 00:00:00" if day else ""}


class DutiesForm(forms.Form):
    staff_roles = forms.MultipleChoiceField(
        label=_("Duties"),
        required=False,
        choices=[(role.value, words) for role, words in DUTIES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("Reasons"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Required for a new officer, who must be approved by a second person."),
    )


class AccountChangeForm(forms.Form):
    change = forms.ChoiceField(label=pgettext_lazy("noun", "Change"), choices=list(CHANGES.items()))
    email = forms.EmailField(
        label=_("New e-mail address"),
        required=False,
        max_length=255,
        help_text=_("Only if you change the address."),
    )
    role = forms.ChoiceField(label=_("New role"), required=False, help_text=_("Only if you change the role."))
    reason = forms.CharField(label=_("Reasons"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [(str(role.pk), role.name) for role in roles() if not role.perm_site_admin]
        self.fields["role"].choices = [("", "–"), *others]  # type: ignore[attr-defined]

    @property
    def value(self) -> str:
        return str(self.cleaned_data.get(self.cleaned_data["change"]) or "")
