"""Forms of sealed links."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 2000


class OfficerKeyForm(forms.Form):
    recipient = forms.CharField(
        label=_("Your public key"),
        max_length=400,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "It begins with age1, or with age1tag1 for a key on hardware. Never give the private key here."
        ),
    )


class KeyProofForm(forms.Form):
    recipient = forms.CharField(max_length=400, widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("The code in the file"),
        max_length=40,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("Only who holds the private key can read it. Letter case does not matter."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_(
            "Shown to the officer who approves the key, such as “First key” or “The former one expires”."
        ),
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Shown to the other officers, and kept in the audit log."),
    )


class OpeningForm(forms.Form):
    uuid = forms.UUIDField(
        label=_("UUID of the event"),
        help_text=_("It is on the page of the event that was published anonymously."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "The other officer reads it and so does the author, who is told that the link was opened. Write nothing "
            "that identifies you."
        ),
    )
