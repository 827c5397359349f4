"""membershipConditions/*: conditions and exceptions of memberships, and the member's answers. Not in MISP."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import File, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Forbidden
from vardkase.hub.case_files.hearings.services import Answer
from vardkase.hub.membership.conditions import services
from vardkase.hub.membership.conditions.models import MemberCondition
from vardkase.hub.membership.conditions.queries import conditions_of, documents_of, find_condition
from vardkase.hub.membership.members.queries import find_membership, may_read_statements
from vardkase.hub.membership.statements.problems import StatementProblem
from vardkase.identity.access.permissions import Permission
from vardkase.misp.flags import as_int


class GivenConditionAnswer(Body, kw_only=True):
    model = "ConditionAnswer"

    text: Mandatory[Text] = ""
    data: File = b""
    media_type: Text = "application/octet-stream"
    file_name: Text = ""


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
