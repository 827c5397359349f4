"""memberships: status of members, officers' actions, and changes proposed by the member itself."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json, Saved, saved
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Choice, Date, Mandatory, Members, Moment, Names, Number, Text
from vardkase.api.inputs import Body
from vardkase.api.membership.assessments import PartialityDeclaration
from vardkase.api.request import Call
from vardkase.hub.membership.assessments.services.partiality import HANDLERS, declare_in_membership
from vardkase.hub.membership.members import queries, services
from vardkase.hub.membership.members.adverse_decisions import LiftGround
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import STAFF
from vardkase.hub.membership.members.sign_in_minimum import DAYS, describe_minimum, propose_minimum
from vardkase.hub.membership.members.state_labels import state_in_words
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.staff import StaffRole

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
ORGANISATION = "[organisation_id]"
ADVERSE = (
    "`hearing` is heard, needless, harder or urgent; `ground` reserved, safety or misled; `immediate` temporary or "
    "interest (25, 35 and 37 §§ förvaltningslagen); `ground` can be reserved only where the approval reserved it. The "
    "notes go into the letter, and what `milder_considered` says of less intrusive measures (5 §)."
)


class Activation(Body, kw_only=True):
    reason: Text = ""


class AdverseDecisionBody(Body, kw_only=True):
    """What a decision against a member has to state (hub.membership.members.adverse_decisions)."""

    milder_considered: Mandatory[Text] = ""
    hearing: Mandatory[Text] = ""
    hearing_note: Mandatory[Text] = ""
    ground: Mandatory[Text] = ""
    immediate: Mandatory[Text] = ""
    immediate_note: Mandatory[Text] = ""
    dissent: Text = ""


class Suspension(AdverseDecisionBody, kw_only=True):
    kind: Mandatory[Text] = ""
    reason: Mandatory[Text] = ""
    until: Moment | None = None
    review_by: Date | None = None


class Restoration(Body, kw_only=True):
    reason: Mandatory[Text] = ""
    basis: Text = LiftGround.CHANGED
    dissent: Text = ""


class Termination(AdverseDecisionBody, kw_only=True):
    reason: Mandatory[Text] = ""
    contributions: Mandatory[Text] = ""


class ChangeProposal(Body, kw_only=True):
    model = "MembershipChange"

    details: Members
    note: Text = ""


class SignInMinimum(Body, kw_only=True):
    rules: Names
    reason: Mandatory[Text] = ""
    key_days: Number = DAYS


class ChangeDecision(Body, kw_only=True):
    accept: Choice
    reason: Text = ""


@endpoint("memberships/index", staff=tuple(sorted(STAFF)))
def index(call: Call) -> Json:
    """List the memberships: organisation, state and standing."""
    return Json([_row(membership) for membership in queries.memberships(call.actor)])


@endpoint("memberships/view")
def view(call: Call, organisation_id: str = "") -> Json:
    """Return one membership with its checklist, restrictions and history; without an id, the caller's own
    organisation's."""
    membership = queries.find_membership(call.actor, organisation_id or call.actor.organisation_id)
    return Json(_with_history(call.actor, membership))


@endpoint(
    "memberships/activate",
    proposes=("activate_with_open_items",),
    staff=OFFICER,
    writes=True,
    describes=Description(url=f"/memberships/activate/{ORGANISATION}"),
)
def activate(call: Call, organisation_id: str, *, body: Activation) -> Json:
    """Activate a membership; a reason is required while checklist items are open."""
    return _outcome(call.actor, services.activate(call.actor, organisation_id, body.reason))


@endpoint(
    "memberships/suspend",
    proposes=("limit_membership",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        text="`kind` is suspended, no_sync or read_only; `until` an ISO time, or else `review_by` a date. "
        + ADVERSE,
        url=f"/memberships/suspend/{ORGANISATION}",
    ),
)
def suspend(call: Call, organisation_id: str, *, body: Suspension) -> Json:
    """Restrict a membership immediately."""
    limited = services.suspend(
        call.actor,
        organisation_id,
        body.kind,
        body.reason,
        body.sent,
        until=body.until,
        review_by=body.review_by,
    )
    return _outcome(call.actor, limited)


@endpoint(
    "memberships/restore",
    proposes=("lift_limits",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        text="`basis` is changed or wrong (37 and 38 §§ förvaltningslagen).",
        url=f"/memberships/restore/{ORGANISATION}",
    ),
)
def restore(call: Call, organisation_id: str, *, body: Restoration) -> Json:
    """Lift restrictions that officers imposed."""
    return _outcome(
        call.actor, services.restore(call.actor, organisation_id, body.reason, body.basis, body.dissent)
    )


@endpoint(
    "memberships/terminate",
    proposes=("terminate_membership",),
    staff=OFFICER,
    writes=True,
    describes=Description(text=ADVERSE, url=f"/memberships/terminate/{ORGANISATION}"),
)
def terminate(call: Call, organisation_id: str, *, body: Termination) -> Json:
    """Terminate a membership; the member's contributions remain."""
    ended = services.terminate(call.actor, organisation_id, body.reason, body.contributions, body.sent)
    return _outcome(call.actor, ended)


@endpoint(
    "memberships/reinstate",
    proposes=("reinstate_membership",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        text="`basis` is changed or wrong (37 and 38 §§ förvaltningslagen).",
        url=f"/memberships/reinstate/{ORGANISATION}",
    ),
)
def reinstate(call: Call, organisation_id: str, *, body: Restoration) -> Json:
    """Change the decision that ended a membership, which then applies again."""
    return _outcome(
        call.actor, services.reinstate(call.actor, organisation_id, body.reason, body.basis, body.dissent)
    )


@endpoint(
    "memberships/declare_partial",
    staff=HANDLERS,
    writes=True,
    describes=Description(
        text="`impartial`: true where the member names the caller as a contact, who is not partial for the `reason` "
        "given.",
        url=f"/memberships/declare_partial/{ORGANISATION}",
    ),
)
def declare_partial(call: Call, organisation_id: str, *, body: PartialityDeclaration) -> Json:
    """Declare a conflict of interest and take no further part in a membership, its statements and requests."""
    membership, _ = declare_in_membership(
        call.actor, organisation_id, body.reason, partial=not body.impartial
    )
    return Json(_with_history(call.actor, membership))


@endpoint(
    "memberships/propose",
    requires=(Permission.ADMIN,),
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        text="`details` holds the fields that shall be others: address, domains, networks, contact_main and so on."
    ),
)
def propose(call: Call, *, body: ChangeProposal) -> Json:
    """Propose changes to the data of the caller's organisation; the hub owner decides."""
    proposed = services.propose_change(call.actor, body.details, body.note)
    return Json({"MembershipChange": {"state": proposed.state, "fields": proposed.fields}})


@endpoint(
    "memberships/withdrawChange", requires=(Permission.ADMIN,), writes=True, allowed_while_suspended=True
)
def withdraw_change(call: Call) -> Saved:
    """Withdraw the changes proposed for the caller's organisation."""
    services.withdraw_change(call.actor)
    return saved("The change was taken back.", "/memberships/withdrawChange")


@endpoint(
    "memberships/signInMinimum",
    proposes=("sign_in_minimum.change",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        text="`rules` is a list of: domains, source, second_factor, keys. Without an id it is required of all members. "
        "A second officer has to approve it on the pages.",
        url=f"/memberships/signInMinimum/{ORGANISATION}",
    ),
)
def sign_in_minimum(call: Call, organisation_id: str = "", *, body: SignInMinimum) -> Json:
    """Propose minimum sign-in requirements for one member or all members."""
    request = propose_minimum(call.actor, organisation_id or None, body.rules, body.key_days, body.reason)
    warnings = list(describe_minimum(request).warnings)
    return Json({"ApprovalRequest": {"id": str(request.pk), "state": request.state, "warnings": warnings}})


@endpoint(
    "memberships/decide",
    proposes=("accept_member_change",),
    staff=OFFICER,
    writes=True,
    describes=Description(url=f"/memberships/decide/{ORGANISATION}"),
)
def decide(call: Call, organisation_id: str, *, body: ChangeDecision) -> Json:
    """Propose to take over what a member proposed, which another officer approves; or refuse it with a reason."""
    if body.accept:
        return Json(as_json(services.accept_change(call.actor, organisation_id, body.reason)))
    decided = services.refuse_change(call.actor, organisation_id, body.reason)
    return Json({"MembershipChange": {"state": decided.state, "fields": decided.fields}})


def _outcome(actor: Actor, outcome: Membership | ApprovalRequest) -> Json:
    return Json(as_json(outcome) if isinstance(outcome, ApprovalRequest) else _with_history(actor, outcome))


def _row(membership: Membership) -> dict[str, Any]:
    organisation = membership.organisation
    return {
        "organisation_id": str(organisation.pk),
        "organisation_uuid": str(organisation.uuid),
        "organisation": organisation.name,
        "state": membership.state,
        "state_in_words": state_in_words(membership),
        "standing": organisation.standing,
        "may_read": organisation.may_read,
        "may_write": organisation.may_write,
        "may_sync": organisation.may_sync,
        "sector": membership.sector,
        "nis2": membership.nis2,
        "connection": membership.connection,
    }


def _with_history(actor: Actor, membership: Membership) -> dict[str, Any]:
    membership.organisation.refresh_from_db()
    row = _row(membership)
    row["checklist"] = [
        {"item": line.item.name, "state": line.state, "detail": line.detail} for line in checklist(membership)
    ]
    row["restrictions"] = [
        {
            "kind": restriction.kind,
            "cause": restriction.cause,
            "reason": restriction.reason,
            "since": restriction.since.isoformat(),
            "until": restriction.until.isoformat() if restriction.until else None,
        }
        for restriction in queries.restrictions(membership)
    ]
    row["history"] = [
        {
            "step": entry.step,
            "before": entry.before,
            "after": entry.after,
            "by": entry.actor_name,
            "at": entry.at.isoformat(),
            "note": entry.note,
        }
        for entry in queries.history(actor, membership)
    ]
    return {"Membership": row}
