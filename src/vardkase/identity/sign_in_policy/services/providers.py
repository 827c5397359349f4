"""Sign-in provider of an organisation: register, edit, remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.problems import CommonProblem, Problem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.settings import membership_is_in_use
from vardkase.identity.sign_in_policy.models import PROVIDER_SECRETS, IdentityProvider
from vardkase.identity.sign_in_policy.problems import SignInPolicyProblem
from vardkase.identity.sign_in_policy.rules import may_decide
from vardkase.identity.sign_in_policy.services.common import changing, written_down

SHOWN_OF_PROVIDER = ("issuer", "client_id", "label", "required", "trusts_second_factor")
"""What the audit log records of a provider: all but its secret."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Input for a provider; an empty `client_secret` keeps the stored one."""

    issuer: str
    client_id: str
    client_secret: str
    label: str
    required: bool = False
    trusts_second_factor: bool = False


def changed_registration(
    row: IdentityProvider | None, changes: Mapping[str, Any], client_secret: str
) -> Registration:
    kept: dict[str, Any] = {name: getattr(row, name) for name in SHOWN_OF_PROVIDER} if row else {}
    empty = {"issuer": "", "client_id": "", "label": ""}
    return Registration(**{**empty, **kept, **changes, "client_secret": client_secret})


def check_provider(actor: Actor, organisation: Organisation, asked: Registration) -> IdentityProvider:
    if not may_decide(actor, organisation.pk):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    row = provider_of(organisation) or IdentityProvider(org=organisation)
    _check(row, asked)
    _refuse_letting_in(actor, organisation, row, asked)
    if (row.issuer, row.client_id) != (asked.issuer, asked.client_id):
        row.proved = None
    if asked.required and row.proved is None:
        # A provider that never worked would lock everybody out.
        raise Invalid({"required": [SignInPolicyProblem.PROVIDER_UNPROVED()]})
    for name in SHOWN_OF_PROVIDER:
        setattr(row, name, getattr(asked, name))
    if asked.client_secret:
        row.secret = PROVIDER_SECRETS.encrypt(asked.client_secret)
    return row


@transaction.atomic
def save_provider(actor: Actor, organisation: Organisation, asked: Registration) -> IdentityProvider:
    """Register or change the provider.

    When it becomes required, other sessions end; when it is replaced, all sessions end, because the former
    one is no longer trusted. Raises Invalid by field: an issuer that is not an https URL, a new issuer
    without its own secret, or requiring a provider that has never been used. Raises Forbidden.
    """
    organisation = changing(actor, organisation)
    before = provider_of(organisation)
    row = check_provider(actor, organisation, asked)
    row.save()
    is_another = before is not None and (before.issuer, before.client_id) != (row.issuer, row.client_id)
    if is_another or (row.required and not (before and before.required)):
        _end_sessions(actor, organisation)
    change = {name: getattr(row, name) for name in SHOWN_OF_PROVIDER} | {
        "secret_changed": bool(asked.client_secret)
    }
    written_down(actor, organisation, IdentityAction.ORGANISATION_PROVIDER_SET, change)
    return row


@transaction.atomic
def remove_provider(actor: Actor, organisation: Organisation) -> None:
    organisation = changing(actor, organisation)
    row = provider_of(organisation)
    if not may_decide(actor, organisation.pk):
        raise Forbidden(CommonProblem.NO_PERMISSION())
    if row is None:
        raise NotFound(SignInPolicyProblem.NO_PROVIDER())
    row.delete()
    _end_sessions(actor, organisation)
    written_down(actor, organisation, IdentityAction.ORGANISATION_PROVIDER_REMOVED, {"issuer": row.issuer})


def provider_of(organisation: Organisation) -> IdentityProvider | None:
    return IdentityProvider.objects.filter(org=organisation).first()


def _refuse_letting_in(
    actor: Actor, organisation: Organisation, row: IdentityProvider, registration: Registration
) -> None:
    """Raise Forbidden if anyone but a member's administrator would control its sign-ins: a provider can
    impersonate all its users.

    Others may only lift a requirement. Once membership is in use this requires step-up authentication
    (StepUpRequired); before that, actors that can read everything anyway may do it, also with a key.
    """
    kept = {name: getattr(row, name) for name in SHOWN_OF_PROVIDER} | {"required": False}
    if (
        row.pk
        and not registration.client_secret
        and all(getattr(registration, name) == kept[name] for name in kept)
    ):
        return
    own = actor.may(Permission.ADMIN) and actor.organisation_id == organisation.pk
    if membership_is_in_use():
        if own and not actor.may_not_read_content:
            actor.require_step_up()
            return
    elif (own or actor.is_site_admin) and not actor.may_not_read_content:
        return
    raise Forbidden(SignInPolicyProblem.OWN_ADMINISTRATORS_ONLY())


def _check(row: IdentityProvider, registration: Registration) -> None:
    wrong: dict[str, list[Problem]] = {}
    if not _is_issuer(registration.issuer):
        wrong["issuer"] = [SignInPolicyProblem.NOT_AN_ISSUER()]
    for name in ("client_id", "label"):
        if not getattr(registration, name).strip():
            wrong[name] = [SignInPolicyProblem.EMPTY()]
    # The secret would otherwise be sent to whatever address somebody writes here.
    if not registration.client_secret and (not row.secret or row.issuer != registration.issuer):
        wrong["client_secret"] = [SignInPolicyProblem.SECRET_MISSING()]
    if wrong:
        raise Invalid(wrong)


def _is_issuer(issuer: str) -> bool:
    try:
        parts = urlsplit(issuer)
    except ValueError:
        return False
    schemes = ("https", "http") if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN else ("https",)
    plain = not any((parts.query, parts.fragment, parts.username, parts.password)) and issuer.isprintable()
    return parts.scheme in schemes and bool(parts.hostname) and plain and " " not in issuer


def _end_sessions(actor: Actor, organisation: Organisation) -> None:
    # Those who serve the hub never sign in through a provider.
    bound = User.objects.filter(org=organisation, role__perm_site_admin=False, staff_roles=[])
    bound.exclude(pk=actor.user_id or 0).update(force_logout=True)
