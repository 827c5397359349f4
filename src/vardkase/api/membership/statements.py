"""securityStatements/*: a member writes and submits its security statement, an officer reviews it. Names are ours.

A member does so however it stands: a statement that is renewed lifts what its end has limited.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.utils.dateparse import parse_date

from vardkase.api.answers import Answer, Json, Text, saved
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.body_limits import BodyLimits
from vardkase.core.errors import Invalid
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.statements import queries, services
from vardkase.hub.membership.statements.documents import answers_of
from vardkase.hub.membership.statements.models import Evidence, Statement
from vardkase.hub.membership.statements.reviewing import propose_review
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import FALSE_WORDS, TRUE_WORDS, as_int

ADMINISTRATOR = (Permission.ADMIN,)
ABOUT_ANSWERS = (
    '`answers` maps each measure to {"level": "0" to "4", "gap", "plan", "by"}; levels 0 to 2 need gap and '
    "plan, 0 and 1 the date `by`."
)


@endpoint("securityStatements/view", describes=Description(url="/securityStatements/view/[organisation_id]"))
def view(call: Call) -> Answer:
    """Return the current statement and the draft; without an id, those of the caller's own organisation."""
    membership = find_membership(call.actor, call.arg(0) or call.actor.organisation_id)
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
    describes=Description(ABOUT_ANSWERS, ("answers",)),
)
def save(call: Call) -> Answer:
    """Save the draft statement of the caller's organisation; `missing` lists what is still required, by path."""
    statement, open_paths = services.save_statement(call.actor, _answers(call))
    return Json({"SecurityStatement": _statement(statement), "missing": open_paths})


@endpoint(
    "securityStatements/submit",
    requires=ADMINISTRATOR,
    writes=True,
    allowed_while_suspended=True,
    describes=Description(ABOUT_ANSWERS, ("answers",)),
)
def submit(call: Call) -> Answer:
    """Submit the complete statement of the caller's organisation."""
    return Json({"SecurityStatement": _statement(services.submit_statement(call.actor, _answers(call)))})


@endpoint(
    "securityStatements/addEvidence",
    body=BodyLimits.FILES,
    requires=ADMINISTRATOR,
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        "`data` is the file in Base64; `valid_until` the last day of a certificate.",
        ("measure", "name", "data"),
        ("valid_until",),
    ),
)
def add_evidence(call: Call) -> Answer:
    """Attach a file as evidence for a measure of the draft statement."""
    data = call.data("Evidence")
    measure, name = (str(data.get(each) or "") for each in ("measure", "name"))
    value = data.get("valid_until")
    try:
        until = parse_date(value) if isinstance(value, str) else None
    except ValueError:  # A date that does not exist, such as 2027-02-30; None is any other text.
        until = None
    if value and until is None:
        raise Invalid({"valid_until": [ApiProblem.NOT_A_DAY(name="valid_until")]})
    row = services.add_evidence(call.actor, measure, name, _decoded_file(data.get("data")), valid_until=until)
    return Json({"Evidence": _evidence(row)})


@endpoint(
    "securityStatements/removeEvidence",
    requires=ADMINISTRATOR,
    writes=True,
    allowed_while_suspended=True,
    describes=Description(url="/securityStatements/removeEvidence/[evidence_id]"),
)
def remove_evidence(call: Call) -> Answer:
    """Remove an evidence file from the draft statement."""
    services.remove_evidence(call.actor, as_int(call.arg(0)) or 0)
    return saved("The file was removed.", f"/securityStatements/removeEvidence/{call.arg(0)}")


@endpoint(
    "securityStatements/evidence",
    describes=Description(url="/securityStatements/evidence/[evidence_id]"),
)
def evidence(call: Call) -> Answer:
    """Return an evidence file as uploaded."""
    row = queries.find_evidence(call.actor, as_int(call.arg(0)) or 0)
    headers = {"Content-Disposition": "attachment"}
    return Text(queries.content_of(row), row.kind, headers=headers)


@endpoint(
    "securityStatements/review",
    proposes=("accept_statement", "return_statement"),
    staff=(StaffRole.MEMBERSHIP_OFFICER,),
    writes=True,
    describes=Description(
        "`accept` or, with a `reason`, not.",
        ("accept",),
        ("reason",),
        "/securityStatements/review/[organisation_id]",
    ),
)
def review(call: Call) -> Answer:
    """Propose to accept what a member has handed in, or to return it with reasons; another officer approves."""
    word = str(call.param("accept")).strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS - {"", "none", "null"}:
        raise Invalid({"accept": [ApiProblem.NOT_TRUE_OR_FALSE(name="accept")]})
    accept, reason = word in TRUE_WORDS, str(call.param("reason") or "")
    return Json(as_json(propose_review(call.actor, call.arg(0), accept=accept, reason=reason)))


def _answers(call: Call) -> dict[str, str]:
    return answers_of(call.data("SecurityStatement").get("answers"))


def _decoded_file(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Invalid({"data": [ApiProblem.NOT_BASE64(name="data")]}) from None


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
