"""allauth's forms in our wording: explanatory labels, no placeholders, bounded input."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn import forms as webauthn
from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services import one_time_codes
from vardkase.identity.accounts.services.passwords import LONGEST

CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false", "maxlength": "32"}
LONGEST_EMAIL = 255
PRINTED_AHEAD = 5
"""How many printed codes from the next one on count, in case some were crossed out unused."""


def _word(form: Form, **labels: str | Promise) -> None:
    for name, label in labels.items():
        form.fields[name].label = label  # type: ignore[assignment]
        form.fields[name].help_text = ""
        form.fields[name].widget.attrs.pop("placeholder", None)


def _bound(form: Form, *names: str) -> None:
    """Reject excessively long passwords: hashing is deliberately slow."""
    for name in names:
        form.fields[name].max_length = LONGEST  # type: ignore[attr-defined]
        form.fields[name].widget.attrs["maxlength"] = str(LONGEST)


class LoginForm(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, login=_("E-mail address"), password=_("Password"))
        _bound(self, "password")
        # With "webauthn" the browser offers passkeys in the field itself.
        self.fields["login"].widget.attrs.update(autocomplete="username webauthn", maxlength=LONGEST_EMAIL)

    def clean(self) -> dict[str, Any] | None:
        if len(self.data.get("password", "")) > LONGEST:
            self.add_error("password", _("At most 4096 characters are allowed."))
        return super().clean()  # type: ignore[no-any-return]


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, oldpassword=_("Current password"), password1=_("New password"))
        _word(self, password2=_("Repeat the new password"))
        _bound(self, "oldpassword", "password1", "password2")
        self.fields["password1"].help_text = _("At least 12 characters. A few random words work well.")


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, password=_("Password"))
        _bound(self, "password")


class _Code(mfa.BaseAuthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        _require_attempt(self.user)
        app: Authenticator | None = None
        # A passkey answers a challenge; no code belongs to it.
        for authenticator in Authenticator.objects.filter(user=self.user).exclude(
            type=Authenticator.Type.WEBAUTHN
        ):
            if authenticator.type == Authenticator.Type.TOTP:
                app = authenticator
            if self._is_right(authenticator, code):
                one_time_codes.forgive(self.user.pk)
                authenticator.user = self.user
                self.authenticator = authenticator
                return code
        if app is not None:
            self._emit_authentication_failed(app)
        raise get_mfa_adapter().validation_error("incorrect_code")

    def _is_right(self, authenticator: Authenticator, code: str) -> bool:
        if authenticator.type != Authenticator.Type.TOTP:
            return bool(authenticator.wrap().validate_code(code))
        counter = _counter_of(decrypt(authenticator.data["secret"]), code)
        if counter is None:
            return _is_printed_code(authenticator, code)
        return one_time_codes.accept(self.user.pk, counter)


def _require_attempt(user: User) -> None:
    if not one_time_codes.may_try(user.pk):
        raise get_account_adapter().validation_error("too_many_login_attempts")


def _is_printed_code(authenticator: Authenticator, code: str) -> bool:
    """Whether it is one of the next codes on the list that MISP printed (RFC 4226); it and those before are used up."""
    following: int | None = authenticator.data.get("hotp_counter")
    if following is None:
        return False
    secret = decrypt(authenticator.data["secret"])
    for counter in range(following, following + PRINTED_AHEAD):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            unused = Authenticator.objects.filter(pk=authenticator.pk, data__hotp_counter=following)
            # Of two at once, one finds the counter as it was.
            return bool(unused.update(data={**authenticator.data, "hotp_counter": counter + 1}))
    return False


def _counter_of(secret: str, code: str) -> int | None:
    return next(
        (
            counter
            for counter in yield_hotp_counters_from_time()
            if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter)))
        ),
        None,
    )


class AuthenticateForm(_Code, mfa.AuthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, code=_("Code"))
        self.fields["code"].widget.attrs.update(CODE)


class MfaReauthenticateForm(_Code, mfa.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, code=_("Code"))
        self.fields["code"].widget.attrs.update(CODE)


class ActivateTOTPForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, code=_("Code from the app"))
        self.fields["code"].widget.attrs.update(CODE, inputmode="numeric")

    def clean_code(self) -> str:
        validate_can_add_authenticator(self.user)
        code: str = self.cleaned_data["code"]
        _require_attempt(self.user)
        counter = _counter_of(self.secret, code)
        if counter is None or not one_time_codes.accept(self.user.pk, counter):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class AddWebAuthnForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, name=_("Name"), passwordless=_("Sign in with this key instead of the password"))
        self.fields["name"].help_text = _("To tell your keys apart.")
        self.fields["passwordless"].help_text = _("The key then asks for your fingerprint, face or PIN.")
        self.fields["passwordless"].initial = True


class EditWebAuthnForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, name=_("Name"))
