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
        ("reason",),
        FIELDS,
        "/membershipPhases/edit/[number]",
    ),
)
def edit(call: Call) -> Answer:
    """Propose a change to a phase; fields left out keep their values."""
    data = call.data("Phase")
    changes = {name: data[name] for name in FIELDS if name in data}
    if "invitation_only" in changes:
        changes["invitation_only"] = as_bool(changes["invitation_only"])
    reason = str(data.get("reason") or "")
    return Json(as_json(services.propose_change(call.actor, as_int(call.arg(0)) or 0, changes, reason)))


@endpoint(
    "membershipPhases/inForce",
    proposes=("record_precondition",),
    staff=LEGAL,
    writes=True,
    describes=Description("", ("since", "reference"), (), "/membershipPhases/inForce/[precondition]"),
)
def in_force(call: Call) -> Answer:
    """Propose recording that a legal precondition is in force, with the act or decision it is based on."""
    value = call.param("since")
    try:
        since = parse_date(value) if isinstance(value, str) else None
    except ValueError:  # A date that does not exist, such as 2027-02-30; None is any other text.
        since = None
    if since is None:
        raise Invalid({"since": [ApiProblem.NOT_A_DAY(name="since")]})
    reference = str(call.param("reference") or "")
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
    return Json([_invitation(invitation) for invitation in invitations.invitations(call.actor)[:MOST]])


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
