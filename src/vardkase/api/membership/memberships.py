"""memberships: status of members, officers' actions, and changes proposed by the member itself."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_datetime

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.inputs import as_text
from vardkase.api.problems import ApiProblem
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.hub.membership.assessments.services.partiality import HANDLERS, declare_in_membership
from vardkase.hub.membership.members import queries, services
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import STAFF
from vardkase.hub.membership.members.sign_in_minimum import DAYS, describe_minimum, propose_minimum
from vardkase.hub.membership.members.state_labels import state_in_words
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.staff import StaffRole
from vardkase.misp.flags import as_bool, as_int

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
ORGANISATION = "[organisation_id]"


@endpoint("memberships/index", staff=tuple(sorted(STAFF)))
def index(call: Call) -> Answer:
    """List the memberships: organisation, state and standing."""
    return Json([_row(membership) for membership in queries.memberships(call.actor)])


@endpoint("memberships/view", describes=Description(url=f"/memberships/view/{ORGANISATION}"))
def view(call: Call) -> Answer:
    """Return one membership with its checklist, restrictions and history; without an id, the caller's own
    organisation's."""
    return Json(
        _with_history(call, queries.find_membership(call.actor, call.arg(0) or call.actor.organisation_id))
    )


@endpoint(
    "memberships/activate",
    proposes=("activate_with_open_items",),
    staff=OFFICER,
    writes=True,
    describes=Description(optional=["reason"], url=f"/memberships/activate/{ORGANISATION}"),
)
def activate(call: Call) -> Answer:
    """Activate a membership; a reason is required while checklist items are open."""
    return _outcome(call, services.activate(call.actor, call.arg(0), as_text(call.param("reason"))))


@endpoint(
    "memberships/suspend",
    proposes=("limit_membership",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        text="`kind` is suspended, no_sync or read_only; `until` an ISO time.",
        mandatory=["kind", "reason"],
        optional=["until"],
        url=f"/memberships/suspend/{ORGANISATION}",
    ),
)
def suspend(call: Call) -> Answer:
    """Restrict a membership immediately."""
    kind, reason = as_text(call.param("kind")), as_text(call.param("reason"))
    text = as_text(call.param("until"))
    try:
        until = parse_datetime(text) if text else None
    except ValueError:
        until = None
    if text and (until is None or until.tzinfo is None):
        raise Invalid({"until": [ApiProblem.NOT_A_TIME(name="until")]})
    return _outcome(call, services.suspend(call.actor, call.arg(0), kind, reason, until=until))


@endpoint(
    "memberships/restore",
    proposes=("lift_limits",),
    staff=OFFICER,
    writes=True,
    describes=Description(mandatory=["reason"], url=f"/memberships/restore/{ORGANISATION}"),
)
def restore(call: Call) -> Answer:
    """Lift restrictions that officers imposed."""
    return _outcome(call, services.restore(call.actor, call.arg(0), as_text(call.param("reason"))))


@endpoint(
    "memberships/terminate",
    proposes=("terminate_membership",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        mandatory=["reason", "contributions"], url=f"/memberships/terminate/{ORGANISATION}"
    ),
)
def terminate(call: Call) -> Answer:
    """Terminate a membership; the member's contributions remain."""
    contributions = as_text(call.param("contributions"))
    return _outcome(
        call, services.terminate(call.actor, call.arg(0), as_text(call.param("reason")), contributions)
    )


@endpoint(
    "memberships/declare_partial",
    staff=HANDLERS,
    writes=True,
    describes=Description(
        text="`impartial`: true where the member names the caller as a contact, who is not partial for the `reason` "
        "given.",
        mandatory=["reason"],
        optional=["impartial"],
        url=f"/memberships/declare_partial/{ORGANISATION}",
    ),
)
def declare_partial(call: Call) -> Answer:
    """Declare a conflict of interest and take no further part in a membership, its statements and requests."""
    is_partial = not as_bool(call.param("impartial") or False)
    membership, _ = declare_in_membership(
        call.actor, call.arg(0), as_text(call.param("reason")), partial=is_partial
    )
    return Json(_with_history(call, membership))


@endpoint(
    "memberships/propose",
    requires=(Permission.ADMIN,),
    writes=True,
    allowed_while_suspended=True,
    describes=Description(
        text="`details` holds the fields that shall be others: address, domains, networks, contact_main and so on.",
        mandatory=["details"],
        optional=["note"],
    ),
)
def propose(call: Call) -> Answer:
    """Propose changes to the data of the caller's organisation; the hub owner decides."""
    details = call.data("MembershipChange").get("details")
    if not isinstance(details, dict):
        raise Invalid({"details": [ApiProblem.NOT_AN_OBJECT(name="details")]})
    proposed = services.propose_change(call.actor, details, as_text(call.param("note")))
    return Json({"MembershipChange": {"state": proposed.state, "fields": proposed.fields}})


@endpoint(
    "memberships/withdrawChange", requires=(Permission.ADMIN,), writes=True, allowed_while_suspended=True
)
def withdraw_change(call: Call) -> Answer:
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
        mandatory=["rules", "reason"],
        optional=["key_days"],
        url=f"/memberships/signInMinimum/{ORGANISATION}",
    ),
)
def sign_in_minimum(call: Call) -> Answer:
    """Propose minimum sign-in requirements for one member or all members."""
    rules = call.param("rules", [])
    if not isinstance(rules, list):
        raise Invalid({"rules": [ApiProblem.NOT_A_LIST(name="rules")]})
    days = as_int(call.param("key_days", DAYS)) or 0
    request = propose_minimum(
        call.actor, call.arg(0) or None, map(str, rules), days, as_text(call.param("reason"))
    )
    warnings = list(describe_minimum(request).warnings)
    return Json({"ApprovalRequest": {"id": str(request.pk), "state": request.state, "warnings": warnings}})


@endpoint(
    "memberships/decide",
    proposes=("accept_member_change",),
    staff=OFFICER,
    writes=True,
    describes=Description(
        mandatory=["accept"], optional=["reason"], url=f"/memberships/decide/{ORGANISATION}"
    ),
)
def decide(call: Call) -> Answer:
    """Propose to take over what a member proposed, which another officer approves; or refuse it with a reason."""
    reason = as_text(call.param("reason"))
    if call.param("accept") in (True, 1, "1"):
        return Json(as_json(services.accept_change(call.actor, call.arg(0), reason)))
    decided = services.refuse_change(call.actor, call.arg(0), reason)
    return Json({"MembershipChange": {"state": decided.state, "fields": decided.fields}})


def _outcome(call: Call, outcome: Membership | ApprovalRequest) -> Answer:
    return Json(as_json(outcome) if isinstance(outcome, ApprovalRequest) else _with_history(call, outcome))


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


def _with_history(call: Call, membership: Membership) -> dict[str, Any]:
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
        for entry in queries.history(call.actor, membership)
    ]
    return {"Membership": row}
