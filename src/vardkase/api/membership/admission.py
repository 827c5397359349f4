"""membershipPhases/*, membershipInvitations/*: phases of the opening and invitations. The names are ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from vardkase.api.answers import Answer, Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.membership.invitations import services as invitations
from vardkase.hub.membership.invitations.models import Invitation
from vardkase.hub.membership.phases import queries, services
from vardkase.hub.membership.phases.models import Phase
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import as_bool, as_int

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
LEGAL = (StaffRole.LEGAL_OFFICER,)
MOST = 1000
FIELDS = tuple(services.READERS)


@endpoint("membershipPhases/index", staff=services.OFFICERS)
def index(call: Call) -> Answer:
    """List all phases, whether each is open today, and all legal preconditions."""
    states = {each.number: str(each.state) for each in queries.phases(timezone.now())}
    told = [{"Phase": _phase(each) | {"state": states[each.number]}} for each in queries.stored_phases()]
    law = [
        {"name": name, "in_force_since": row.since and row.since.isoformat(), "reference": row.reference}
        for name, row in queries.recorded_preconditions().items()
    ]
    return Json({"phases": told, "preconditions": law})


@endpoint(
    "membershipPhases/edit",
    proposes=("change_phase",),
    staff=services.OFFICERS,
    writes=True,
    describes=Description(
        "`opens` and `closes` are days or null; `sectors` and `preconditions` names. A second person approves.",
        ("reason",),
        FIELDS,
        "/membershipPhases/edit/[number]",
    ),
)
def edit(call: Call) -> Answer:
    """Propose a change to a phase; fields left out keep their values."""
    data = call.data("Phase")
    given = {name: data[name] for name in FIELDS if name in data}
    if "invitation_only" in given:
        given["invitation_only"] = as_bool(given["invitation_only"])
    reason = str(data.get("reason") or "")
    return Json(as_json(services.propose_change(call.actor, as_int(call.arg(0)) or 0, given, reason)))


@endpoint(
    "membershipPhases/inForce",
    proposes=("record_precondition",),
    staff=LEGAL,
    writes=True,
    describes=Description("", ("since", "reference"), (), "/membershipPhases/inForce/[precondition]"),
)
def in_force(call: Call) -> Answer:
    """Propose recording that a legal precondition is in force, with the act or decision it is based on."""
    since, reference = _day(call.param("since")), str(call.param("reference") or "")
    return Json(as_json(services.propose_in_force(call.actor, call.arg(0), since, reference)))


@endpoint(
    "membershipPhases/revoke",
    proposes=("revoke_precondition",),
    staff=LEGAL,
    writes=True,
    describes=Description("", ("reason",), (), "/membershipPhases/revoke/[precondition]"),
)
def revoke(call: Call) -> Answer:
    """Propose recording that a legal precondition is no longer in force."""
    return Json(as_json(services.propose_revoking(call.actor, call.arg(0), str(call.param("reason") or ""))))


@endpoint("membershipInvitations/index", staff=OFFICER)
def invited(call: Call) -> Answer:
    """List the newest invitations and their outcomes, at most 1,000."""
    return Json([_invitation(each) for each in invitations.invitations(call.actor)[:MOST]])


@endpoint(
    "membershipInvitations/add",
    staff=OFFICER,
    writes=True,
    describes=Description("The link is mailed; `note` is for officers.", ("email",), ("language", "note")),
)
def invite(call: Call) -> Answer:
    """Invite an e-mail address to apply."""
    data = call.data("Invitation")
    email, language, note = (str(data.get(name) or "") for name in ("email", "language", "note"))
    return Json(_invitation(invitations.invite(call.actor, email, language or "sv", note)))


@endpoint(
    "membershipInvitations/again",
    staff=OFFICER,
    writes=True,
    describes=Description(url="/membershipInvitations/again/[invitation_id]"),
)
def again(call: Call) -> Answer:
    """Resend an invitation with a new link; the previous link becomes invalid."""
    return Json(_invitation(invitations.send_again(call.actor, as_int(call.arg(0)) or 0)))


@endpoint(
    "membershipInvitations/revoke",
    staff=OFFICER,
    writes=True,
    describes=Description(url="/membershipInvitations/revoke/[invitation_id]"),
)
def take_back(call: Call) -> Answer:
    """Withdraw an invitation."""
    return Json(_invitation(invitations.revoke(call.actor, as_int(call.arg(0)) or 0)))


def _day(given: Any) -> date:
    try:
        day = parse_date(given) if isinstance(given, str) else None
    except ValueError:
        day = None
    if day is None:
        raise Invalid({"since": [ApiProblem.NOT_A_DAY(name="since")]})
    return day


def _phase(row: Phase) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in FIELDS}
    days = {name: value.isoformat() for name, value in told.items() if isinstance(value, date)}
    return {"number": row.number} | told | days


def _invitation(row: Invitation) -> dict[str, Any]:
    return {
        "Invitation": {
            "id": str(row.pk),
            "email": row.email,
            "language": row.language,
            "note": row.note,
            "standing": str(invitations.standing(row)),
            "expires": row.expires.isoformat(),
            "invited_by": row.created_by,
        }
    }
