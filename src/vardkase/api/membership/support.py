"""supportRequests/*: customer service requests and replies. Not in MISP; the names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.inputs import as_text
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.customer_service import queries, services
from vardkase.hub.customer_service.models import SupportRequest
from vardkase.hub.customer_service.rules import DESKS, REQUEST
from vardkase.hub.lifecycle.services import history_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_bool, as_int

MOST = 500
"""Requests in one answer."""
ONE = "[request_id]"
ASKED = ("kind", "subject", "text")


@endpoint("supportRequests/index")
def index(call: Call) -> Answer:
    """List the caller's support requests, newest first; administrators see all requests of their
    organisation."""
    return Json([_row(request) for request in queries.own_requests(call.actor).order_by("-pk")[:MOST]])


@endpoint("supportRequests/desk", staff=DESKS, describes=Description("", (), ("state", "kind", "text")))
def desk(call: Call) -> Answer:
    """List the requests of the caller's desk by due date; `state` can also be open or late."""
    state, kind, text = (as_text(call.param(name)) for name in ("state", "kind", "text"))
    requests = queries.filtered(queries.desk_requests(call.actor), state=state, kind=kind, text=text)
    return Json([_row(request) for request in requests.order_by("deadline", "pk")[:MOST]])


@endpoint("supportRequests/view", describes=Description(url=f"/supportRequests/view/{ONE}"))
def view(call: Call) -> Answer:
    """Return one request with its messages, as its author or the desk sees it."""
    number = _number(call)
    own = queries.own_requests(call.actor).filter(pk=number).first()
    if own is not None or call.actor.staff.isdisjoint(DESKS):
        return Json(_with_messages(queries.find_own_request(call.actor, number), None))
    return Json(_with_messages(queries.find_desk_request(call.actor, number), call.actor))


@endpoint(
    "supportRequests/add",
    writes=True,
    allowed_while_suspended=True,
    describes=Description("`kind` is connection, access, content, legal or fault.", ASKED),
)
def add(call: Call) -> Answer:
    """Open a support request."""
    data = call.data("SupportRequest")
    return Json(_with_messages(services.ask(call.actor, {name: data.get(name) for name in ASKED}), None))


@endpoint(
    "supportRequests/write",
    writes=True,
    allowed_while_suspended=True,
    describes=Description("", ("text",), (), f"/supportRequests/write/{ONE}"),
)
def write(call: Call) -> Answer:
    """Add a message to one of the caller's own requests: an answer to a question, or a reason to reopen it."""
    number = _number(call)
    services.add_to_own(call.actor, number, call.param("text"))
    return Json(_with_messages(queries.find_own_request(call.actor, number), None))


@endpoint(
    "supportRequests/answer",
    staff=DESKS,
    writes=True,
    describes=Description(
        "`step` is ask or solve, when that is what the answer does; `internal`: a note to colleagues.",
        ("text",),
        ("step", "internal"),
        f"/supportRequests/answer/{ONE}",
    ),
)
def answer(call: Call) -> Answer:
    """Reply to the author of a request."""
    internal = as_bool(call.param("internal", False))
    services.answer(
        call.actor, _number(call), call.param("text"), step=as_text(call.param("step")), internal=internal
    )
    return _desk_request(call)


@endpoint(
    "supportRequests/step",
    staff=DESKS,
    writes=True,
    describes=Description(
        f"`step` is one of {', '.join(REQUEST.steps)}.", ("step",), (), f"/supportRequests/step/{ONE}"
    ),
)
def step(call: Call) -> Answer:
    """Move a request to its next state. 409 if its current state does not allow it."""
    services.step_on(call.actor, _number(call), as_text(call.param("step")))
    return _desk_request(call)


@endpoint(
    "supportRequests/assign",
    staff=DESKS,
    writes=True,
    describes=Description("", (), ("user_id",), f"/supportRequests/assign/{ONE}"),
)
def assign(call: Call) -> Answer:
    """Assign a request to a colleague, or to nobody."""
    value = call.param("user_id")
    user_id = as_int(value)
    if user_id is None and value not in (None, ""):
        raise Invalid({"user_id": [ApiProblem.NOT_AN_ACCOUNT(name="user_id")]})
    services.assign(call.actor, _number(call), user_id)
    return _desk_request(call)


@endpoint(
    "supportRequests/route",
    staff=DESKS,
    writes=True,
    describes=Description(
        "What goes to the operator needs a `subject` that tells nothing of content.",
        ("kind",),
        ("subject",),
        f"/supportRequests/route/{ONE}",
    ),
)
def route(call: Call) -> Answer:
    """Change the category of a request, which can move it to another desk."""
    moved = services.route(
        call.actor, _number(call), as_text(call.param("kind")), as_text(call.param("subject"))
    )
    return Json(_row(moved))


def _number(call: Call) -> int:
    return as_int(call.arg(0)) or 0


def _desk_request(call: Call) -> Json:
    return Json(_with_messages(queries.find_desk_request(call.actor, _number(call)), call.actor))


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
