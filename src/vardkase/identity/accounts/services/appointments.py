"""Appointing officers and auditors takes two people: a site administrator proposes, an officer approves.

The first two are appointed by one person, for nobody is there yet. When the hub has had two and none is left, one site
administrator proposes and another one approves: the console makes the second account where there is none, and that
account waits as long as any whose credentials somebody else has set.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Conflict
from vardkase.identity.accounts.four_eyes.hub_in_use import APPOINT, BEGIN_AGAIN, in_use, officers
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import NAMES, OFFICERS, Party
from vardkase.identity.accounts.four_eyes.queries import waiting_request
from vardkase.identity.accounts.four_eyes.registry import (
    ActionDescription,
    Approval,
    ApprovalAction,
)
from vardkase.identity.accounts.four_eyes.services import drop, propose
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.services.duties import give, refuse
from vardkase.identity.accounts.services.request_subjects import account_of, is_about
from vardkase.identity.accounts.staff import OVERSEE, StaffRole, staff_roles
from vardkase.identity.organisations.acting import Acting


def makes_officer(user: User, wanted: Sequence[str]) -> bool:
    return bool((staff_roles(wanted) ^ staff_roles(user.staff_roles)) & OVERSEE)


def propose_officer(actor: Acting, user: User, wanted: list[str], reason: str) -> ApprovalRequest:
    nobody_left = in_use() and not officers().exclude(pk=user.pk).exists()
    return propose(
        actor,
        AGAIN if nobody_left else OFFICER,
        str(user.pk),
        title=user.email,
        parameters={"staff_roles": wanted},
        reason=reason,
    )


def drop_waiting(actor: Acting, user: User) -> None:
    for action in (OFFICER, AGAIN):
        drop(actor, action, str(user.pk))


def waits_for_approval(user: User) -> bool:
    return any(waiting_request(name, str(user.pk)) for name in (APPOINT, BEGIN_AGAIN))


def describe_appointment(request: ApprovalRequest) -> ActionDescription:
    duties = _in_words(request.parameters["staff_roles"])
    before = _in_words(request.subject_state.get("staff_roles", []))
    return ActionDescription(
        gettext("%(email)s is assigned the duties: %(duties)s.") % {"email": request.title, "duties": duties},
        ((gettext("Account"), request.title), (gettext("Current duties"), before)),
    )


def _in_words(duties: Sequence[str]) -> str:
    return ", ".join(str(NAMES[Party(duty)]) for duty in StaffRole if duty in staff_roles(duties)) or "–"


def appointment_fingerprint(request: ApprovalRequest) -> dict[str, Any]:
    user = account_of(request)
    return {"email": user.email, "org_id": user.org_id, "staff_roles": user.staff_roles}


def _execute_appointment(approval: Approval) -> User:
    user = account_of(approval.request)
    if not user.is_active and approval.parameters["staff_roles"]:
        raise Conflict(AccountProblem.DISABLED_OR_DELETED())
    refuse(user, approval.parameters["staff_roles"])
    return give(approval.actor, user, approval.parameters["staff_roles"], approval.for_action(OFFICER, AGAIN))


_about_account = partial(
    ApprovalAction,
    describe=describe_appointment,
    fingerprint=appointment_fingerprint,
    conflict=is_about,
    execute=_execute_appointment,
)
OFFICER = _about_account(
    name=APPOINT,
    title=_("Appoint an officer or auditor"),
    propose=frozenset({Party.SITE_ADMIN}),
    approve=OFFICERS,
    alone_until_in_use=frozenset({Party.SITE_ADMIN, Party.CONSOLE}),
)
AGAIN = _about_account(
    name=BEGIN_AGAIN,
    title=_("Appoint an officer when there are none left"),
    propose=frozenset({Party.SITE_ADMIN}),
    approve=frozenset({Party.SITE_ADMIN}),
)
