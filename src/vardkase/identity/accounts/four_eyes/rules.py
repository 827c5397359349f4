"""Rules on who may propose, approve or withdraw a request; approval is bound to its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.functional import Promise
from django.utils.timezone import localtime

from vardkase.core.errors import Forbidden
from vardkase.core.problems import Problem
from vardkase.identity.accounts.four_eyes.decision_rights import DecisionRights, rights_today
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import NAMES, Party, parties_of, parties_of_account
from vardkase.identity.accounts.four_eyes.persons import has_own_credentials, is_proposer
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.settings import CREDENTIAL_WAITING_DAYS
from vardkase.identity.organisations.acting import Acting

BROWSER = "browser"


class NotEligibleToApprove(Forbidden):
    """The actor cannot propose, answer or withdraw this; the text says why, and what would help."""


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def digest_of(request: ApprovalRequest) -> str:
    parts = [request.action, request.subject, request.parameters, request.reason, request.subject_state]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def refusal_to_propose(
    actor: Acting, action: ApprovalAction, request: ApprovalRequest, *, alone: bool = False
) -> Problem | None:
    """Why the actor may not propose this; None if they may.

    `alone`: they carry it out at once.
    """
    if not alone and Party.CONSOLE in parties_of(actor):
        return FourEyesProblem.NOT_AT_THE_CONSOLE()
    if not alone and parties_of(actor).isdisjoint(action.propose):
        return FourEyesProblem.NOT_A_PROPOSER(parties=_listed(action.propose))
    account = User.objects.filter(pk=actor.user_id or 0).first()
    if account is not None and not alone and not has_own_credentials(actor, account):
        return not_settled(actor, account)
    return action.conflict(actor, request)


def refusal_of_part(
    actor: Acting,
    action: ApprovalAction,
    request: ApprovalRequest,
    account: User,
    rights: DecisionRights | None = None,
) -> Problem | None:
    """Why the actor may not decide on this; None if they may. `rights` are those of today, if already read."""
    if is_proposer(account, request):
        return FourEyesProblem.OWN_PROPOSAL()
    if not account.is_active or parties_of_account(account).isdisjoint(action.approve):
        return FourEyesProblem.NOT_AN_APPROVER(parties=_listed(action.approve))
    if not (rights or rights_today()).allow(action.name, account):
        return FourEyesProblem.NOT_DELEGATED()
    return action.conflict(actor, request)


def require_approver(
    actor: Acting, action: ApprovalAction, request: ApprovalRequest, account: User | None
) -> None:
    if account is None:
        raise NotEligibleToApprove(FourEyesProblem.ON_PAGES_ONLY())
    if refusal := refusal_of_part(actor, action, request, account):
        raise NotEligibleToApprove(refusal)
    actor.require_step_up()


def require_means(actor: Acting, account: User | None) -> None:
    """Raise NotEligibleToApprove unless the actor is in a browser session, with credentials that have been their
    own for long enough."""
    if actor.credential_name != BROWSER or account is None:
        raise NotEligibleToApprove(FourEyesProblem.ON_PAGES_ONLY())
    require_own_credentials(actor, account)


def require_own_credentials(actor: Acting, account: User | None) -> None:
    if account is None or not has_own_credentials(actor, account):
        raise NotEligibleToApprove(not_settled(actor, account))


def _listed(parties: Iterable[Party]) -> list[str | Promise]:
    return [NAMES[party] for party in Party if party in set(parties)]


def not_settled(actor: Acting, account: User | None) -> Problem:
    if actor.key is not None and not actor.key.is_issued_by_owner:
        return FourEyesProblem.KEY_OF_ANOTHER()
    at = account.credentials_set_by_another_at if account else None
    until = at + timedelta(days=CREDENTIAL_WAITING_DAYS.value) if at else None
    return FourEyesProblem.CREDENTIALS_TOO_NEW(
        until=localtime(until).strftime("%Y-%m-%d %H:%M") if until else "–"
    )
