"""caseAppeals/*: appeals against decisions in cases, of the hub's own and of connected authorities.

An appeal is registered, tested for time alone, handed over to the court, and its outcome carried out (43-46 §§
förvaltningslagen).
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Choice, Date, File, Mandatory, Number, Text
from vardkase.api.inputs import Body
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.hub.case_files import queries
from vardkase.hub.case_files.appeals import services
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.queries import appeals, find_appeal, may_be_read
from vardkase.hub.case_files.appeals.rules import APPEAL, is_late
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.lifecycle.services import history_of
from vardkase.misp.flags import as_int

A_PAGE = 100
STEPS = ("check_time", "withdraw", "change", "forward", "decide", "carry_out")


class AppealQuery(Paging, kw_only=True):
    case_number: Text = ""
    state: Text = ""


class NewAppeal(Body, kw_only=True):
    model = "Appeal"

    decision: Mandatory[Number] = 0
    appellant: Mandatory[Text] = ""
    claim: Mandatory[Text] = ""
    arrived_on: Date
    deemed_on: Date | None = None
    deemed_why: Text = ""
    asks_for_stay: Choice = False
    text: Text = ""
    data: File = b""
    media_type: Text = "application/octet-stream"
    file_name: Text = ""


class AppealStepForm(Body, kw_only=True):
    model = "Appeal"

    step: Mandatory[Text] = ""
    note: Text = ""
    exception: Text = ""
    decision: Number = 0
    reviewed: Text = ""
    court: Text = ""
    outcome: Text = ""
    on: Date | None = None
    until: Date | None = None


@endpoint(
    "caseAppeals/index",
    allowed_while_suspended=True,
    describes=Description("`case_number` narrows the list to one case, `state` to one state."),
)
def index(call: Call, *, params: AppealQuery) -> Json:
    """List the appeals in the cases that the caller reads, newest first, 100 to a page."""
    limit, offset = params.limit_and_offset(A_PAGE)
    rows = appeals(call.actor, case_number=params.case_number, state=params.state)
    return Json([{"Appeal": _row(row)} for row in rows[offset : offset + limit]])


@endpoint(
    "caseAppeals/view",
    allowed_while_suspended=True,
    describes=Description(url="/caseAppeals/view/[case_number]/[id]"),
)
def view(call: Call, case_number: str, appeal_id: str) -> Json:
    """Return one appeal with what it says and its history; without words that may tell of an event in quarantine."""
    return _shown(find_appeal(call.actor, case_number, as_int(appeal_id) or 0))


@endpoint(
    "caseAppeals/add",
    writes=True,
    allowed_while_suspended=True,
    body=BodyLimits.FILES,
    describes=Description(
        "`decision` is the number of its document in the case; `deemed_on`, with `deemed_why`, the working day before "
        "if it counts as having arrived then; `text` or `data` (Base64) the appeal itself.",
        url="/caseAppeals/add/[case_number]",
    ),
)
def add(call: Call, case_number: str, *, body: NewAppeal) -> Json:
    """Register an appeal that has arrived."""
    case_file = queries.find_case_file(call.actor, case_number)
    given = services.ReceivedAppeal(
        appellant=body.appellant,
        claim=body.claim,
        arrived_on=body.arrived_on,
        deemed_on=body.deemed_on,
        deemed_why=body.deemed_why,
        asks_for_stay=body.asks_for_stay,
        text=body.text,
        content=body.data,
        media_type=body.media_type if body.data else "text/plain",
        file_name=body.file_name,
    )
    decision = document_id(case_file, body.decision)
    return _shown(services.register_appeal(call.actor, case_file, decision, given))


@endpoint(
    "caseAppeals/step",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        "`step` is check_time (`exception`, `note`), withdraw (`note`), change (`decision`, `note`), forward "
        "(`reviewed`, `court`), decide (`outcome`, `on`, `note`) or carry_out (`note`). Where the decision that a "
        "court quashed restricts or ends a membership, carry_out proposes what follows to a second officer; `until` is "
        "then how long the security statement counts as valid, if the restriction followed from it.",
        url="/caseAppeals/step/[case_number]/[id]",
    ),
)
def step(call: Call, case_number: str, appeal_id: str, *, body: AppealStepForm) -> Json:
    """Take an appeal a step on. A late one is dismissed by check_time, unless an exception applies."""
    appeal = find_appeal(call.actor, case_number, as_int(appeal_id) or 0)
    match body.step:
        case "check_time":
            services.check_time(call.actor, appeal.pk, body.exception, body.note)
        case "withdraw":
            services.withdraw(call.actor, appeal.pk, body.note)
        case "change":
            decision = document_id(appeal.case_file, body.decision)
            services.record_met(call.actor, appeal.pk, decision, body.note)
        case "forward":
            services.forward(call.actor, appeal.pk, body.reviewed, body.court)
        case "decide":
            services.record_outcome(call.actor, appeal.pk, body.outcome, body.on, body.note)
        case "carry_out":
            services.carry_out(call.actor, appeal.pk, body.note, body.until)
        case _:
            raise Invalid({"step": [CommonProblem.NO_SUCH_CHOICE(choices=STEPS)]})
    return _shown(find_appeal(call.actor, case_number, appeal.pk))


def document_id(case_file: CaseFile, number: int) -> int:
    found = case_file.documents.filter(number=number).values_list("pk", flat=True).first()
    return found or 0


def _shown(appeal: Appeal) -> Json:
    shown, is_readable = _row(appeal), may_be_read(appeal)
    if is_readable:
        shown |= {
            "appellant": appeal.appellant,
            "claim": appeal.claim,
            "deemed_why": appeal.deemed_why,
            "exception_note": appeal.exception_note,
            "reviewed": appeal.reviewed,
            "outcome_note": appeal.outcome_note,
        }
    shown["history"] = [
        {
            "step": entry.step,
            "at": entry.at.isoformat(),
            "by": entry.actor_name,
            "note": entry.note if is_readable else "",
        }
        for entry in history_of(APPEAL, appeal.pk)
    ]
    return Json({"Appeal": shown})


def _row(appeal: Appeal) -> dict[str, Any]:
    return {
        "id": str(appeal.pk),
        "case_number": appeal.case_file.number,
        "state": appeal.state,
        "decision": appeal.decision.number,
        "document": appeal.document.number,
        "new_decision": appeal.new_decision and appeal.new_decision.number,
        "letter": appeal.letter and appeal.letter.number,
        "asks_for_stay": appeal.asks_for_stay,
        "arrived_on": appeal.arrived_on.isoformat(),
        "deemed_on": appeal.deemed_on and appeal.deemed_on.isoformat(),
        "last_day": appeal.last_day and appeal.last_day.isoformat(),
        "is_late": is_late(appeal),
        "exception": appeal.exception,
        "court": appeal.court,
        "outcome": appeal.outcome,
        "outcome_on": appeal.outcome_on and appeal.outcome_on.isoformat(),
        "registered_at": appeal.at.isoformat(),
        "registered_by": appeal.registered_by,
    }
