"""Blocklists: who edits them, and that they apply to everything that arrives."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.factories.sightings import attribute_of, beacons, configure, sight
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.intel.models import Event
from vardkase.intel.sightings.models import Sighting
from vardkase.knowledge.blocklists.models import Blocked, BlocklistEntry
from vardkase.knowledge.blocklists.queries import blocked_uuids
from vardkase.knowledge.import_expressions.models import ImportExpression

BLOCK = "22f3cc2c-1c08-4909-96ae-3903d516f1b0"
OTHER = "654f0c75-54a4-4761-8d85-28ecd29c1e63"

LISTS = (
    ("eventBlocklists", "EventBlocklist", "event_uuid", "event_info", "event_orgc"),
    ("orgBlocklists", "OrgBlocklist", "org_uuid", "org_name", None),
    ("sightingBlocklists", "SightingBlocklist", "org_uuid", "org_name", None),
    (
        "galaxyClusterBlocklists",
        "GalaxyClusterBlocklist",
        "cluster_uuid",
        "cluster_info",
        "cluster_orgc",
    ),
    (
        "analystDataBlocklists",
        "AnalystDataBlocklist",
        "analyst_data_uuid",
        "analyst_data_info",
        "analyst_data_orgc",
    ),
)


def done(successes: list[str], fails: list[str]) -> dict[str, Any]:
    text = (
        f"Done. Added {len(successes)} new entries to the blocklist. {len(fails)} entries could not be saved."
    )
    return {"result": {"successes": successes, "fails": fails}, "message": text}


@pytest.mark.parametrize(("controller", "model", "uuid", "info", "orgc"), LISTS, ids=str)
def test_entry_is_added_edited_and_deleted(
    seed: Seed, controller: str, model: str, uuid: str, info: str, orgc: str | None
) -> None:
    def ask(action: str, body: Any = None) -> tuple[int, Any]:
        return call(seed.site_admin.key, "POST", f"/{controller}/{action}", body)

    assert ask("add", {"uuids": [BLOCK, "nope"], info: "what", "comment": "why"}) == (
        200,
        done([BLOCK], ["nope"]),
    )
    assert ask("add", {model: {"uuids": f"{BLOCK}\n{OTHER}"}}) == (200, done([OTHER], [BLOCK]))
    status, rows = call(seed.site_admin.key, "GET", f"/{controller}/index")
    assert status == 200
    assert [row[uuid] for row in rows] == [BLOCK, OTHER]
    expected = [uuid, "created", info, "comment", *([orgc] if orgc else ["blocked_data"])]
    assert list(rows[0]) == ["id", *expected]
    assert (rows[0][info], rows[0]["comment"]) == ("what", "why")
    assert [row[uuid] for row in ask("index", {info: "WHA"})[1]] == [BLOCK]
    assert [row[uuid] for row in ask("index", {"limit": 1, "page": 2})[1]] == [OTHER]

    status, body = ask(f"edit/{BLOCK}", {"comment": "for a reason", info: "foo", "id": "77", uuid: OTHER})
    assert (status, body[model]["comment"], body[model][info]) == (200, "for a reason", "foo")
    assert (body[model]["id"], body[model][uuid]) == (rows[0]["id"], BLOCK)
    assert ask("edit/none", {"comment": "x"})[1]["message"] == "Blocklist item not found."

    status, body = ask(f"delete/{BLOCK}")
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in controller)
    assert (status, body["message"]) == (200, "Blocklist entry removed")
    assert (body["url"], body["id"]) == (f"/{snake}/delete/{BLOCK}", BLOCK)
    status, body = ask(f"delete/{BLOCK}")
    assert (status, body["message"]) == (404, "Invalid blocklist entry")
    assert ask(f"delete/{rows[1]['id']}")[0] == 200
    assert not BlocklistEntry.objects.exists()


@pytest.mark.parametrize("controller", [entry[0] for entry in LISTS])
@pytest.mark.parametrize("action", ["index", "add", "edit/1", "delete/1"])
def test_other_roles_are_refused(seed: Seed, controller: str, action: str) -> None:
    for api_user in (seed.analyst, seed.org_admin, seed.partner_sync, seed.reader):
        status, body = call(api_user.key, "POST", f"/{controller}/{action}", {"uuids": [BLOCK]})
        assert (status, body["message"]) == (403, "You do not have permission to use this functionality.")
    assert not BlocklistEntry.objects.exists()


def test_host_organisation_edits_event_blocklist(seed: Seed) -> None:
    configure("MISP.host_org_id", seed.org_a.pk)
    assert call(seed.analyst.key, "POST", "/eventBlocklists/add", {"uuids": [BLOCK]})[0] == 200
    assert call(seed.reader.key, "POST", "/eventBlocklists/add", {"uuids": [OTHER]})[0] == 403
    assert call(seed.stranger.key, "GET", "/eventBlocklists/index")[0] == 403
    assert call(seed.analyst.key, "POST", "/orgBlocklists/add", {"uuids": [OTHER]})[0] == 403


def test_blocked_event_is_refused_until_unblocked(seed: Seed) -> None:
    call(seed.site_admin.key, "POST", "/eventBlocklists/add", {"uuids": [BLOCK.upper()]})
    document = {"uuid": BLOCK, "info": "Back again"}
    status, body = call(seed.analyst.key, "POST", "/events/add", document)
    assert (status, body["message"]) == (403, "Event blocked by event blocklist.")
    call(seed.site_admin.key, "POST", f"/eventBlocklists/delete/{BLOCK}")
    assert call(seed.analyst.key, "POST", "/events/add", document)[0] == 200


def test_deleted_event_is_blocked(seed: Seed) -> None:
    event = beacons(seed)
    call(seed.analyst.key, "POST", f"/events/delete/{event.pk}")
    _, rows = call(seed.site_admin.key, "GET", "/eventBlocklists/index")
    (row,) = rows
    assert (
        row.items()
        >= {
            "event_uuid": str(event.uuid),
            "event_info": "Beacons",
            "event_orgc": "Organisation A",
            "comment": "Automatically blocked by deleting event",
        }.items()
    )


def test_events_of_blocked_organisation_are_refused_and_counted(seed: Seed) -> None:
    blocked = [str(seed.org_a.uuid), OTHER]
    call(seed.site_admin.key, "POST", "/orgBlocklists/add", {"uuids": blocked})
    refused = "Event blocked by organisation blocklist."
    status, body = call(seed.analyst.key, "POST", "/events/add", {"info": "By A"})
    assert (status, body["message"]) == (403, refused)
    theirs = {"info": "By a third", "Orgc": {"uuid": OTHER, "name": "Third"}}
    assert call(seed.partner_sync.key, "POST", "/events/add", theirs)[1]["message"] == refused
    # A user who does not synchronise cannot speak for the blocked organisation, so this is not refused
    # because of it.
    assert call(seed.partner.key, "POST", "/events/add", theirs)[0] == 200
    assert Event.objects.count() == 1
    _, rows = call(seed.site_admin.key, "GET", "/orgBlocklists/index")
    for row in rows:
        assert row["blocked_data"]["blocked_amount"] == "1"
        assert abs(int(row["blocked_data"]["blocked_last_time"]) - time.time()) < 10


def test_sightings_of_blocked_organisation_are_refused(seed: Seed) -> None:
    event = beacons(seed)
    uuids = [str(seed.org_b.uuid), OTHER]
    call(seed.site_admin.key, "POST", "/sightingBlocklists/add", {"uuids": uuids})
    attribute = attribute_of(event, "198.51.100.1")
    body = sight(seed.partner, attribute.pk)
    assert (
        body["message"] == "Could not add the Sighting. Reason: Sightings of this organisation are blocked."
    )
    pushed = {"attribute_uuid": str(attribute.uuid), "date_sighting": "1700000000", "type": "0"}
    named = {**pushed, "uuid": str(uuid4()), "Organisation": {"uuid": OTHER, "name": "Third"}}
    path = f"/sightings/bulkSaveSightings/{event.uuid}"
    assert call(seed.partner_sync.key, "POST", path, [pushed, named])[1]["saved"] is False
    assert not Sighting.objects.exists()


def test_several_entries_are_removed_at_once(seed: Seed) -> None:
    call(seed.site_admin.key, "POST", "/eventBlocklists/add", {"uuids": [BLOCK, OTHER]})
    ids = [str(entry.pk) for entry in BlocklistEntry.objects.all()]
    path = "/eventBlocklists/massDelete"
    assert call(seed.site_admin.key, "POST", path, {"EventBlocklist": {"ids": [*ids, "999999"]}})[0] == 404
    assert BlocklistEntry.objects.count() == 2
    body = {"EventBlocklist": {"ids": f"[{', '.join(ids)}]"}}
    assert call(seed.site_admin.key, "POST", path, body)[1]["saved"] is True
    assert not BlocklistEntry.objects.exists()


def test_blocklists_are_separate_and_checked_in_one_query(seed: Seed) -> None:
    call(seed.site_admin.key, "POST", "/galaxyClusterBlocklists/add", {"uuids": [BLOCK]})
    assert blocked_uuids(Blocked.GALAXY_CLUSTER, [BLOCK, OTHER]) == {BLOCK}
    assert blocked_uuids(Blocked.ANALYST_DATA, [BLOCK, OTHER]) == set()
    assert call(seed.site_admin.key, "POST", f"/analystDataBlocklists/delete/{BLOCK}")[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"uuids": {"a": 1}},
        {"uuids": [["x"], None]},
        {"uuids": [BLOCK], "comment": ["x"]},
        {"uuids": [BLOCK], "event_info": {"x": 1}},
        {"uuids": [BLOCK], "event_orgc": "x" * 300},
        {"uuids": 10**40},
    ],
    ids=str,
)
def test_malformed_bodies_block_nothing(seed: Seed, body: Any) -> None:
    for action in ("add", "massDelete", f"edit/{10**30}"):
        status, _ = call(seed.site_admin.key, "POST", f"/eventBlocklists/{action}", body)
        assert status < 500
    assert not BlocklistEntry.objects.exists()


def test_member_cannot_be_blocked(seed: Seed) -> None:
    """Restricting a member takes two officers; the blocklist is for organisations that are not members."""
    add, uuids = "/orgBlocklists/add", {"uuids": [str(seed.org_a.uuid)]}
    MembershipInUse.objects.create(pk=1)
    Organisation.objects.filter(pk=seed.org_a.pk).update(fixed_standing="")
    status, body = call(seed.site_admin.key, "POST", add, uuids)
    assert (status, "two officers" in str(body)) == (403, True)
    assert call(seed.publisher.key, "POST", "/events/add", {"info": "ours"})[0] == 200
    Organisation.objects.filter(pk=seed.org_a.pk).update(fixed_standing="no_membership")
    assert call(seed.site_admin.key, "POST", add, uuids)[0] == 200


@pytest.mark.parametrize("list_name", ["orgBlocklists", "eventBlocklists", "galaxyClusterBlocklists"])
def test_operator_cannot_edit_blocklists(seed: Seed, list_name: str) -> None:
    User.objects.filter(pk=seed.site_admin.user.pk).update(staff_roles=["operator"])
    assert call(seed.site_admin.key, "POST", f"/{list_name}/add", {"uuids": [OTHER]})[0] == 403
    assert not BlocklistEntry.objects.exists()


def test_operator_cannot_edit_import_expressions(seed: Seed) -> None:
    """An import expression changes what members write, in their name."""
    User.objects.filter(pk=seed.site_admin.user.pk).update(staff_roles=["operator"])
    expression = {"regexp": "/evil/i", "replacement": "harmless"}
    assert call(seed.site_admin.key, "POST", "/admin/regexp/add", expression)[0] == 403
    assert not ImportExpression.objects.exists()
