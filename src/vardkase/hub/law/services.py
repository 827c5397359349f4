"""Services for legal rules: a legal officer proposes, a second person approves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.law.hooks import rule_changed
from vardkase.hub.law.kinds import LegalContent, LegalRuleKind, changed, labels
from vardkase.hub.law.models import LegalRuleVersion
from vardkase.hub.law.problems import LawProblem
from vardkase.hub.law.queries import LegalRule, find_rule, provisions, rules
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS, Party
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose
from vardkase.identity.accounts.staff import StaffRole

KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
# A packaged rule has no row yet that could be locked.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('legal rules'))"


@transaction.atomic
def propose_change(
    actor: Actor, kind: LegalRuleKind, key: str, data: Mapping[str, Any], reason: str
) -> ApprovalRequest:
    """Propose a new version of a rule with the fields in `data`, or a new rule. One of the same content confirms it.

    Raises Forbidden unless the actor is a legal officer, NotFound, Invalid by field, Conflict while another waits.
    """
    _require_legal_officer(actor)
    rule = _current(kind, key)
    if rule is None:
        _require_new(kind, key)
    content = changed(kind, rule.content if rule else None, data)
    _require_provision(content)
    if rule and rule.content == content and rule.version and not rule.is_retired:
        raise Invalid({"reason": [LawProblem.NOTHING_TO_CHANGE()]})
    return propose(
        actor,
        CHANGE_RULE,
        f"{kind}/{key}",
        title=content.title,
        parameters={"content": asdict(content)},
        reason=reason,
    )


@transaction.atomic
def propose_retiring(actor: Actor, kind: LegalRuleKind, key: str, reason: str) -> ApprovalRequest:
    """Propose that a rule is no longer offered. What was decided on it stays. Raises as `propose_change`."""
    _require_legal_officer(actor)
    if not kind.can_grow:
        raise Invalid({"reason": [LawProblem.CANNOT_GROW()]})
    rule = _current(kind, key)
    if rule is None:
        raise NotFound(LawProblem.NO_SUCH_RULE())
    if rule.is_retired:
        raise Conflict(LawProblem.RETIRED_ALREADY())
    _require_unused(rule)
    parameters = {"content": asdict(rule.content), "is_retired": True}
    return propose(
        actor, CHANGE_RULE, f"{kind}/{key}", title=rule.content.title, parameters=parameters, reason=reason
    )


def _require_legal_officer(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(StaffRole.LEGAL_OFFICER)


def _current(kind: LegalRuleKind, key: str) -> LegalRule | None:
    cursor().execute(ONE_AT_A_TIME)
    try:
        return find_rule(kind, key)
    except NotFound:
        return None


def _require_new(kind: LegalRuleKind, key: str) -> None:
    if not kind.can_grow:
        raise NotFound(LawProblem.NO_SUCH_RULE())
    if not KEY.fullmatch(key):
        raise Invalid({"key": [LawProblem.KEY_FORM()]})


def _require_provision(content: LegalContent) -> None:
    named = getattr(content, "provision", None)
    if named is not None and named not in provisions():
        raise Invalid({"provision": [LawProblem.NO_SUCH_PROVISION()]})


def _require_unused(rule: LegalRule) -> None:
    if rule.kind is LegalRuleKind.PROVISION:
        kinds = (LegalRuleKind.DEADLINE, LegalRuleKind.QUESTION, LegalRuleKind.LEGAL_FORM)
        resting = [each for kind in kinds for each in rules(kind)]
        if any(getattr(each.content, "provision", "") == rule.key for each in resting):
            raise Conflict(LawProblem.IN_USE())


def _subject(request: ApprovalRequest) -> tuple[LegalRuleKind, str]:
    kind, _slash, key = request.subject.partition("/")
    return LegalRuleKind(kind), key


def _describe(request: ApprovalRequest) -> ActionDescription:
    kind, key = _subject(request)
    if request.parameters.get("is_retired"):
        effect = gettext("The rule can no longer be chosen. Earlier decisions that cite it are not changed.")
    else:
        effect = gettext("The rule applies as written here from now on. Earlier decisions are not changed.")
    before = request.subject_state.get("content") or {}
    details = tuple(
        (str(about["label"]), _difference(before.get(name, ""), request.parameters["content"].get(name, "")))
        for name, about in labels(kind).items()
        if not before or before.get(name) != request.parameters["content"].get(name)
    )
    return ActionDescription(effect, details, f"/law/{kind}/{key}/" if before else "/law/")


def _difference(before: object, after: object) -> str:
    return f"{before} → {after}" if before else str(after)


def _state(request: ApprovalRequest) -> dict[str, Any]:
    rule = _current(*_subject(request))
    return {"version": rule.version, "content": asdict(rule.content)} if rule else {}


def _change(approval: Approval) -> LegalRuleVersion:
    request = approval.for_action(CHANGE_RULE).request
    kind, key = _subject(request)
    rule = _current(kind, key)
    # Asked again: other rules may have been changed since the proposal.
    if not approval.parameters.get("is_retired"):
        if (named := approval.parameters["content"].get("provision")) and named not in provisions():
            raise Conflict(LawProblem.PROVISION_GONE())
    elif rule is not None:
        _require_unused(rule)
    row = LegalRuleVersion.objects.create(
        kind=kind,
        key=key,
        version=rule.version + 1 if rule else 1,
        content=approval.parameters["content"],
        is_retired=bool(approval.parameters.get("is_retired")),
        reason=approval.reason,
        proposed_by=request.proposed_by_name,
        approved_by=approval.actor.name,
    )
    change = {"content": row.content, "is_retired": row.is_retired, "proposed_by": row.proposed_by}
    record(approval.actor, HubAction.LEGAL_RULE_CHANGED, Target("legal_rule", row.pk, title=str(row)), change)
    rule_changed.emit(row)
    return row


CHANGE_RULE = ApprovalAction(
    name="change_legal_rule",
    title=_("Change a legal rule"),
    propose=frozenset({Party.LEGAL_OFFICER}),
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    execute=_change,
)
