"""Forms for the hub's signing certificate."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_REASON = 500
LONGEST_PASSPHRASE = 200


class TrialCertificateForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for the change"),
        max_length=LONGEST_REASON,
        help_text=_("Shown to the second person, who approves the change."),
    )


class CertificateForm(TrialCertificateForm):
    file = forms.FileField(
        label=_("File with private key and certificate"),
        help_text=_("PKCS#12 (.p12, .pfx) or PEM, with the certificates of the issuers. Up to 100 kB."),
    )
    passphrase = forms.CharField(
        label=_("Passphrase of the file"),
        required=False,
        max_length=LONGEST_PASSPHRASE,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Used once to open the file, and not stored. The key is stored encrypted."),
    )
    field_order = ("file", "passphrase", "reason")
