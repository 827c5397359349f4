"""Organisations and sharing groups: MISP's shapes, and who may change what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_event, make_organisation
from tests.factories.seed import Seed
from vardkase.api.errors import NO_PERMISSION
from vardkase.identity.organisations.models import Organisation, SharingGroup

ORGANISATION = [
    "id", "name", "date_created", "date_modified", "description", "type", "nationality", "sector",
    "created_by", "uuid", "contacts", "local", "restricted_to_domain", "landingpage",
]  # fmt: skip
UUID = "97a2b341-f64d-5e63-b3d7-3f473010c844"
ADDED = "Organisation added to the sharing group."
NO_EDITING = "Invalid sharing group or no editing rights."


def names(key: str, path: str) -> list[str]:
    return [row["Organisation"]["name"] for row in call(key, "GET", path)[1]]


def test_organisation_is_added_changed_and_removed(seed: Seed) -> None:
    admin = seed.site_admin.key
    wanted = {"name": "Org-Two", "uuid": UUID, "local": True, "nationality": "Luxembourg", "sector": "Test"}
    status, body = call(admin, "POST", "/admin/organisations/add", wanted)
    added = body["Organisation"]
    assert (status, list(added)) == (200, ORGANISATION)
    assert {name: added[name] for name in wanted} == wanted
    assert (added["description"], added["type"], added["created_by"]) == (
        None,
        "",
        str(seed.site_admin.user.pk),
    )
    _, body = call(admin, "POST", f"/admin/organisations/edit/{UUID}", added | {"nationality": "Belgium"})
    assert body["Organisation"]["nationality"] == "Belgium"
    _, body = call(admin, "GET", f"/organisations/view/{added['id']}")
    assert body["Organisation"]["user_count"] == "0"
    assert body["Organisation"]["created_by_email"] == "staff@hub.example"
    _, body = call(admin, "POST", f"/admin/organisations/delete/{added['id']}", {})
    assert (body["message"], body["id"]) == ("Organisation deleted", added["id"])
    assert send(admin, "HEAD", f"/organisations/view/{UUID}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": "ORGANISATION a"}, {"name": ["An organisation with this name already exists."]}),
        ({"name": ""}, {"name": ["Name cannot be empty."]}),
        ({}, {"name": ["Name cannot be empty."]}),
        ({"name": "x", "uuid": "nope"}, {"uuid": ["Please provide a valid RFC 4122 UUID"]}),
        ({"name": "x" * 256}, {"name": ["At most 255 characters are allowed."]}),
    ],
)
def test_invalid_organisations_are_refused(seed: Seed, fields: dict[str, Any], errors: Any) -> None:
    status, body = call(seed.site_admin.key, "POST", "/admin/organisations/add", fields)
    assert (status, body["message"], body["errors"]) == (403, "Could not add Organisation", errors)


def test_organisation_in_use_cannot_be_deleted(seed: Seed) -> None:
    path = f"/admin/organisations/delete/{seed.org_a.pk}"
    status, body = call(seed.site_admin.key, "POST", path, {})
    assert (status, body["errors"]) == (403, "The organisation still has 1 sharing groups, 5 users.")
    assert Organisation.objects.filter(pk=seed.org_a.pk).exists()


def test_organisation_is_found_by_name(seed: Seed) -> None:
    status, body = call(seed.reader.key, "GET", "/organisations/view/organisation%20b")
    assert (status, body["Organisation"]["id"]) == (200, str(seed.org_b.pk))
    assert call(seed.reader.key, "GET", "/organisations/view/organisation")[0] == 404


def test_creator_of_organisation_is_shown_to_administrators_only(seed: Seed) -> None:
    def named_with_creator(key: str, path: str) -> set[str]:
        body = call(key, "GET", path)[1]
        rows = [row["Organisation"] for row in (body if isinstance(body, list) else [body])]
        return {row["name"] for row in rows if "created_by" in row}

    everybody = {each.name for each in (seed.hub, seed.org_a, seed.org_b, seed.org_c)}
    for path in ("/organisations/index", f"/organisations/view/{seed.org_a.pk}"):
        assert named_with_creator(seed.reader.key, path) == set()
        assert named_with_creator(seed.partner.key, path) == set()
        assert named_with_creator(seed.org_admin.key, path) == {seed.org_a.name}
    assert named_with_creator(seed.org_admin.key, f"/organisations/view/{seed.org_b.pk}") == set()
    assert named_with_creator(seed.site_admin.key, "/organisations/index") == everybody


@pytest.mark.parametrize("path", ["add", "edit/1", "delete/1"])
def test_only_site_administrators_change_organisations(seed: Seed, path: str) -> None:
    status, body = call(seed.org_admin.key, "POST", f"/admin/organisations/{path}", {"name": "x"})
    assert (status, body["message"]) == (403, NO_PERMISSION)


def test_scopes_and_search(seed: Seed) -> None:
    make_organisation("Remote", local=False, sector="energy")
    key = seed.analyst.key
    assert "Remote" not in names(key, "/organisations/index")
    assert names(key, "/organisations/index/scope:external") == ["Remote"]
    assert set(names(key, "/organisations/index/scope:all")) >= {"Remote", "Organisation A"}
    assert names(key, "/organisations/index/scope:all/searchall:ENERGY") == ["Remote"]
    assert names(key, "/organisations/index/searchall:Organisation+B") == ["Organisation B"]
    _, rows = call(key, "GET", "/organisations/index")
    assert "created_by_email" not in rows[0]["Organisation"]
    assert call(key, "GET", "/organisations/view/999999") == (
        404,
        {
            "name": "Invalid organisation",
            "message": "Invalid organisation",
            "url": "/organisations/view/999999",
        },
    )


def test_sharing_group_is_made_by_site_administrator(seed: Seed) -> None:
    admin = seed.site_admin.key
    wanted = {"name": "SGx", "releasability": "r", "uuid": UUID}
    status, body = call(admin, "POST", "/sharingGroups/add", wanted)
    assert (status, list(body)) == (
        200,
        ["SharingGroup", "SharingGroupOrg", "SharingGroupServer", "Organisation"],
    )
    group = body["SharingGroup"]
    assert (group["org_id"], group["local"], group["active"]) == (str(seed.hub.pk), False, True)
    assert body["SharingGroupServer"][0]["all_orgs"] is False
    references = {"sg_id": UUID, "org_id": str(seed.org_b.uuid), "extend": True}
    _, body = call(admin, "POST", "/sharing_groups/addOrg", references)
    assert (body["message"], body["url"]) == (ADDED, "/sharing_groups/addOrg")
    _, body = call(seed.partner.key, "GET", f"/sharing_groups/view/{UUID}")
    assert body["SharingGroupOrg"][0]["Organisation"]["name"] == "Organisation B"
    assert body["SharingGroupOrg"][0]["extend"] is True
    assert body["SharingGroup"]["sync_org_name"] == "Hub"
    assert body["SharingGroupServer"][0]["Server"]["name"] == "Local instance"
    _, body = call(admin, "POST", f"/sharing_groups/edit/{UUID}", {"name": "SGx2", "description": "d"})
    assert (body["SharingGroup"]["name"], body["SharingGroup"]["description"]) == ("SGx2", "d")
    _, body = call(admin, "POST", f"/sharing_groups/delete/{group['id']}", {})
    assert (body["message"], body["id"]) == ("SharingGroup deleted", group["id"])
    assert send(admin, "HEAD", f"/sharing_groups/view/{UUID}").status_code == 404


def test_messages_of_group_membership(seed: Seed) -> None:
    admin, group = seed.site_admin.key, seed.group.pk

    def post(path: str) -> tuple[int, str, Any]:
        status, body = call(admin, "POST", path, {})
        return status, body["message"], body.get("errors")

    add, remove = f"/sharing_groups/addOrg/{group}", f"/sharing_groups/removeOrg/{group}"
    could_not = "Could not add Organisation to SharingGroup"
    assert post(f"{add}/{seed.org_b.pk}") == (403, could_not, "Organisation is already in the sharing group.")
    assert post(f"{add}/{seed.org_c.pk}/1") == (200, ADDED, None)
    assert seed.group.members.get(org=seed.org_c).extend
    assert post(f"{add}/999999") == (405, "Invalid organisation.", None)
    assert post(f"/sharing_groups/addOrg/999999/{seed.org_b.pk}") == (405, NO_EDITING, None)
    assert post(f"{remove}/{seed.org_c.pk}") == (200, "Organisation removed from the sharing group.", None)
    assert post(f"{remove}/{seed.org_c.pk}")[2] == "Organisation is not in the sharing group."
    assert post(f"/sharing_groups/addServer/{group}/999") == (405, "Invalid Server.", None)


def test_sharing_group_is_hidden_from_non_members(seed: Seed) -> None:
    status, body = call(seed.stranger.key, "GET", f"/sharing_groups/view/{seed.group.pk}")
    refusal = "Sharing group doesn&#039;t exist or you do not have permission to access it."
    assert (status, body["message"]) == (405, refusal)
    assert call(seed.stranger.key, "GET", "/sharing_groups/index")[1] == {"response": []}
    _, listed = call(seed.partner.key, "GET", "/sharing_groups/index.json")
    (row,) = listed["response"]
    assert (row["SharingGroup"]["org_count"], row["editable"], row["deletable"]) == ("2", False, False)


def test_extending_group_requires_extend_flag(seed: Seed) -> None:
    """B's synchronisation user manages sharing groups, but B may not extend this one."""
    add = f"/sharing_groups/addOrg/{seed.group.pk}/{seed.org_c.pk}"
    edit = f"/sharing_groups/edit/{seed.group.pk}"
    key = seed.partner_sync.key
    assert call(key, "POST", add, {})[1]["message"] == NO_EDITING
    assert call(key, "POST", edit, {"name": "theirs"})[0] == 403
    seed.group.members.filter(org=seed.org_b).update(extend=True)
    assert call(key, "POST", add, {})[1]["message"] == ADDED
    assert call(key, "POST", edit, {"active": False})[0] == 403
    assert call(key, "POST", f"/sharing_groups/delete/{seed.group.pk}", {})[0] == 403
    opened = {"server_id": "0", "all_orgs": True, "sg_id": str(seed.group.uuid)}
    assert call(key, "POST", "/sharing_groups/addServer", opened)[1]["message"] == NO_EDITING


def test_editing_group_requires_permission(seed: Seed) -> None:
    seed.group.members.update(extend=True)
    path = f"/sharing_groups/edit/{seed.group.pk}"
    assert call(seed.partner.key, "POST", path, {"name": "x"})[1]["message"] == NO_PERMISSION


@pytest.mark.parametrize("extend", [False, True])
def test_creating_group_requires_own_organisation_with_extend(seed: Seed, extend: bool) -> None:
    member = {"Organisation": {"uuid": str(seed.org_a.uuid), "name": "whatever"}, "extend": extend}
    wanted = {"name": "SG two only", "releasability": "r", "uuid": UUID, "SharingGroupOrg": [member]}
    status, body = call(seed.org_admin.key, "POST", "/sharing_groups/add", wanted)
    if extend:
        assert (status, body["Organisation"]["name"]) == (200, "Organisation A")
    else:
        assert (status, body["errors"]) == (403, "Could not save sharing group.")
        assert not SharingGroup.objects.filter(uuid=UUID).exists()


def test_group_in_use_cannot_be_deleted(seed: Seed) -> None:
    make_event(seed.org_a, user_id=seed.analyst.user.pk, distribution=4, sharing_group=seed.group).save()
    status, body = call(seed.site_admin.key, "POST", f"/sharing_groups/delete/{seed.group.pk}", {})
    assert (status, body["errors"]) == (403, "The sharing group could not be deleted.")


def test_taken_name_gets_number(seed: Seed) -> None:
    _, body = call(seed.site_admin.key, "POST", "/sharing_groups/add", {"name": "a AND b"})
    assert body["SharingGroup"]["name"].startswith("a AND b_")
    status, body = call(seed.site_admin.key, "POST", "/sharing_groups/add", {"releasability": "r"})
    assert (status, body["errors"]) == (403, "Could not save sharing group.")


def test_new_member_sees_group_at_next_request(seed: Seed) -> None:
    """The groups come with the query that authenticates, so no cache decides."""
    assert call(seed.stranger.key, "GET", f"/sharing_groups/view/{seed.group.pk}")[0] == 405
    call(seed.site_admin.key, "POST", f"/sharing_groups/addOrg/{seed.group.pk}/{seed.org_c.pk}", {})
    assert call(seed.stranger.key, "GET", f"/sharing_groups/view/{seed.group.pk}")[0] == 200
