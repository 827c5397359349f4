"""Forms for accounts, organisations, sharing groups and roles, for administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.exchange.servers.queries import servers
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts import rules
from vardkase.identity.accounts.four_eyes.services import LONGEST
from vardkase.identity.accounts.queries import roles
from vardkase.identity.accounts.services.account_approvals import CHANGES
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import organisations
from vardkase.web.identity.access.permission_labels import DUTIES, FLAGS


class UserForm(forms.Form):
    """An account. Organisation administrators cannot choose another organisation or a role above their own."""

    email = forms.EmailField(label=_("E-mail address"), max_length=255)
    org_id = forms.ChoiceField(label=_("Organisation"))
    role_id = forms.ChoiceField(label=_("Role"))
    expiration = forms.DateField(
        label=_("Expires on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The account can no longer be used from this day. Empty: it does not expire."),
    )
    autoalert = forms.BooleanField(label=_("Gets mail when an event is published"), required=False)
    contactalert = forms.BooleanField(
        label=_("Gets mail when somebody asks about our events"), required=False
    )
    server_id = forms.ChoiceField(
        label=_("Account of a connected hub"),
        required=False,
        help_text=_(
            "For the account that another hub fetches with: what limits what we send over the "
            "connection then also limits what the account can fetch."
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
            self.fields["server_id"].choices = [("0", _("Of none")), *hubs]  # type: ignore[attr-defined]
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
        help_text=_("Needed for a new officer, whom a second person has to approve."),
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


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    uuid = forms.UUIDField(
        label=_("UUID"),
        required=False,
        help_text=_("The same on every hub that knows the organisation. Empty: a new one is generated."),
    )
    local = forms.BooleanField(
        label=_("A member of this hub"),
        required=False,
        initial=True,
        help_text=_("Only members have accounts. Others are known through sharing."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    nationality = forms.CharField(label=_("Country"), required=False, max_length=255)
    sector = forms.CharField(label=_("Sector"), required=False, max_length=255)
    type = forms.CharField(label=_("Kind of organisation"), required=False, max_length=255)
    contacts = forms.CharField(label=_("Contacts"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    restricted_to_domain = forms.CharField(
        label=_("Mail domains of its accounts"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One on each line. Empty: any."),
    )

    def wire(self) -> dict[str, Any]:
        written = dict(self.cleaned_data)
        if not written["uuid"]:
            del written["uuid"]
        return written


class SharingGroupForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    releasability = forms.CharField(
        label=_("Releasable to"),
        required=False,
        help_text=_("In words: who may read what is shared with it."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    active = forms.BooleanField(
        label=_("Available"),
        required=False,
        initial=True,
        help_text=_("When it cannot, its members no longer read what is shared with it."),
    )
    roaming = forms.BooleanField(
        label=_("May be sent to any hub that has one of its members"), required=False
    )


class GroupMemberForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("Choose an organisation")
    )
    extend = forms.BooleanField(label=_("May add and remove organisations"), required=False)

    def __init__(self, members: set[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = organisations("all").exclude(pk__in=members)
        self.fields["organisation"].queryset = others  # type: ignore[attr-defined]


class GroupServerForm(forms.Form):
    all_orgs = forms.BooleanField(label=_("Every organisation on this hub may read"), required=False)


class RoleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    restricted_to_site_admin = forms.BooleanField(
        label=_("Only site administrators may give it to somebody"), required=False
    )

    def __init__(self, *args: Any, takes_two: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in FLAGS.items():
            self.fields[name] = forms.BooleanField(label=label, help_text=help_text, required=False)
        if takes_two:
            self.fields["reason"] = forms.CharField(
                label=_("Why this is changed"),
                max_length=LONGEST,
                help_text=_("Officers have this role, so an officer has to approve the change."),
                widget=forms.Textarea(attrs={"rows": 2}),
            )


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

    def __init__(self, nouns: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Everything")), *nouns.items()]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
