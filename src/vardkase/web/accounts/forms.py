"""allauth's forms in our words: labels that say what to write, no placeholders, bounded input."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.services.passwords import LONGEST

CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "maxlength": "32"}
LONGEST_EMAIL = 255


def _word(form: Form, **labels: str | Promise) -> None:
    """Give the fields their labels, and take allauth's placeholders and help away."""
    for name, label in labels.items():
        form.fields[name].label = label  # type: ignore[assignment]
        form.fields[name].help_text = ""
        form.fields[name].widget.attrs.pop("placeholder", None)


def _bound(form: Form, *names: str) -> None:
    """Refuse passwords that are longer than any: hashing is made slow on purpose."""
    for name in names:
        form.fields[name].max_length = LONGEST  # type: ignore[attr-defined]
        form.fields[name].widget.attrs["maxlength"] = str(LONGEST)


class LoginForm(account.LoginForm):  # type: ignore[misc]
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, login=_("E-mail address"), password=_("Password"))
        _bound(self, "password")
        self.fields["login"].widget.attrs.update(autocomplete="username webauthn", maxlength=LONGEST_EMAIL)

    def clean(self) -> dict[str, Any] | None:
        if len(self.data.get("password", "")) > LONGEST:
            self.add_error("password", _("At most 4096 characters are allowed."))
        return super().clean()  # type: ignore[no-any-return]


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    """The present password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, oldpassword=_("Present password"), password1=_("New password"))
        _word(self, password2=_("New password once more"))
        _bound(self, "oldpassword", "password1", "password2")
        self.fields["password1"].help_text = _("At least 12 characters. A few words in a row work well.")


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, password=_("Password"))
        _bound(self, "password")


class AuthenticateForm(mfa.AuthenticateForm):  # type: ignore[misc]
    """A code from the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, code=_("Code"))
        self.fields["code"].widget.attrs.update(CODE)


class MfaReauthenticateForm(mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, code=_("Code"))
        self.fields["code"].widget.attrs.update(CODE)


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code that the app shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, code=_("Code from the app"))
        self.fields["code"].widget.attrs.update(CODE, inputmode="numeric")


class AddWebAuthnForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A name for the passkey, and whether it is to replace the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, name=_("Name"), passwordless=_("Sign in with this key instead of the password"))
        self.fields["name"].help_text = _("So that you can tell your keys apart.")
        self.fields["passwordless"].help_text = _("The key then asks for your fingerprint, face or PIN.")
        self.fields["passwordless"].initial = True


class EditWebAuthnForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for the passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, name=_("Name"))
