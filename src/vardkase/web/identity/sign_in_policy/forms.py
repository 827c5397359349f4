"""Forms for an organisation's networks, certificates, domains and API requirements, for its administrators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vardkase.identity.sign_in_policy.certificates import LONGEST
from vardkase.identity.sign_in_policy.services.domains import MAILBOXES


class SecurityNetworksForm(forms.Form):
    networks = forms.CharField(
        label=_("Networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "One per line, such as 192.0.2.0/24 or 2001:db8::/32. A single address also counts as a network."
        ),
    )


class SecurityCertificateForm(forms.Form):
    file = forms.FileField(
        label=_("Certificate file"), required=False, help_text=_("PEM, without its private key.")
    )
    pem = forms.CharField(
        label=_("Or the certificate as text"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    fingerprint = forms.CharField(label=_("Or its SHA-256 fingerprint"), required=False, max_length=200)
    pins = forms.ChoiceField(
        label=_("Match by"),
        choices=[
            ("certificate", _("The certificate: a renewed one must be registered again")),
            ("key", _("The key: a renewed certificate with the same key is accepted")),
        ],
        widget=forms.RadioSelect,
        initial="certificate",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("file", "pem", "fingerprint")):
            raise forms.ValidationError(_("Provide a file, a text or a fingerprint."))
        return cleaned

    def text(self) -> str:
        file = self.cleaned_data["file"]
        if file:
            return str(file.read(LONGEST).decode(errors="replace"))
        return str(self.cleaned_data["pem"])


class SecurityDomainForm(forms.Form):
    domain = forms.CharField(
        label=_("E-mail domain"),
        max_length=253,
        help_text=_("The part after @ in your addresses. A subdomain is a separate domain."),
    )
    method = forms.ChoiceField(
        label=_("Verification method"),
        choices=[
            ("dns", _("A TXT record in DNS")),
            ("mail", _("A link mailed to the domain’s administrators")),
        ],
        widget=forms.RadioSelect,
        initial="dns",
    )
    mailbox = forms.ChoiceField(
        label=_("Recipient"),
        required=False,
        choices=[(name, f"{name}@…") for name in MAILBOXES],
        help_text=_("Only if you choose e-mail."),
    )


class RequirementsForm(forms.Form):
    software = forms.CharField(label=_("Software and version"), required=False, max_length=255)
    egress_addresses = forms.CharField(
        label=_("Fixed addresses it connects from"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("One per line. The keys of your synchronising accounts are bound to these."),
    )
    proof = forms.ChoiceField(
        label=_("Identification in addition to the key"),
        choices=[("certificate", _("By a client certificate")), ("pinned_key", _("By a pinned key"))],
        widget=forms.RadioSelect,
        initial="certificate",
    )
    contact_name = forms.CharField(label=_("Technical contact"), required=False, max_length=255)
    contact_email = forms.CharField(label=_("The contact’s e-mail address"), required=False, max_length=255)
    contact_phone = forms.CharField(label=_("The contact’s telephone"), required=False, max_length=64)
    rotation_days = forms.IntegerField(
        label=_("Days between key changes"), initial=365, help_text=_("At most 365.")
    )
    log_days = forms.IntegerField(
        label=_("Days to keep connection logs"), initial=180, help_text=_("At least 90.")
    )


class RequirementsDecisionForm(forms.Form):
    note = forms.CharField(
        label=_("To the organisation"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Explain what is missing when you return the list."),
    )
