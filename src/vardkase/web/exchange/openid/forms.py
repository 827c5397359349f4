"""Forms for an organisation's sign-in provider."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ProviderForm(forms.Form):
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=255,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "The provider’s address, exactly as it names itself, such as https://login.kommun.example."
        ),
    )
    client_id = forms.CharField(
        label=_("Client ID"),
        max_length=255,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=1000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("It is stored encrypted and never shown. Leave it empty to keep the current one."),
    )
    label = forms.CharField(
        label=_("Display name"),
        max_length=60,
        help_text=_("The text on the button, such as “The municipality’s sign-in”."),
    )
    trusts_second_factor = forms.BooleanField(
        label=_("Trust the provider’s second factor"),
        required=False,
        help_text=_("If the provider reports that it required one (mfa), the hub does not ask for its own."),
    )
    required = forms.BooleanField(
        label=_("Require this provider"),
        required=False,
        help_text=_(
            "Passwords and passkeys are then refused, and people who are signed in must sign in "
            "again. It does not apply to those who administer or operate the hub itself."
        ),
    )


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=255,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text=_("The part after @ identifies the organisation."),
    )
