"""Services for account requests: submitted by visitors, accepted or discarded by site administrators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import CommonProblem, Problem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.services import create_user
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.registrations.models import Inbox
from vardkase.identity.registrations.problems import RegistrationProblem
from vardkase.identity.registrations.settings import SELF_REGISTRATION
from vardkase.misp.flags import as_bool

MOST_WAITING = 1000
"""Anybody may send requests: more than administrators can look through are of no use."""

LONGEST = 2000
LONGEST_EMAIL = 255
TEXTS = ("org_id", "org_name", "org_uuid", "custom_perms")
FLAGS = ("perm_sync", "perm_publish", "perm_admin")


def require_registration() -> None:
    if not SELF_REGISTRATION.value:
        raise Forbidden(RegistrationProblem.NOT_ENABLED())


@transaction.atomic
def request_account(actor: Actor, data: Mapping[str, Any], user_agent: str) -> Inbox:
    """Put a visitor's request into the inbox, replacing an earlier one for the same address.

    Does not reveal whether the address already has an account. Raises Forbidden while self-registration is
    off, Conflict if the inbox is full, Invalid by field.
    """
    require_registration()
    fields = _asked(data)
    # Before counting: asking again must work while the inbox is full.
    Inbox.objects.filter(data__email__iexact=fields["email"]).delete()
    if Inbox.objects.count() >= MOST_WAITING:
        raise Conflict(RegistrationProblem.FULL())
    request = Inbox.objects.create(
        title=f"User registration for {fields['email']}.",
        ip=actor.address,
        user_agent=user_agent[:LONGEST],
        timestamp=now_seconds(),
        data=fields,
    )
    record(actor, IdentityAction.REGISTRATION_REQUESTED, _target(request))
    return request


@transaction.atomic
def accept_requests(actor: Actor, requests: Sequence[Inbox], chosen: Mapping[str, Any]) -> int:
    """Create an account for each request, with organisation and role from `chosen`; returns how many.

    Passwords are random: users request a new one on the sign-in page. Raises Invalid, Forbidden.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    for request in requests:
        fields = {name: chosen[name] for name in ("org_id", "role_id") if chosen.get(name)}
        # What the visitor asked for is shown to the administrator, but only `chosen` counts.
        user = create_user(actor, {"email": request.data["email"], "contactalert": True, **fields})
        record(actor, IdentityAction.REGISTRATION_ACCEPTED, _target(request), {"user": user.email})
        request.delete()
    return len(requests)


@transaction.atomic
def discard_requests(actor: Actor, requests: Sequence[Inbox]) -> int:
    actor.require_writing(Permission.SITE_ADMIN)
    for request in requests:
        record(actor, IdentityAction.REGISTRATION_DISCARDED, _target(request))
        request.delete()
    return len(requests)


def _asked(data: Mapping[str, Any]) -> dict[str, str]:
    errors: dict[str, list[Problem]] = {}
    fields: dict[str, str] = {"email": _email(data.get("email"), errors)}
    for name in TEXTS:
        if text := _text(name, data.get(name), errors):
            fields[name] = text
    fields |= {name: "1" if as_bool(data.get(name)) else "" for name in FLAGS}
    fields["message"] = _text("message", data.get("message"), errors)
    if errors:
        raise Invalid(errors)
    return fields


def _email(value: Any, errors: dict[str, list[Problem]]) -> str:
    text = _text("email", value, errors)
    try:
        validate_email(text)
    except ValidationError:
        errors["email"] = [CommonProblem.NOT_AN_EMAIL()]
    if len(text) > LONGEST_EMAIL:
        errors["email"] = [CommonProblem.NOT_AN_EMAIL()]
    return text


def _text(name: str, value: Any, errors: dict[str, list[Problem]]) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if not isinstance(value, str | int) or len(str(value)) > LONGEST:
        errors[name] = [RegistrationProblem.TOO_LONG()]
        return ""
    return str(value).strip()


def _target(request: Inbox) -> Target:
    return Target("registration", request.pk, request.uuid, request.data["email"])
