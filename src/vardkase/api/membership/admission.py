"""membershipPhases/*, membershipInvitations/*: phases of the opening and invitations. The names are ours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from vardkase.api.answers import Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Date, Email, Mandatory, Text
from vardkase.api.inputs import Body, with_fields
from vardkase.api.request import Call
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


class PhaseFields(Body, kw_only=True):
    model = "Phase"

    reason: Mandatory[Text] = ""


class InForce(Body, kw_only=True):
    since: Date
    reference: Mandatory[Text] = ""


class Revocation(Body, kw_only=True):
    reason: Mandatory[Text] = ""


class NewInvitation(Body, kw_only=True):
    model = "Invitation"

    email: Mandatory[Email] = ""
    language: Text = "sv"
    note: Text = ""


@endpoint("membershipPhases/index", staff=services.OFFICERS)
def index(call: Call) -> Json:
    """List all phases, whether each is open today, and all legal preconditions."""
    states = {phase.number: str(phase.state) for phase in queries.phases(timezone.now())}
    phases = [{"Phase": _phase(phase) | {"state": states[phase.number]}} for phase in queries.stored_phases()]
    law = [
        {"name": name, "in_force_since": row.since and row.since.isoformat(), "reference": row.reference}
        for name, row in queries.recorded_preconditions().items()
    ]
    return Json({"phases": phases, "preconditions": law})


@endpoint(
    "membershipPhases/edit",
    proposes=("change_phase",),
    staff=services.OFFICERS,
    writes=True,
    describes=Description(
        "`opens` and `closes` are days or null; `sectors` and `preconditions` names. A second person approves.",
        url="/membershipPhases/edit/[number]",
    ),
    inputs={"body": with_fields(PhaseFields, FIELDS)},
)
def edit(call: Call, number: str, *, body: PhaseFields) -> Json:
    """Propose a change to a phase; fields left out keep their values."""
    changes = {name: body.sent[name] for name in FIELDS if name in body.sent}
    if "invitation_only" in changes:
        changes["invitation_only"] = as_bool(changes["invitation_only"])
    return Json(as_json(services.propose_change(call.actor, as_int(number) or 0, changes, body.reason)))


@endpoint(
    "membershipPhases/inForce",
    proposes=("record_precondition",),
    staff=LEGAL,
    writes=True,
    describes=Description(url="/membershipPhases/inForce/[precondition]"),
)
def in_force(call: Call, precondition: str, *, body: InForce) -> Json:
    """Propose recording that a legal precondition is in force, with the act or decision it is based on."""
    proposed = services.propose_in_force(call.actor, precondition, body.since, body.reference)
    return Json(as_json(proposed))


@endpoint(
    "membershipPhases/revoke",
    proposes=("revoke_precondition",),
    staff=LEGAL,
    writes=True,
    describes=Description(url="/membershipPhases/revoke/[precondition]"),
)
def revoke(call: Call, precondition: str, *, body: Revocation) -> Json:
    """Propose recording that a legal precondition is no longer in force."""
    return Json(as_json(services.propose_revoking(call.actor, precondition, body.reason)))


@endpoint("membershipInvitations/index", staff=OFFICER)
def invited(call: Call) -> Json:
    """List the newest invitations and their outcomes, at most 1,000."""
    return Json([_invitation(invitation) for invitation in invitations.invitations(call.actor)[:MOST]])


@endpoint(
    "membershipInvitations/add",
    staff=OFFICER,
    writes=True,
    describes=Description("The link is mailed; `note` is for officers."),
)
def invite(call: Call, *, body: NewInvitation) -> Json:
    """Invite an e-mail address to apply."""
    return Json(_invitation(invitations.invite(call.actor, body.email, body.language or "sv", body.note)))


@endpoint(
    "membershipInvitations/again",
    staff=OFFICER,
    writes=True,
)
def again(call: Call, invitation_id: str) -> Json:
    """Resend an invitation with a new link; the previous link becomes invalid."""
    return Json(_invitation(invitations.send_again(call.actor, as_int(invitation_id) or 0)))


@endpoint(
    "membershipInvitations/revoke",
    staff=OFFICER,
    writes=True,
)
def take_back(call: Call, invitation_id: str) -> Json:
    """Withdraw an invitation."""
    return Json(_invitation(invitations.revoke(call.actor, as_int(invitation_id) or 0)))


def _phase(row: Phase) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in FIELDS}
    days = {name: value.isoformat() for name, value in fields.items() if isinstance(value, date)}
    return {"number": row.number} | fields | days


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
