"""The form for a later run of moving in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_DIGEST = 128
HEXADECIMAL = {"spellcheck": "false", "autocomplete": "off"}


class LaterRunForm(forms.Form):
    dump = forms.CharField(
        label=_("SHA-256 of the dump"),
        max_length=LONGEST_DIGEST,
        widget=forms.TextInput(attrs=HEXADECIMAL),
        help_text=_("As “sha256sum” prints it for the file that is given with --dump."),
    )
    settings = forms.CharField(
        label=_("SHA-256 of the settings"),
        max_length=LONGEST_DIGEST,
        widget=forms.TextInput(attrs=HEXADECIMAL),
        help_text=_("Of the file that is given with --settings: it says which keys are accepted."),
    )
    attachments = forms.CharField(
        label=_("SHA-256 of the files"),
        required=False,
        max_length=LONGEST_DIGEST,
        widget=forms.TextInput(attrs=HEXADECIMAL),
        help_text=_(
            "Of the archive or folder that is given with --files: it holds the attachments. Leave it empty if none is "
            "given. How to find that of a folder is in docs/move-in.md."
        ),
    )
    reason = forms.CharField(label=_("Reasons"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
