"""Form for filtering what concerns one member."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


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
