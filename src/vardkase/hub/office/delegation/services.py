"""Services for delegated decision rights: one officer proposes, another person approves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.clock import today
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.office.audit_actions import OfficeAction
from vardkase.hub.office.delegation import queries
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.hub.office.problems import OfficeProblem
from vardkase.hub.office.staff import staff
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import NAMES, OFFICERS, Party, parties_of_account
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import DECIDE

LONGEST_SOURCE = 200
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('decision rights'))"
ADD, END, WITHDRAW = "add", "end", "withdraw"


@dataclass(frozen=True, slots=True)
class NewRight:
    """A right as asked for: to an account (`user_id`) or to the holders of a `duty`."""

    action: str
    source: str
    first: date
    last: date | None = None
    user_id: int | None = None
    duty: str = ""


@transaction.atomic
def propose_right(actor: Actor, wanted: NewRight, reason: str) -> ApprovalRequest:
    """Propose that somebody may make decisions of a kind. Raises Forbidden, Conflict, Invalid by field."""
    _require_officer(actor)
    action, holder = _checked(wanted)
    parameters = {
        "does": ADD,
        "user": wanted.user_id,
        "duty": wanted.duty,
        "holder": holder,
        "first": wanted.first.isoformat(),
        "last": wanted.last.isoformat() if wanted.last else None,
        "source": wanted.source.strip(),
    }
    return _propose(actor, wanted.action, str(action.title), parameters, reason)


@transaction.atomic
def propose_end(actor: Actor, pk: int, last: date, reason: str) -> ApprovalRequest:
    """Propose a last day for a right, from today on. Raises Forbidden, NotFound, Conflict, Invalid under `last`."""
    _require_officer(actor)
    right = queries.find_right(pk)
    if right.last is not None and right.last < today():
        raise Conflict(OfficeProblem.ENDED_ALREADY())
    if last < max(right.first, today()):
        raise Invalid({"last": [OfficeProblem.DAY_HAS_PASSED()]})
    return _about(actor, right, {"does": END, "last": last.isoformat()}, reason)


@transaction.atomic
def propose_withdrawal(actor: Actor, pk: int, reason: str) -> ApprovalRequest:
    """Propose that a right was never to be: without any other, the duties decide again. Raises Forbidden, NotFound,
    Conflict."""
    _require_officer(actor)
    return _about(actor, queries.find_right(pk), {"does": WITHDRAW}, reason)


def _require_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*DECIDE)
    cursor().execute(ONE_AT_A_TIME)


def _checked(wanted: NewRight) -> tuple[queries.DecisionKind, str]:
    errors: dict[str, list[Problem]] = {}
    action = {each.name: each for each in queries.delegable()}.get(wanted.action)
    if action is None:
        raise Invalid({"action": [OfficeProblem.NOT_DELEGABLE()]})
    user = staff().filter(pk=wanted.user_id).first() if wanted.user_id else None
    holder = user.email if user else wanted.duty
    if bool(wanted.user_id) == bool(wanted.duty):
        errors["user"] = [OfficeProblem.ONE_HOLDER()]
    elif wanted.user_id and user is None:
        errors["user"] = [OfficeProblem.NO_SUCH_COLLEAGUE()]
    elif _parties(user, wanted.duty).isdisjoint(action.approve):
        duties = [NAMES[party] for party in Party if party in action.approve]
        errors["user"] = [OfficeProblem.HOLDER_MAY_NOT(holder=holder, duties=duties)]
    if not 1 <= len(wanted.source.strip()) <= LONGEST_SOURCE or "\0" in wanted.source:
        errors["source"] = [OfficeProblem.SOURCE_NEEDED(count=LONGEST_SOURCE)]
    if wanted.last is not None and wanted.last < max(wanted.first, today()):
        order = wanted.last < wanted.first
        errors["last"] = [OfficeProblem.DAYS_IN_ORDER() if order else OfficeProblem.DAY_HAS_PASSED()]
    if not errors and queries.overlapping(_row(wanted)).exists():
        errors["first"] = [OfficeProblem.HAS_RIGHT_ALREADY()]
    if errors:
        raise Invalid(errors)
    return action, holder


def _row(wanted: NewRight) -> DecisionRight:
    return DecisionRight(
        action=wanted.action, user_id=wanted.user_id, duty=wanted.duty, first=wanted.first, last=wanted.last
    )


def _parties(user: User | None, duty: str) -> frozenset[Party]:
    if user is not None:
        return parties_of_account(user)
    return frozenset({Party(duty)}) if duty in set(OFFICERS) else frozenset()


def _about(actor: Actor, right: DecisionRight, parameters: dict[str, Any], reason: str) -> ApprovalRequest:
    title = {each.name: str(each.title) for each in queries.delegable()}.get(right.action, right.action)
    kept = {"right": right.pk, "holder": right.holder, "source": right.source}
    return _propose(actor, right.action, title, kept | parameters, reason)


def _propose(
    actor: Actor, action: str, title: str, parameters: dict[str, Any], reason: str
) -> ApprovalRequest:
    return propose(actor, CHANGE, action, title=title, parameters=parameters, reason=reason)


def _describe(request: ApprovalRequest) -> ActionDescription:
    given = request.parameters
    effects = {
        ADD: gettext(
            "From the first day on, decisions of this kind can be made only by those to whom they are delegated."
        ),
        END: gettext("The right ends after its last day. Then only the others with the right decide."),
        WITHDRAW: gettext(
            "The right no longer counts. If no other right to these decisions is left, everyone with the duty "
            "decides again."
        ),
    }
    details = [
        (gettext("Kind of decision"), _title(request)),
        (gettext("Who"), _holder_in_words(given["holder"])),
    ]
    for name, label in (("first", gettext("From")), ("last", gettext("Until"))):
        if given.get(name):
            details.append((label, date_format(date.fromisoformat(given[name]), "j F Y")))
    details.append((gettext("Decision that delegates"), given["source"]))
    return ActionDescription(effects[given["does"]], tuple(details), "/office/delegation/")


def _title(request: ApprovalRequest) -> str:
    """The kind of decision in the reader's language."""
    titles = {each.name: str(each.title) for each in queries.delegable()}
    return titles.get(request.subject, request.title)


def _holder_in_words(holder: str) -> str:
    return str(NAMES[Party(holder)]) if holder in set(Party) else holder


def _state(request: ApprovalRequest) -> dict[str, Any]:
    cursor().execute(ONE_AT_A_TIME)
    rights = DecisionRight.objects.filter(action=request.subject).order_by("pk")
    return {"rights": [[right.pk, right.last, right.withdrawn_at] for right in rights]}


def _execute(approval: Approval) -> DecisionRight:
    request = approval.for_action(CHANGE).request
    given = approval.parameters
    if given["does"] == ADD:
        right = _add(request, approval.actor.name)
    else:
        rows = DecisionRight.objects.select_for_update().filter(pk=given["right"], withdrawn_at=None)
        right = first_or_not_found(rows, OfficeProblem.NO_SUCH_RIGHT())
        if given["does"] == END:
            right.last = max(date.fromisoformat(given["last"]), today() - timedelta(days=1))
        else:
            right.withdrawn_at = timezone.now()
        right.save(update_fields=["last", "withdrawn_at"])
    change = {**given, "proposed_by": request.proposed_by_name}
    target = Target("decision_right", right.pk, title=str(right))
    record(approval.actor, OfficeAction.DELEGATION_CHANGED, target, change)
    return right


def _add(request: ApprovalRequest, approver: str) -> DecisionRight:
    given = request.parameters
    user = staff().filter(pk=given["user"] or 0).first()
    if given["user"] and user is None:
        raise Conflict(OfficeProblem.NO_SUCH_COLLEAGUE())
    return DecisionRight.objects.create(
        action=request.subject,
        user=user,
        holder=given["holder"],
        duty=given["duty"],
        first=date.fromisoformat(given["first"]),
        last=date.fromisoformat(given["last"]) if given["last"] else None,
        source=given["source"],
        proposed_by=request.proposed_by_name,
        approved_by=approver,
    )


CHANGE = ApprovalAction(
    name=queries.CHANGE_DELEGATION,
    title=_("Change the delegation of decisions"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    execute=_execute,
    subject_title=_title,
)
