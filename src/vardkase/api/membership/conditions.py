"""membershipConditions/*: conditions and exceptions of memberships, and the member's answers. Not in MISP."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Anything, Date, File, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.membership.condition_errors import conditions_named
from vardkase.api.membership.memberships import ADVERSE, OFFICER, ORGANISATION
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.case_files.hearings.services import Answer
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.membership.conditions import deciding, services
from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.hub.membership.conditions.queries import conditions_of, documents_of, find_condition
from vardkase.hub.membership.conditions.rules import CONDITION
from vardkase.hub.membership.members.queries import find_membership, may_read_statements
from vardkase.hub.membership.statements.problems import StatementProblem
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_int

ONE = "/membershipConditions/{}/[organisation_id]/[id]"
STEPS = ("accept", "ask_again", "extend", "end")


class GivenConditionAnswer(Body, kw_only=True):
    model = "ConditionAnswer"

    text: Mandatory[Text] = ""
    data: File = b""
    media_type: Text = "application/octet-stream"
    file_name: Text = ""


class ProposedConditions(Body, kw_only=True):
    """The fields after `conditions` are those of a decision against a member."""

    reason: Mandatory[Text] = ""
    conditions: Anything = ()
    milder_considered: Text = ""
    hearing: Text = ""
    hearing_note: Text = ""
    ground: Text = ""
    immediate: Text = ""
    immediate_note: Text = ""
    dissent: Text = ""


class ConditionStep(Body, kw_only=True):
    step: Mandatory[Text] = ""
    reason: Mandatory[Text] = ""
    day: Date | None = None


@endpoint("membershipConditions/index", allowed_while_suspended=True)
def index(call: Call, organisation_id: str = "") -> Json:
    """List the conditions and exceptions of a member; without an id, those of the caller's own organisation."""
    membership = find_membership(call.actor, organisation_id or call.actor.organisation_id)
    if not may_read_statements(call.actor, membership):
        raise Forbidden(StatementProblem.NOT_TO_READ())
    return Json([{"MemberCondition": _row(each)} for each in conditions_of(call.actor, membership)])


@endpoint(
    "membershipConditions/answer",
    requires=(Permission.ADMIN,),
    writes=True,
    allowed_while_suspended=True,
    body=BodyLimits.FILES,
    describes=Description(
        "`text` says how the condition is met; `data` is a file in Base64, up to 20 MB.",
        url="/membershipConditions/answer/[id]",
    ),
)
def answer(call: Call, condition_id: str, *, body: GivenConditionAnswer) -> Json:
    """Answer a condition of the caller's organisation; the hub's officers review it."""
    given = Answer(
        text=body.text,
        content=body.data,
        media_type=body.media_type if body.data else "text/plain",
        file_name=body.file_name,
    )
    answered = services.answer(call.actor, as_int(condition_id) or 0, given)
    found = find_condition(call.actor, call.actor.organisation_id, answered.pk)
    return Json({"MemberCondition": _row(found) | {"answers": _answers(found)}})


@endpoint(
    "membershipConditions/view",
    allowed_while_suspended=True,
    describes=Description(url=ONE.format("view")),
)
def view(call: Call, organisation_id: str, condition_id: str) -> Json:
    """Return one condition or exception: the numbers of the documents that answer it, and its history."""
    membership = find_membership(call.actor, organisation_id)
    if not may_read_statements(call.actor, membership):
        raise Forbidden(StatementProblem.NOT_TO_READ())
    return _shown(find_condition(call.actor, organisation_id, as_int(condition_id) or 0))


@endpoint(
    "membershipConditions/propose",
    proposes=("impose_conditions",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        text="`conditions` is a list of at most 10 objects: `kind` (condition or exception), `text`, `provision` (a "
        "key of legalRules, or empty) and `day` (2027-01-31). A condition needs what follows; exceptions alone do not. "
        + ADVERSE,
        url=f"/membershipConditions/propose/{ORGANISATION}",
    ),
)
def propose(call: Call, organisation_id: str, *, body: ProposedConditions) -> Json:
    """Propose conditions and exceptions for a member to a second officer."""
    with conditions_named():
        made = deciding.propose_conditions(
            call.actor, organisation_id, body.reason, body.conditions, body.sent
        )
    return Json(as_json(made))


@endpoint(
    "membershipConditions/step",
    proposes=("extend_exception",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        text="`step` is accept or ask_again for a condition (`day` is then the new last day), extend for an exception "
        "(until `day`, once a second officer has approved), or end.",
        url=ONE.format("step"),
    ),
)
def step(call: Call, organisation_id: str, condition_id: str, *, body: ConditionStep) -> Json:
    """Follow up a condition or exception of a member."""
    pk = as_int(condition_id) or 0
    match body.step:
        case "accept":
            services.accept(call.actor, organisation_id, pk, body.reason)
        case "ask_again":
            services.ask_again(call.actor, organisation_id, pk, body.reason, body.day)
        case "end":
            services.end(call.actor, organisation_id, pk, body.reason)
        case "extend":
            made = deciding.propose_extension(call.actor, organisation_id, pk, body.reason, body.day)
            return Json(as_json(made))
        case _:
            raise Invalid({"step": [CommonProblem.NO_SUCH_CHOICE(choices=STEPS)]})
    return _shown(find_condition(call.actor, organisation_id, pk))


def _shown(condition: MemberCondition) -> Json:
    history = [
        {"step": each.step, "at": each.at.isoformat(), "by": each.actor_name, "note": each.note}
        for each in history_of(CONDITION, condition.pk)
    ]
    return Json({"MemberCondition": _row(condition) | {"answers": _answers(condition), "history": history}})


def _answers(condition: MemberCondition) -> list[int]:
    return list(documents_of(condition).values_list("number", flat=True))


def _row(condition: MemberCondition) -> dict[str, Any]:
    return {
        "id": str(condition.pk),
        "organisation_id": str(condition.membership.organisation_id),
        "kind": condition.kind,
        "text": condition.text,
        "provision": condition.provision,
        "day": condition.day.isoformat(),
        "state": condition.state,
        "decided": condition.decided.isoformat(),
        "letter": condition.letter.number if condition.letter else "",
    }
