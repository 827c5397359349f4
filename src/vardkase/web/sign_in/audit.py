"""Audit entries for sign-ins and second factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from vardkase.audit.actions import AuditAction
from vardkase.audit.repeat_suppression import RepeatSuppressor
from vardkase.audit.services import Target, record
from vardkase.identity.access.actor import actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.change_mails import AccountChange, notify_of_changes
from vardkase.identity.accounts.services.users import target_of
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.sign_in_policy.models import IdentityProvider
from vardkase.identity.sign_in_policy.providers import ProviderRefused
from vardkase.web.sign_in.sign_in_methods import means_of
from vardkase.web.sign_in.step_up import second_factor_was_added

SIGNED_IN = IdentityAction.USER_SIGNED_IN
REFUSED = IdentityAction.USER_SIGN_IN_REFUSED
refused_sign_ins = RepeatSuppressor("refused sign-ins", rows=120)
LEFT_EVERYWHERE = IdentityAction.USER_SIGNED_OUT_EVERYWHERE
KINDS = {"totp": "app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


@dataclass(frozen=True, slots=True)
class AttemptedUser:
    """An unauthenticated user, as an `audit.AuditActor` with the account's organisation."""

    organisation_id: int
    address: str | None
    user_id: int | None = None
    name: str = ""
    credential_name: str = Credential.BROWSER.value


def signed_in(request: HttpRequest, user: User) -> None:
    means = means_of(request, user)
    _by(request, user, SIGNED_IN, {"provider": means.issuer} if means else None)


def sign_in_refused(request: HttpRequest, email: str) -> None:
    """A wrong password. An address without an account is not stored: people type passwords there."""
    key, times = refused_sign_ins.count(str(uuid4()))  # Each by itself, up to so many.
    if not times:
        return
    if key is None:
        record(AttemptedUser(0, None), REFUSED, Target("user"), {"times": times})
        return
    user = User.objects.filter(email__iexact=email).first()
    somebody = AttemptedUser(user.org_id if user else 0, getattr(request, "client_address", None))
    record(somebody, REFUSED, target_of(user) if user else Target("user"))


def provider_refused(request: HttpRequest, provider: IdentityProvider, refused: ProviderRefused) -> None:
    somebody = AttemptedUser(provider.org_id, getattr(request, "client_address", None))
    # The detail is text of a foreign server: no control characters, and not more than a line of it.
    detail = "".join(letter for letter in refused.detail if letter.isprintable())[:200]
    change = {"reason": refused.fault.value, "detail": detail, "provider": provider.issuer}
    record(
        somebody,
        IdentityAction.USER_PROVIDER_REFUSED,
        Target("organisation", provider.org_id, title=provider.org.name),
        change,
    )


def signed_out_everywhere(request: HttpRequest, user: User, ended: int) -> None:
    _by(request, user, LEFT_EVERYWHERE, {"sessions": ended})


def session_ended(request: HttpRequest, user: User) -> None:
    _by(request, user, IdentityAction.USER_SESSION_ENDED)


def listen() -> None:
    signals.authenticator_added.connect(authenticator_added, dispatch_uid="vardkase.trail")
    signals.authenticator_removed.connect(authenticator_removed, dispatch_uid="vardkase.trail")
    signals.authenticator_reset.connect(authenticator_reset, dispatch_uid="vardkase.trail")
    signals.authentication_failed.connect(authentication_failed, dispatch_uid="vardkase.trail")


def authenticator_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    _by(request, user, IdentityAction.SECOND_FACTOR_ADDED, _kind(authenticator))
    _notify(request, user, AccountChange.SECOND_FACTOR_ADDED, authenticator)
    second_factor_was_added(request, user, authenticator)


def authenticator_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    _by(request, user, IdentityAction.SECOND_FACTOR_REMOVED, _kind(authenticator))
    _notify(request, user, AccountChange.SECOND_FACTOR_REMOVED, authenticator)


def authenticator_reset(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    _by(request, user, IdentityAction.SECOND_FACTOR_RENEWED, _kind(authenticator))
    _notify(request, user, AccountChange.RECOVERY_CODES, authenticator)


def authentication_failed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    somebody = AttemptedUser(user.org_id, getattr(request, "client_address", None))
    record(somebody, IdentityAction.USER_SECOND_FACTOR_REFUSED, target_of(user), _kind(authenticator))


def _notify(request: HttpRequest, user: User, changed: AccountChange, authenticator: Authenticator) -> None:
    # Recovery codes come and go with another factor, of which the owner is notified already.
    if changed is AccountChange.RECOVERY_CODES or authenticator.type != Authenticator.Type.RECOVERY_CODES:
        notify_of_changes(actor_for(user, Credential.BROWSER), user, [changed])


def _kind(authenticator: Authenticator) -> dict[str, Any]:
    return {"kind": KINDS.get(authenticator.type, authenticator.type)}


def _by(request: HttpRequest, user: User, action: AuditAction, change: dict[str, Any] | None = None) -> None:
    actor = actor_for(user, Credential.BROWSER, address=getattr(request, "client_address", None))
    record(actor, action, target_of(user), change)
