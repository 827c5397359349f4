"""The form for who can read the backups."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 10_000
LONGEST_REASON = 500


class RecipientsForm(forms.Form):
    recipients = forms.CharField(
        label=_("Recipients"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_(
            "One on each line: a name, a space, and the public key: age1…, or openpgp:… for an OpenPGP certificate. "
            "Their private keys are kept outside the hub."
        ),
    )
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves the change."),
    )
