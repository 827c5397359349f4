"""membershipChecklists/*: onboarding checklists, their open items and completing them. The names are ours."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Json
from vardkase.api.approval_requests import as_json
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.fields import Mandatory, Text
from vardkase.api.inputs import Body, with_fields
from vardkase.api.request import Call
from vardkase.hub.membership.members.queries import find_membership
from vardkase.hub.membership.members.rules import TECHNICAL
from vardkase.hub.membership.onboarding import services
from vardkase.hub.membership.onboarding.actions import CHECKLIST_ACTIONS, do_item
from vardkase.hub.membership.onboarding.items import checklist
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

OFFICER = (StaffRole.MEMBERSHIP_OFFICER,)
ITEM = "[organisation_id]/[item]"


class ItemFields(Body, kw_only=True):
    """What the item takes (`CHECKLIST_ACTIONS`), which reads it."""

    model = "Item"


TAKEN = {name: (*action.needs, *action.takes) for name, action in CHECKLIST_ACTIONS.items()}
ITEMS = ", ".join(f"{name} ({', '.join(fields)})" for name, fields in TAKEN.items())


class Waiver(Body, kw_only=True):
    model = "Item"

    note: Mandatory[Text] = ""


@endpoint("membershipChecklists/view")
def view(call: Call, organisation_id: str = "") -> Json:
    """Return the current status of each checklist item; without an id, for the caller's own organisation."""
    return _checklist(call.actor, organisation_id or call.actor.organisation_id)


@endpoint(
    "membershipChecklists/do",
    staff=TECHNICAL,
    writes=True,
    describes=Description(
        f"`item` and its fields are {ITEMS}. Officers alone complete organisation: `other` is the id of one "
        "that exists on the hub, in place of the one that was made; `uuid` the one that it has in its own MISP. "
        "`reason`: needed for what a second officer has to approve; the answer is then the request.",
        url=f"/membershipChecklists/do/{ITEM}",
    ),
    inputs={"body": with_fields(ItemFields, {field for fields in TAKEN.values() for field in fields})},
)
def do(call: Call, organisation_id: str, item: str, *, body: ItemFields) -> Json:
    """Complete an item of a member's checklist."""
    waits = do_item(call.actor, organisation_id, item, body.sent)
    return Json(as_json(waits)) if waits else _checklist(call.actor, organisation_id)


@endpoint(
    "membershipChecklists/test",
    staff=TECHNICAL,
    writes=True,
)
def test(call: Call, organisation_id: str) -> Json:
    """Test the hub's connection to the member's instance now."""
    outcome = services.test_connection(call.actor, organisation_id)
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
        url=f"/membershipChecklists/waive/{ITEM}",
    ),
)
def waive(call: Call, organisation_id: str, item: str, *, body: Waiver) -> Json:
    """Waive a checklist item that a member does not need."""
    services.waive(call.actor, organisation_id, item, body.note)
    return _checklist(call.actor, organisation_id)


@endpoint(
    "membershipChecklists/reopen",
    staff=OFFICER,
    writes=True,
)
def reopen(call: Call, organisation_id: str, item: str) -> Json:
    """Revoke the waiver of a checklist item."""
    services.reopen(call.actor, organisation_id, item)
    return _checklist(call.actor, organisation_id)


def _checklist(actor: Actor, organisation_id: str | int) -> Json:
    membership = find_membership(actor, organisation_id)
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
