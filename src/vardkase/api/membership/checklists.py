"""membershipChecklists/*: onboarding checklists, their open items and completing them. The names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.request import Call
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.members.rules import TECHNICAL
from vardkase.hub.membership.onboarding import services
from vardkase.hub.membership.onboarding.actions import do_item
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.identity.accounts.staff import StaffRole

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
ITEM = "[organisation_id]/[item]"


@endpoint(
    "membershipChecklists/view", describes=Description(url="/membershipChecklists/view/[organisation_id]")
)
def view(call: Call) -> Answer:
    """Return the current status of each checklist item; without an id, for the caller's own organisation."""
    return _checklist(find_membership(call.actor, call.arg(0) or call.actor.organisation_id))


@endpoint(
    "membershipChecklists/do",
    staff=TECHNICAL,
    writes=True,
    describes=Description(
        "`item` is administrator (email), sync_user (email, addresses, until, send_to), networks (networks), "
        "certificate (pem), domain (domain, method, mailbox), server (url, authkey, push, pull) or, for officers, "
        "organisation (other: the id of one that is here, in place of the one that was made; else uuid: the one that "
        "it has in its own MISP). `reason`: needed for what a second officer has to approve; the answer is then the "
        "request.",
        (),
        ("email", "addresses", "until", "send_to", "networks", "pem", "domain", "method", "mailbox", "url", "authkey",
         "push", "pull", "other", "uuid", "reason"),
        f"/membershipChecklists/do/{ITEM}",
    ),
)  # fmt: skip
def do(call: Call) -> Answer:
    """Complete an item of a member's checklist."""
    waits = do_item(call.actor, call.arg(0), call.arg(1), call.data("Item"))
    return Json(as_json(waits)) if waits else _checklist_of(call)


@endpoint(
    "membershipChecklists/test",
    staff=TECHNICAL,
    writes=True,
    describes=Description(url="/membershipChecklists/test/[organisation_id]"),
)
def test(call: Call) -> Answer:
    """Test the hub's connection to the member's instance now."""
    outcome = services.test_connection(call.actor, call.arg(0))
    return Json(
        {
            "Test": {
                **outcome.result,
                "fault": outcome.fault,
                "said": outcome.said.wire if outcome.said else "",
                "clock": outcome.clock,
            }
        }
    )


@endpoint(
    "membershipChecklists/waive",
    staff=OFFICER,
    writes=True,
    describes=Description(
        "`item` is networks or server: all others are needed by every member. `note` says why this one does not.",
        ("note",),
        (),
        f"/membershipChecklists/waive/{ITEM}",
    ),
)
def waive(call: Call) -> Answer:
    """Waive a checklist item that a member does not need."""
    services.waive(call.actor, call.arg(0), call.arg(1), str(call.data("Item").get("note") or ""))
    return _checklist_of(call)


@endpoint(
    "membershipChecklists/reopen",
    staff=OFFICER,
    writes=True,
    describes=Description(url=f"/membershipChecklists/reopen/{ITEM}"),
)
def reopen(call: Call) -> Answer:
    """Revoke the waiver of a checklist item."""
    services.reopen(call.actor, call.arg(0), call.arg(1))
    return _checklist_of(call)


def _checklist_of(call: Call) -> Json:
    return _checklist(find_membership(call.actor, call.arg(0)))


def _checklist(membership: Membership) -> Json:
    lines: list[dict[str, Any]] = [
        {
            "item": line.item.name,
            "title": str(line.item.title),
            "who": str(line.item.who),
            "state": str(line.state),
            "detail": line.detail,
            "said_by": line.remark.by if line.remark else None,
        }
        for line in checklist(membership)
    ]
    return Json({"Checklist": {"organisation_id": str(membership.organisation_id), "Item": lines}})
