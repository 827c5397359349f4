"""Helpers for signing in and second factors."""

from __future__ import annotations

import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.http import HttpResponse
from django.test import Client

from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.passwords import set_password
from vardkase.web.sign_in.sessions import end_sessions

PASSWORD = "tolv fyrar tända längs kusten"


def with_password(user: User, password: str = PASSWORD, **fields: object) -> User:
    """`user` with a known password, and `fields` set; with `change_pw`, a one-time password set by somebody
    else.
    """
    set_password(user, password)
    if fields.get("change_pw"):
        user.credentials_set_by_another_at = user.last_pw_change
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    return user


def with_totp(user: User) -> str:
    """Gives `user` an authenticator app and recovery codes; returns the app's secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def code_of(secret: str, step: int = 0) -> str:
    """The app's current code, or the one `step` (-1 or 1) half minutes away."""
    counter = list(yield_hotp_counters_from_time())[1 + step]
    return str(format_hotp_value(hotp_value(secret, counter)))


def post_sign_in(client: Client, email: str, password: str = PASSWORD, **headers: str) -> HttpResponse:
    return client.post("/account/login/", {"login": email, "password": password}, headers=headers)  # type: ignore[return-value]


def signed_in(user: User) -> Client:
    """A browser in which `user` has just signed in, with whatever factors they have."""
    client = Client()
    client.force_login(user)
    session = client.session
    record = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [record]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    if User.objects.filter(pk=user.pk, force_logout=True).update(force_logout=False):
        end_sessions(user, keep=session.session_key)  # As a real sign-in does.
    return client


def confirm(client: Client, user: User, *, ago: float = 0) -> None:
    """Sets the second factor of `user`'s session to have been confirmed `ago` seconds ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
