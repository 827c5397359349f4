"""publicRecordsCases/*: requests for public records, for an authority's own case system. Not in MISP; names are ours.

They are opened, read and followed here; consultation, assessment and decision are made on the pages.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.request import Call
from vardkase.hub.lifecycle.services import history_of
from vardkase.hub.public_records.cases import queries
from vardkase.hub.public_records.cases.models import RecordsCase, RequestChannel, Requester
from vardkase.hub.public_records.cases.rules import CASE, answer_due
from vardkase.hub.public_records.cases.services import opening

MOST = 500
"""Cases in one answer."""


class RecordsCaseQuery(Params, kw_only=True):
    state: Text = ""
    text: Text = ""


class NewRecordsCase(Body, kw_only=True):
    model = "PublicRecordsCase"

    request: Mandatory[Text] = ""
    name: Text = ""
    email: Text = ""
    postal_address: Text = ""
    requester: Text = Requester.PRIVATE.value


@endpoint("publicRecordsCases/index", allowed_while_suspended=True)
def index(call: Call, *, params: RecordsCaseQuery) -> Json:
    """List the cases of the caller's authority, newest first; `state` can also be open or waiting."""
    rows = queries.filtered(queries.cases(call.actor), state=params.state, text=params.text)
    return Json([_row(case) for case in rows.order_by("-pk")[:MOST]])


@endpoint("publicRecordsCases/view", allowed_while_suspended=True)
def view(call: Call, number: str) -> Json:
    """Return one case of the caller's authority with its material, assessments, answers and history."""
    case = queries.find_case(call.actor, number)
    row = _row(case)
    row["PublicRecordsCase"] |= {
        "request": case.request,
        "items": [_item(item) for item in queries.items_of_case(case)],
        "answers": [
            {
                "kind": one.kind,
                "outcome": one.outcome,
                "at": one.at.isoformat(),
                "served_on": one.served_on and one.served_on.isoformat(),
                "letter": one.letter.number,
                "copies": [copy.number for copy in (one.copy_pdf, one.copy_json) if copy],
            }
            for one in queries.answers_of(case)
        ],
        "history": [
            {"step": entry.step, "at": entry.at.isoformat(), "by": entry.actor_name}
            for entry in history_of(CASE, case.pk)
        ],
    }
    return Json(row)


@endpoint(
    "publicRecordsCases/add",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        "`request` is what is asked for; `name`, `email` and `postal_address` may be empty; `requester` is private or "
        "state."
    ),
)
def add(call: Call, *, body: NewRecordsCase) -> Json:
    """Register a request that reached the caller's authority."""
    data = {
        "request": body.request,
        "name": body.name,
        "email": body.email,
        "postal_address": body.postal_address,
        "requester": body.requester,
    }
    return Json(_row(opening.register(call.actor, data, RequestChannel.API)))


def _row(case: RecordsCase) -> dict[str, Any]:
    return {
        "PublicRecordsCase": {
            "number": case.number,
            "uuid": str(case.uuid),
            "state": case.state,
            "outcome": case.outcome,
            "asked_at": case.asked_at.isoformat(),
            "due": answer_due(case).isoformat(),
            "answered_at": case.answered_at and case.answered_at.isoformat(),
            "closed_at": case.closed_at and case.closed_at.isoformat(),
            "responsible": case.responsible.email if case.responsible else None,
        }
    }


def _item(item: Any) -> dict[str, Any]:
    assessment = getattr(item, "assessment", None)
    return {
        "reference": item.reference,
        "event_uuid": str(item.event_uuid),
        "kind": item.kind,
        "key": item.key,
        "title": item.title,
        "publisher": item.publisher_name,
        "available_at": item.available_at.isoformat(),
        "sha256": item.sha256,
        "assessment": assessment and assessment.outcome,
        "grounds": assessment.grounds if assessment else [],
    }
