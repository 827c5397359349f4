"""Retention rules: a legal officer proposes a new one or a change, a second person approves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.sql import cursor
from vardkase.hub.retention.audit_actions import RetentionAction
from vardkase.hub.retention.models import RetentionPlanRule
from vardkase.hub.retention.problems import RetentionProblem
from vardkase.hub.retention.queries import find_rule
from vardkase.hub.retention.rules import changed, content_of
from vardkase.hub.retention.wording import content_in_words
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import StaffRole

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('retention rules'))"
NEW = "new"


@transaction.atomic
def propose_rule(actor: Actor, number: int | None, data: Mapping[str, Any], reason: str) -> ApprovalRequest:
    """Propose a new rule (`number` None), or a new version of one. Raises Forbidden unless the actor is a legal
    officer, NotFound, Invalid by field, Conflict while another change of the rule waits."""
    _require_legal_officer(actor)
    current = find_rule(actor, number) if number is not None else None
    content = changed(current, data)
    if current and not current.is_retired and content == content_of(current):
        raise Invalid({"reason": [RetentionProblem.NOTHING_TO_CHANGE()]})
    # New rules have no number yet: their title tells two proposals apart.
    subject = str(number) if current else f"{NEW}/{content['title']}"[:200]
    parameters = {"content": content}
    return propose(actor, CHANGE_RULE, subject, title=content["title"], parameters=parameters, reason=reason)


@transaction.atomic
def propose_retiring(actor: Actor, number: int, reason: str) -> ApprovalRequest:
    _require_legal_officer(actor)
    rule = find_rule(actor, number)
    if rule.is_retired:
        raise Conflict(RetentionProblem.RETIRED_ALREADY())
    parameters = {"content": content_of(rule), "is_retired": True}
    return propose(actor, CHANGE_RULE, str(number), title=rule.title, parameters=parameters, reason=reason)


def _require_legal_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(StaffRole.LEGAL_OFFICER)


def _current(request: ApprovalRequest) -> RetentionPlanRule | None:
    if request.subject.startswith(f"{NEW}/"):
        return None
    return RetentionPlanRule.objects.filter(number=int(request.subject)).order_by("-version").first()


def _state(request: ApprovalRequest) -> dict[str, Any]:
    cursor().execute(ONE_AT_A_TIME)
    current = _current(request)
    return {"version": current.version, "content": content_of(current)} if current else {}


def _describe(request: ApprovalRequest) -> ActionDescription:
    if request.parameters.get("is_retired"):
        effect = gettext("The rule is no longer in force. What was carried out by it is not changed.")
    else:
        effect = gettext(
            "The rule applies as written here. Nothing is changed or removed by it until two persons have approved "
            "the figures of a dry run."
        )
    before = dict(content_in_words(request.subject_state.get("content") or {}))
    after = content_in_words(request.parameters["content"])
    details = tuple(
        (label, f"{before[label]} → {value}" if before.get(label) else value)
        for label, value in after
        if before.get(label) != value
    )
    path = f"/retention/rules/{request.subject}/" if before else "/retention/"
    return ActionDescription(effect, details, path)


def _change(approval: Approval) -> RetentionPlanRule:
    request = approval.for_action(CHANGE_RULE).request
    current = _current(request)
    content = dict(approval.parameters["content"])
    content["starts_on"] = date.fromisoformat(content["starts_on"])
    latest = RetentionPlanRule.objects.aggregate(latest=Max("number"))["latest"] or 0
    row = RetentionPlanRule.objects.create(
        number=current.number if current else latest + 1,
        version=current.version + 1 if current else 1,
        is_retired=bool(approval.parameters.get("is_retired")),
        reason=approval.reason,
        proposed_by=request.proposed_by_name,
        approved_by=approval.actor.name[:255],
        **content,
    )
    change = {"content": approval.parameters["content"], "is_retired": row.is_retired}
    change |= {"proposed_by": row.proposed_by}
    target = Target("retention_rule", row.pk, title=f"{row.reference} {row.title}")
    record(approval.actor, RetentionAction.RULE_CHANGED, target, change)
    return row


CHANGE_RULE = ApprovalAction(
    name="change_retention_rule",
    title=_("Add or change a retention rule"),
    propose=frozenset({Party.LEGAL_OFFICER}),
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    execute=_change,
)
