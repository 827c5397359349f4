"""mispPolicies/*: an organisation's sharing policy. Not in MISP; the names are ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation

from vardkase.api.answers import Json, Saved, Text, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import SaveFailed
from vardkase.api.fields import Anything, Day, Mandatory
from vardkase.api.fields import Text as TextField
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.core.errors import Invalid, NotFound
from vardkase.hub.policy import services
from vardkase.hub.policy.evaluation import MatchedRule
from vardkase.hub.policy.models import PolicyVersion
from vardkase.hub.policy.printing import TYPES, printed
from vardkase.hub.policy.problems import PolicyProblem
from vardkase.hub.policy.queries import draft_of, find_version, policy_in_force, versions
from vardkase.hub.policy.starters import starters
from vardkase.hub.policy.trial import Trial, span_of, try_policy
from vardkase.hub.policy.wording import because
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

ADMINISTRATOR = (Permission.ADMIN,)


class PolicyBody(Body, kw_only=True):
    model = "MispPolicy"

    rules: Mandatory[Anything] = None
    note: TextField = ""


class Span(Params, kw_only=True):
    since: Day = None
    until: Day = None


def policy_dict(version: PolicyVersion) -> dict[str, Any]:
    return {
        "MispPolicy": {
            "id": str(version.pk),
            "uuid": str(version.uuid),
            "org_id": str(version.organisation_id),
            "version": version.number,
            "state": version.state,
            "note": version.note,
            "written_by": version.written_by,
            "written_at": version.written_at.isoformat(),
            "decided_by": version.decided_by,
            "in_force_from": version.in_force_from and version.in_force_from.isoformat(),
            "replaced_at": version.replaced_at and version.replaced_at.isoformat(),
            "rules": version.rules,
        }
    }


@endpoint("mispPolicies/index")
def index(call: Call) -> Json:
    """List all versions of the policy of the caller's organisation, newest first."""
    return Json([policy_dict(version) for version in versions(call.actor)])


@endpoint("mispPolicies/view")
def view(call: Call, policy_id: str = "") -> Json:
    """Return one version; without an id, the one in force."""
    return Json(policy_dict(_policy_version(call.actor, policy_id)))


@endpoint("mispPolicies/templates")
def templates(call: Call) -> Json:
    """List policy templates; `rules` has the form that mispPolicies/edit takes."""
    names = ("key", "name", "description", "rules")
    return Json([{name: getattr(starter, name) for name in names} for starter in starters()])


@endpoint(
    "mispPolicies/edit",
    requires=ADMINISTRATOR,
    writes=True,
    describes=Description("Write the draft of the organisation's next policy."),
)
def edit(call: Call, *, body: PolicyBody) -> Json:
    """Save the draft: all its rules, in order."""
    try:
        draft = services.save_draft(call.actor, body.rules, body.note)
    except Invalid as invalid:
        raise SaveFailed("edit MispPolicy", "/mispPolicies/edit", invalid.errors) from invalid
    return Json(policy_dict(draft))


@endpoint("mispPolicies/putInForce", requires=ADMINISTRATOR, writes=True)
def put_in_force(call: Call) -> Json:
    """Put the draft in force."""
    return Json(policy_dict(services.put_in_force(call.actor)))


@endpoint("mispPolicies/discard", requires=ADMINISTRATOR, writes=True)
def discard(call: Call) -> Saved:
    """Discard the draft."""
    services.discard_draft(call.actor)
    return saved("The draft has been discarded.", "/mispPolicies/discard")


@endpoint("mispPolicies/end", requires=ADMINISTRATOR, writes=True)
def end(call: Call) -> Json:
    """End the policy in force; none applies afterwards."""
    return Json(policy_dict(services.end_policy(call.actor)))


@endpoint("mispPolicies/tryOut")
def try_out(call: Call, policy_id: str = "", *, params: Span) -> Json:
    """List the published events each rule would have matched, in the last month unless `since` and `until` say
    otherwise; without an id, tries the draft, or else the version in force."""
    draft = None if policy_id else draft_of(call.actor.organisation_id)
    version = draft or _policy_version(call.actor, policy_id)
    try:
        span = span_of(day_of("since", params.since), day_of("until", params.until))
    except Invalid as invalid:
        raise SaveFailed("tryOut MispPolicy", "/mispPolicies/tryOut", invalid.errors) from invalid
    with translation.override("en"):
        return Json(_trial_dict(version, try_policy(call.actor, version, span)))


@endpoint("mispPolicies/export")
def export(call: Call, policy_id: str = "", format: str = "pdf", language: str = "sv") -> Text:
    """Export the policy as a document: ``/mispPolicies/export/<id>/<pdf or docx>/<sv or en>``."""
    content = printed(_policy_version(call.actor, policy_id), format, language)
    return Text(content, TYPES[format])


def _trial_dict(version: PolicyVersion, trial: Trial) -> dict[str, Any]:
    return {
        "policy_id": str(version.pk),
        "since": trial.span.since.isoformat(),
        "until": trial.span.until.isoformat(),
        "events": trial.events,
        "forbidden": trial.forbidden,
        "held": trial.held,
        "by_rule": {str(number): count for number, count in sorted(trial.by_rule.items())},
        "findings": [
            {
                "event_id": str(finding.event_id),
                "event_uuid": str(finding.event_uuid),
                "info": finding.info,
                "published": finding.published,
                "forbidden": [_met_dict(met) for met in finding.forbidden],
                "held": [_met_dict(met) for met in finding.held],
            }
            for finding in trial.findings
        ],
    }


def _met_dict(met: MatchedRule) -> dict[str, Any]:
    return {"rule": met.number, "title": met.rule.title.in_language("en"), "why": because(met)}


def _policy_version(actor: Actor, policy_id: str) -> PolicyVersion:
    """The version with this id; without one, the version in force."""
    if policy_id:
        return find_version(actor, policy_id)
    version = policy_in_force(actor.organisation_id)
    if version is None:
        raise NotFound(PolicyProblem.NO_POLICY())
    return version


def day_of(name: str, written: Any) -> date | None:
    try:
        return date.fromisoformat(str(written)) if written else None
    except ValueError:
        raise Invalid({name: [PolicyProblem.NOT_A_DAY()]}) from None
