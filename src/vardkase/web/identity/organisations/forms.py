"""Forms for organisations and sharing groups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import organisations


class OrganisationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    uuid = forms.UUIDField(
        label=_("UUID"),
        required=False,
        help_text=_(
            "The same on every hub where the organisation is known. Leave empty to generate a new one."
        ),
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
    type = forms.CharField(label=_("Type of organisation"), required=False, max_length=255)
    contacts = forms.CharField(label=_("Contacts"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    restricted_to_domain = forms.CharField(
        label=_("E-mail domains of its accounts"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One per line. Leave empty for any."),
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
        help_text=_("Describe who may read what is shared with it."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    active = forms.BooleanField(
        label=_("Available"),
        required=False,
        initial=True,
        help_text=_("If turned off, members can no longer read what is shared with the group."),
    )
    roaming = forms.BooleanField(
        label=_("May be sent to any hub that has a member of the group"), required=False
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
