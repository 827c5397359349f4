"""supportRequests/*: customer service requests and replies. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Annotated, Any

from vardkase.api.answers import Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import NUMBER, Anything, Flag, Mandatory, Text
from vardkase.api.inputs import Body, Params
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.hub.customer_service import queries, services
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.customer_service.rules import DESKS, REQUEST
from vardkase.hub.lifecycle.services import history_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_int

MOST = 500
"""Requests in one answer."""
ONE = "[request_id]"


class DeskQuery(Params, kw_only=True):
    state: Text = ""
    kind: Text = ""
    text: Text = ""


class NewRequest(Body, kw_only=True):
    model = "SupportRequest"

    kind: Mandatory[Anything] = None
    subject: Mandatory[Anything] = None
    text: Mandatory[Anything] = None


class NewMessage(Body, kw_only=True):
    text: Mandatory[Anything] = None


class Reply(NewMessage, kw_only=True):
    step: Text = ""
    internal: Flag = False


class RequestStep(Body, kw_only=True):
    step: Mandatory[Text] = ""


class Assignment(Body, kw_only=True):
    user_id: Annotated[int, NUMBER.refused_as(ApiProblem.NOT_AN_ACCOUNT)] | None = None


class Routing(Body, kw_only=True):
    kind: Mandatory[Text] = ""
    subject: Text = ""


@endpoint("supportRequests/index")
def index(call: Call) -> Json:
    """List the caller's support requests, newest first; administrators see all requests of their
    organisation."""
    return Json([_row(request) for request in queries.own_requests(call.actor).order_by("-pk")[:MOST]])


@endpoint("supportRequests/desk", staff=DESKS)
def desk(call: Call, *, params: DeskQuery) -> Json:
    """List the requests of the caller's desk by due date; `state` can also be open or late."""
    requests = queries.filtered(
        queries.desk_requests(call.actor), state=params.state, kind=params.kind, text=params.text
    )
    return Json([_row(request) for request in requests.order_by("deadline", "pk")[:MOST]])


@endpoint("supportRequests/view")
def view(call: Call, request_id: str) -> Json:
    """Return one request with its messages, as its author or the desk sees it."""
    number = _number(request_id)
    own = queries.own_requests(call.actor).filter(pk=number).first()
    if own is not None or call.actor.staff.isdisjoint(DESKS):
        return Json(_with_messages(queries.find_own_request(call.actor, number), None))
    return Json(_with_messages(queries.find_desk_request(call.actor, number), call.actor))


@endpoint(
    "supportRequests/add",
    writes=True,
    allowed_while_suspended=True,
    describes=Description("`kind` is connection, access, content, legal or fault."),
)
def add(call: Call, *, body: NewRequest) -> Json:
    """Open a support request."""
    sent = {"kind": body.kind, "subject": body.subject, "text": body.text}
    return Json(_with_messages(services.ask(call.actor, sent), None))


@endpoint(
    "supportRequests/write",
    writes=True,
    allowed_while_suspended=True,
    describes=Description(url=f"/supportRequests/write/{ONE}"),
)
def write(call: Call, request_id: str, *, body: NewMessage) -> Json:
    """Add a message to one of the caller's own requests: an answer to a question, or a reason to reopen it."""
    number = _number(request_id)
    services.add_to_own(call.actor, number, body.text)
    return Json(_with_messages(queries.find_own_request(call.actor, number), None))


@endpoint(
    "supportRequests/answer",
    staff=DESKS,
    writes=True,
    describes=Description(
        "`step` is ask or solve, when that is what the answer does; `internal`: a note to colleagues.",
        url=f"/supportRequests/answer/{ONE}",
    ),
)
def answer(call: Call, request_id: str, *, body: Reply) -> Json:
    """Reply to the author of a request."""
    number = _number(request_id)
    services.answer(call.actor, number, body.text, step=body.step, internal=body.internal)
    return _desk_request(call.actor, number)


@endpoint(
    "supportRequests/step",
    staff=DESKS,
    writes=True,
    describes=Description(
        f"`step` is one of {', '.join(REQUEST.steps)}.", url=f"/supportRequests/step/{ONE}"
    ),
)
def step(call: Call, request_id: str, *, body: RequestStep) -> Json:
    """Move a request to its next state. 409 if its current state does not allow it."""
    services.step_on(call.actor, _number(request_id), body.step)
    return _desk_request(call.actor, _number(request_id))


@endpoint(
    "supportRequests/assign",
    staff=DESKS,
    writes=True,
    describes=Description(url=f"/supportRequests/assign/{ONE}"),
)
def assign(call: Call, request_id: str, *, body: Assignment) -> Json:
    """Assign a request to a colleague, or to nobody."""
    services.assign(call.actor, _number(request_id), body.user_id)
    return _desk_request(call.actor, _number(request_id))


@endpoint(
    "supportRequests/route",
    staff=DESKS,
    writes=True,
    describes=Description(
        "What goes to the operator needs a `subject` that tells nothing of content.",
        url=f"/supportRequests/route/{ONE}",
    ),
)
def route(call: Call, request_id: str, *, body: Routing) -> Json:
    """Change the category of a request, which can move it to another desk."""
    return Json(_row(services.route(call.actor, _number(request_id), body.kind, body.subject)))


def _number(request_id: str) -> int:
    return as_int(request_id) or 0


def _desk_request(actor: Actor, number: int) -> Json:
    return Json(_with_messages(queries.find_desk_request(actor, number), actor))


def _row(row: SupportRequest) -> dict[str, Any]:
    return {
        "SupportRequest": {
            "id": str(row.pk),
            "kind": row.kind,
            "state": row.state,
            "subject": row.subject,
            "organisation_id": str(row.organisation_id) if row.organisation_id else None,
            "asked_by": row.asker_email,
            "owner": row.owner.email if row.owner else None,
            "deadline": row.deadline.isoformat(),
            "created": row.created.isoformat(),
        }
    }


def _with_messages(row: SupportRequest, desk: Actor | None) -> dict[str, Any]:
    messages = [
        {
            "by": entry.author,
            "from_staff": entry.from_staff,
            "internal": entry.internal,
            "text": entry.text,
            "at": entry.created.isoformat(),
        }
        for entry in queries.conversation(row, desk)
    ]
    history = [
        {"step": entry.step, "before": entry.before, "after": entry.after, "at": entry.at.isoformat()}
        for entry in history_of(REQUEST, row.pk)
    ]
    return {**_row(row), "Message": messages, "history": history}
