"""Form for roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.four_eyes.services import LONGEST
from vardkase.web.ui.permission_labels import FLAGS


class RoleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255)
    restricted_to_site_admin = forms.BooleanField(
        label=_("Only site administrators may assign it"), required=False
    )

    def __init__(self, *args: Any, takes_two: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in FLAGS.items():
            self.fields[name] = forms.BooleanField(label=label, help_text=help_text, required=False)
        if takes_two:
            self.fields["reason"] = forms.CharField(
                label=_("Reason for the change"),
                max_length=LONGEST,
                help_text=_("Officers have this role, so an officer must approve the change."),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
