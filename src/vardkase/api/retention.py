"""retentionRules/*, retentionRuns/*: how long personal data and closed cases are kept. The names are ours.

Rules and runs are proposed here; what two people decide is approved on the pages.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Members, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.hub.profiles import Profile
from vardkase.hub.retention import proposing, queries, running
from vardkase.hub.retention.models import RetentionPlanRule, RetentionRun
from vardkase.hub.retention.rules import content_of
from vardkase.identity.accounts.staff import StaffRole

PROFILES = Profile.HUB
OFFICERS = (StaffRole.MEMBERSHIP_OFFICER, StaffRole.LEGAL_OFFICER)
LEGAL = (StaffRole.LEGAL_OFFICER,)
MOST = 500
"""Runs in one answer; the newest."""


class RetentionRuleChange(Body, kw_only=True):
    content: Members
    reason: Mandatory[Text] = ""


class RetentionReason(Body, kw_only=True):
    reason: Mandatory[Text] = ""


@endpoint("retentionRules/index", staff=OFFICERS)
def rules(call: Call) -> Json:
    """List all retention rules in their newest versions."""
    return Json([_rule(rule) for rule in queries.rules(call.actor)])


@endpoint("retentionRules/view", staff=OFFICERS, describes=Description(url="/retentionRules/view/[number]"))
def rule(call: Call, number: str) -> Json:
    """List every version of a retention rule, newest first."""
    return Json([_rule(each) for each in queries.versions_of(call.actor, _number(number))])


@endpoint(
    "retentionRules/add",
    proposes=("change_retention_rule",),
    staff=LEGAL,
    writes=True,
    describes=Description("`content` holds `subject` and the fields of the rule. A second person approves."),
)
def add_rule(call: Call, *, body: RetentionRuleChange) -> Json:
    """Propose a new retention rule."""
    return Json(as_json(proposing.propose_rule(call.actor, None, body.content, body.reason)))


@endpoint(
    "retentionRules/edit",
    proposes=("change_retention_rule",),
    staff=LEGAL,
    writes=True,
    describes=Description(
        "`content` holds the fields to change. A second person approves.", url="/retentionRules/edit/[number]"
    ),
)
def edit_rule(call: Call, number: str, *, body: RetentionRuleChange) -> Json:
    """Propose a new version of a retention rule; fields left out keep their values."""
    return Json(as_json(proposing.propose_rule(call.actor, _number(number), body.content, body.reason)))


@endpoint(
    "retentionRules/retire",
    proposes=("change_retention_rule",),
    staff=LEGAL,
    writes=True,
    describes=Description(url="/retentionRules/retire/[number]"),
)
def retire_rule(call: Call, number: str, *, body: RetentionReason) -> Json:
    """Propose that a retention rule is put out of force."""
    return Json(as_json(proposing.propose_retiring(call.actor, _number(number), body.reason)))


@endpoint("retentionRuns/index", staff=OFFICERS)
def runs(call: Call) -> Json:
    """List dry runs and what was carried out, newest first, without their figures."""
    return Json([_run(each) for each in queries.runs(call.actor).order_by("-pk")[:MOST]])


@endpoint("retentionRuns/view", staff=OFFICERS, describes=Description(url="/retentionRuns/view/[id]"))
def run(call: Call, run_id: str) -> Json:
    """Return a run with its figures and results: counts by rule, organisation and reason for exemption."""
    shown = queries.find_run(call.actor, _number(run_id))
    return Json(_run(shown, figures=shown.figures, results=shown.results))


@endpoint("retentionRuns/add", staff=OFFICERS, writes=True)
def dry_run(call: Call) -> Json:
    """Start a dry run: a job counts what is due, and changes nothing. A run that has stopped is continued instead."""
    return Json(_run(running.order_dry_run(call.actor)))


@endpoint(
    "retentionRuns/carryOut",
    proposes=("carry_out_retention",),
    staff=OFFICERS,
    writes=True,
    describes=Description(
        "A second person approves the figures. It cannot be undone.", url="/retentionRuns/carryOut/[id]"
    ),
)
def carry_out(call: Call, run_id: str, *, body: RetentionReason) -> Json:
    """Propose that what a dry run lists is pseudonymised or removed."""
    return Json(as_json(running.propose_carrying_out(call.actor, _number(run_id), body.reason)))


def _number(given: str) -> int:
    """0, which nothing has, for what is no number."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _rule(found: RetentionPlanRule) -> dict[str, Any]:
    return {
        "RetentionRule": {
            "number": found.number,
            "version": found.version,
            "is_retired": found.is_retired,
            "content": content_of(found),
            "reason": found.reason,
            "proposed_by": found.proposed_by,
            "approved_by": found.approved_by,
            "at": found.at.isoformat(),
        }
    }


def _run(found: RetentionRun, **more: Any) -> dict[str, Any]:
    return {
        "RetentionRun": {
            "id": str(found.pk),
            "number": found.number,
            "state": found.state,
            "ordered_by": found.ordered_by,
            "ordered_at": found.ordered_at.isoformat(),
            "counted_at": found.counted_at.isoformat() if found.counted_at else None,
            "affected": found.affected,
            "exempted": found.exempted,
            "proposed_by": found.proposed_by,
            "approved_by": found.approved_by,
            "ended_at": found.ended_at.isoformat() if found.ended_at else None,
            **more,
        }
    }
