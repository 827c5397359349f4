"""Form for communities of members."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.membership.counties import COUNTIES
from vardkase.hub.membership.sectors import Nis2Status, Sector
from vardkase.web.ui.forms.picker import Choices, Picker


class CommunityForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    sectors = forms.MultipleChoiceField(
        label=_("Legal form"), required=False, choices=Sector.choices, widget=forms.CheckboxSelectMultiple
    )
    nis2 = forms.MultipleChoiceField(
        label=_("Cybersecurity Act (NIS2)"),
        required=False,
        choices=Nis2Status.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    counties = forms.MultipleChoiceField(
        label=_("County"), required=False, choices=COUNTIES, widget=forms.CheckboxSelectMultiple
    )
    chosen = Picker(label=_("Selected members"), help_text=_("Members included regardless of the rules."))
    hides_members = forms.BooleanField(
        label=_("Members do not see who else is in the group"),
        required=False,
        help_text=_("On the web, by API and by synchronisation. Only the hub owner sees them all."),
    )

    def __init__(self, members: Choices, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].source = members  # type: ignore[attr-defined]

    def wire(self) -> dict[str, Any]:
        chosen = [int(pk) for pk in self.cleaned_data["chosen"] if pk.isdecimal()]
        return {**self.cleaned_data, "chosen": chosen}
