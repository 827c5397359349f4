"""securityStatements/*: a member writes and submits its security statement, an officer reviews it. Names are ours.

A member does so however it stands: a statement that is renewed lifts what its end has limited.
"""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.answers import Text as TextAnswer
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Anything, Choice, Date, File, Mandatory, Text
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.statements import queries, services
from vardkase.hub.membership.statements.documents import answers_of
from vardkase.hub.membership.statements.models import Evidence, Statement
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import as_int

ADMINISTRATOR = (Permission.ADMIN,)
ABOUT_ANSWERS = (
    '`answers` maps each measure to {"level": "0" to "4", "gap", "plan", "by"}; levels 0 to 2 need gap and '
    "plan, 0 and 1 the date `by`."
)


class StatementFields(Body, kw_only=True):
    model = "SecurityStatement"

    answers: Mandatory[Anything] = None


class NewEvidence(Body, kw_only=True):
    model = "Evidence"

    measure: Mandatory[Text] = ""
    name: Mandatory[Text] = ""
    data: File
    valid_until: Date | None = None


class ReviewProposal(Body, kw_only=True):
    accept: Choice
    reason: Text = ""


@endpoint("securityStatements/view")
def view(call: Call, organisation_id: str = "") -> Json:
    """Return the current statement and the draft; without an id, those of the caller's own organisation."""
    membership = find_membership(call.actor, organisation_id or call.actor.organisation_id)
    queries.require_statements(call.actor, membership)
    held, written = queries.current(membership), queries.open_statement(membership)
    return Json(
        {
            "organisation_id": str(membership.organisation_id),
            "current": _statement(held) if held else None,
            "open": _statement(written) if written else None,
        }
    )


@endpoint(
    "securityStatements/save",
    requires=ADMINISTRATOR,
    writes=True,
    allowed_while_suspended=True,
    describes=Description(ABOUT_ANSWERS),
)
def save(call: Call, *, body: StatementFields) -> Json:
    """Save the draft statement of the caller's organisation; `missing` lists what is still required, by path."""
    statement, open_paths = services.save_statement(call.actor, answers_of(body.answers))
    return Json({"SecurityStatement": _statement(statement), "missing": open_paths})


@endpoint(
    "securityStatements/submit",
    requires=ADMINISTRATOR,
    writes=True,
    allowed_while_suspended=True,
    describes=Description(ABOUT_ANSWERS),
)
def submit(call: Call, *, body: StatementFields) -> Json:
    """Submit the complete statement of the caller's organisation."""
    return Json(
        {"SecurityStatement": _statement(services.submit_statement(call.actor, answers_of(body.answers)))}
    )


@endpoint(
    "securityStatements/addEvidence",
    body=BodyLimits.FILES,
    requires=ADMINISTRATOR,
    writes=True,
    allowed_while_suspended=True,
    describes=Description("`data` is the file in Base64; `valid_until` the last day of a certificate."),
)
def add_evidence(call: Call, *, body: NewEvidence) -> Json:
    """Attach a file as evidence for a measure of the draft statement."""
    row = services.add_evidence(call.actor, body.measure, body.name, body.data, valid_until=body.valid_until)
    return Json({"Evidence": _evidence(row)})


@endpoint(
    "securityStatements/removeEvidence",
    requires=ADMINISTRATOR,
    writes=True,
    allowed_while_suspended=True,
)
def remove_evidence(call: Call, evidence_id: str) -> Saved:
    """Remove an evidence file from the draft statement."""
    services.remove_evidence(call.actor, as_int(evidence_id) or 0)
    return saved("The file was removed.", f"/securityStatements/removeEvidence/{evidence_id}")


@endpoint("securityStatements/evidence")
def evidence(call: Call, evidence_id: str) -> TextAnswer:
    """Return an evidence file as uploaded."""
    row = queries.find_evidence(call.actor, as_int(evidence_id) or 0)
    headers = {"Content-Disposition": "attachment"}
    return TextAnswer(queries.content_of(row), row.kind, headers=headers)


@endpoint(
    "securityStatements/review",
    proposes=("accept_statement", "return_statement"),
    staff=(StaffRole.MEMBERSHIP_OFFICER,),
    writes=True,
    describes=Description(
        "`accept` or, with a `reason`, not.", url="/securityStatements/review/[organisation_id]"
    ),
)
def review(call: Call, organisation_id: str, *, body: ReviewProposal) -> Json:
    """Propose to accept what a member has handed in, or to return it with reasons; another officer approves."""
    proposed = propose_review(call.actor, organisation_id, accept=body.accept, reason=body.reason)
    return Json(as_json(proposed))


def _statement(row: Statement) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "state": row.state,
        "answers": row.answers,
        "submitted": row.submitted and row.submitted.isoformat(),
        "submitted_by": row.submitted_by,
        "reviewed": row.reviewed and row.reviewed.isoformat(),
        "reviewed_by": row.reviewed_by,
        "note": row.note,
        "valid_from": row.valid_from and row.valid_from.isoformat(),
        "valid_until": row.valid_until and row.valid_until.isoformat(),
        "Evidence": [_evidence(each) for each in row.evidence.order_by("pk")],
    }


def _evidence(row: Evidence) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "measure": row.measure,
        "name": row.name,
        "kind": row.kind,
        "sha256": row.digest,
        "size": row.size,
        "valid_until": row.valid_until and row.valid_until.isoformat(),
    }
