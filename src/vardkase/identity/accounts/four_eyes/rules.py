"""Rules on who may propose, approve or withdraw a request; approval is bound to its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.timezone import localtime
from django.utils.translation import gettext

from vardkase.core.errors import Forbidden
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import NAMES, Party, parties_of, parties_of_account
from vardkase.identity.accounts.four_eyes.persons import has_own_credentials, is_proposer
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.settings import CREDENTIAL_WAITING_DAYS
from vardkase.identity.organisations.acting import Acting

BROWSER = "browser"


class NotEligibleToApprove(Forbidden):
    """The actor cannot propose, answer or withdraw this; the text says why, and what would help."""


def decided_on_pages() -> str:
    return gettext(
        "What takes two people is decided on the hub’s pages, by somebody who has signed in there: an API key "
        "may propose it."
    )


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def digest_of(request: ApprovalRequest) -> str:
    parts = [request.action, request.subject, request.parameters, request.reason, request.subject_state]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def refusal_to_propose(
    actor: Acting, action: ApprovalAction, request: ApprovalRequest, *, alone: bool = False
) -> str:
    """Why the actor may not propose this, in words; empty if they may.

    `alone`: they carry it out at once.
    """
    if not alone and Party.CONSOLE in parties_of(actor):
        return gettext(
            "What takes two people cannot be proposed at the console: the person there may have "
            "an account that approves. Propose it on the pages, or with your own API key."
        )
    if not alone and parties_of(actor).isdisjoint(action.propose):
        return gettext("This may be proposed by: %s.") % _listed(action.propose)
    account = User.objects.filter(pk=actor.user_id or 0).first()
    if account is not None and not alone and not has_own_credentials(actor, account):
        return not_settled(actor, account)
    return action.conflict(actor, request)


def refusal_of_part(actor: Acting, action: ApprovalAction, request: ApprovalRequest, account: User) -> str:
    if is_proposer(account, request):
        return gettext("You made the proposal: another person has to respond.")
    if not account.is_active or parties_of_account(account).isdisjoint(action.approve):
        return gettext("This is approved by: %s.") % _listed(action.approve)
    return action.conflict(actor, request)


def require_approver(
    actor: Acting, action: ApprovalAction, request: ApprovalRequest, account: User | None
) -> None:
    if account is None:
        raise NotEligibleToApprove(decided_on_pages())
    if refusal := refusal_of_part(actor, action, request, account):
        raise NotEligibleToApprove(refusal)
    actor.require_step_up()


def require_means(actor: Acting, account: User | None) -> None:
    """Raise MayNotTakePart unless the actor is in a browser session, with credentials that have been their
    own for long enough."""
    if actor.credential_name != BROWSER or account is None:
        raise NotEligibleToApprove(decided_on_pages())
    require_own_credentials(actor, account)


def require_own_credentials(actor: Acting, account: User | None) -> None:
    if account is None or not has_own_credentials(actor, account):
        raise NotEligibleToApprove(not_settled(actor, account))


def _listed(parties: Iterable[Party]) -> str:
    return ", ".join(str(NAMES[each]) for each in Party if each in set(parties))


def not_settled(actor: Acting, account: User | None) -> str:
    if actor.key is not None and not actor.key.is_issued_by_owner:
        return gettext(
            "Somebody else issued this API key. What takes two people requires a key that you "
            "have issued yourself, or the hub’s pages."
        )
    at = account.credentials_set_by_another_at if account else None
    until = at + timedelta(days=CREDENTIAL_WAITING_DAYS.value) if at else None
    return gettext(
        "Somebody else has recently set your sign-in details. So that nobody can act in your "
        "name, you can take part in what takes two people from %(until)s."
    ) % {"until": localtime(until).strftime("%Y-%m-%d %H:%M") if until else "–"}
