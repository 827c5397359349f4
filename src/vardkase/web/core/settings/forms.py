"""Form for the value of a setting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.hub.instance.settings import SettingLine
from vardkase.identity.accounts.four_eyes.services import LONGEST

SHORT = 80


class SettingForm(forms.Form):
    def __init__(self, *args: Any, line: SettingLine, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _field_for(line)
        if needs_reason:
            self.fields["reason"] = forms.CharField(
                label=_("Reason for the change"),
                max_length=LONGEST,
                help_text=_("Shown to the second officer, who must approve the change."),
                error_messages={"required": _("Enter a reason.")},
                widget=forms.Textarea(attrs={"rows": 2}),
            )


def _field_for(line: SettingLine) -> forms.Field:
    label = _("Value")
    if line.secret:
        hidden = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(label=label, required=False, widget=hidden)
    if line.kind is bool:
        switch = [("1", _("On")), ("0", _("Off"))]
        return forms.ChoiceField(label=label, choices=switch, initial="1" if line.value else "0")
    if line.options:
        known = [(str(option), f"{option}: {choice_label}") for option, choice_label in line.options]
        return forms.ChoiceField(label=label, choices=known, initial=str(line.value))
    if line.kind is int:
        return forms.IntegerField(label=label, initial=line.value)
    widget = forms.Textarea(attrs={"rows": 3}) if len(str(line.value)) > SHORT else forms.TextInput()
    return forms.CharField(label=label, required=False, initial=line.value, widget=widget)
