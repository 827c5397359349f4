"""Forms for filtering what concerns one member, and for the key of another hub."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.identity.organisations.models import Organisation

LONGEST_REASON = 500


class OurEntriesForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("About"),
        required=False,
        choices=[
            ("", _("Everything")),
            ("event", _("Reads by operators")),
            ("user", _("Accounts")),
            ("auth_key", _("API keys")),
            ("second_factor", _("Second factors")),
            ("role", _("Roles")),
            ("organisation", _("Organisation")),
            ("membership", _("Membership")),
            ("application", _("Application for membership")),
        ],
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def filters(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class HeldKeyForm(forms.Form):
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(local=True).order_by("name"),
        empty_label=_("Choose an organisation"),
        help_text=_("Whose hub it is. Only its accounts can deliver the checkpoints."),
    )
    hub = forms.UUIDField(
        label=_("UUID of the hub"),
        help_text=_("The value “hub” in what “vardkase audit checkpoint” prints on the other hub."),
    )
    public_key = forms.CharField(
        label=_("Public key"),
        max_length=64,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("The last one that “vardkase audit keys” lists on the other hub."),
    )
    reason = forms.CharField(
        label=_("Reason for the registration"),
        max_length=LONGEST_REASON,
        help_text=_("Say how you know that the key is theirs. The second person reads this."),
    )
