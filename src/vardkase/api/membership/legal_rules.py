"""legalRules/*: the provisions, deadlines, grounds and choices that decisions rest on. The names are ours."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vardkase.api.answers import Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Members, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.errors import NotFound
from vardkase.hub.law import queries, services
from vardkase.hub.law.kinds import LegalRuleKind
from vardkase.hub.law.problems import LawProblem
from vardkase.hub.law.queries import LegalRule
from vardkase.identity.accounts.staff import StaffRole

OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LEGAL = (StaffRole.LEGAL_OFFICER,)


class LegalRuleChange(Body, kw_only=True):
    content: Members
    reason: Mandatory[Text] = ""


class Retirement(Body, kw_only=True):
    reason: Mandatory[Text] = ""


@endpoint("legalRules/index", staff=OFFICERS)
def index(call: Call) -> Json:
    """List all legal rules in their newest versions: questions, deadlines, grounds for secrecy and provisions."""
    return Json([_json(rule) for kind in LegalRuleKind for rule in queries.rules(kind)])


@endpoint("legalRules/view", staff=OFFICERS, describes=Description(url="/legalRules/view/[kind]/[key]"))
def view(call: Call, kind: str, key: str) -> Json:
    """List every version of a legal rule, newest first."""
    queries.find_rule(_kind(kind), key)
    return Json([_json(rule) for rule in queries.history(_kind(kind), key)])


@endpoint(
    "legalRules/edit",
    proposes=("change_legal_rule",),
    staff=LEGAL,
    writes=True,
    describes=Description(
        "`content` holds the fields to change. A new `key` adds a provision or a ground. A second person approves.",
        url="/legalRules/edit/[kind]/[key]",
    ),
)
def edit(call: Call, kind: str, key: str, *, body: LegalRuleChange) -> Json:
    """Propose a new version of a legal rule; fields left out keep their values."""
    return Json(as_json(services.propose_change(call.actor, _kind(kind), key, body.content, body.reason)))


@endpoint(
    "legalRules/retire",
    proposes=("change_legal_rule",),
    staff=LEGAL,
    writes=True,
    describes=Description(url="/legalRules/retire/[kind]/[key]"),
)
def retire(call: Call, kind: str, key: str, *, body: Retirement) -> Json:
    """Propose that a provision or ground can no longer be chosen."""
    return Json(as_json(services.propose_retiring(call.actor, _kind(kind), key, body.reason)))


def _kind(name: str) -> LegalRuleKind:
    if name not in list(LegalRuleKind):
        raise NotFound(LawProblem.NO_SUCH_RULE())
    return LegalRuleKind(name)


def _json(rule: LegalRule) -> dict[str, Any]:
    return {
        "LegalRule": {
            "kind": str(rule.kind),
            "key": rule.key,
            "version": rule.version,
            "is_retired": rule.is_retired,
            "content": asdict(rule.content),
            "reason": rule.reason,
            "proposed_by": rule.proposed_by,
            "approved_by": rule.approved_by,
            "at": rule.at.isoformat() if rule.at else None,
        }
    }
