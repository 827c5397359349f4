"""Sharing group blueprints: the organisations that their rules select, and the groups made from them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_organisation, make_sharing_group
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.exchange.servers.models import Server
from vardkase.identity.blueprints.models import SharingGroupBlueprint
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg

ROOT = "/sharingGroupBlueprints"


@pytest.fixture(autouse=True)
def sectors(seed: Seed) -> None:
    for organisation, sector, nation in (
        (seed.org_a, "Health", "Sweden"),
        (seed.org_b, "Health", "Norway"),
        (seed.org_c, "Energy", "Sweden"),
    ):
        Organisation.objects.filter(pk=organisation.pk).update(sector=sector, nationality=nation)


def add(key: str, rules: Any, name: str = "Care") -> tuple[int, Any]:
    return call(key, "POST", f"{ROOT}/add", {"name": name, "rules": rules})


def chosen(seed: Seed, rules: Any) -> set[str]:
    number = add(seed.org_admin.key, rules)[1]["SharingGroupBlueprint"]["id"]
    rows = call(seed.org_admin.key, "GET", f"{ROOT}/viewOrgs/{number}")[1]
    return {row["name"].removeprefix("Organisation ") for row in rows}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"OR": {"org_sector": ["health"]}}, {"A", "B"}),
        ({"OR": {"org_sector": ["Health", "Energy"]}}, {"A", "B", "C"}),
        ({"AND": {"org_sector": "Health", "org_nationality": ["SWEDEN"]}}, {"A"}),
        ({"AND": {"org_sector": ["Health"], "NOT": {"org_nationality": ["Sweden"]}}}, {"B"}),
        ({"OR": [{"org_name": "Hub"}, {"AND": {"org_sector": "Energy"}}]}, {"Hub", "C"}),
        ({"NOT": {"org_sector": ["Health", "Energy"]}}, {"Hub"}),
        ({"OR": {"org_sector": "none"}}, set()),
    ],
)
def test_rules_select_organisations(seed: Seed, rules: Any, expected: set[str]) -> None:
    assert chosen(seed, rules) == chosen(seed, json.dumps(rules)) == expected


def test_rules_select_by_organisation_and_group(seed: Seed) -> None:
    assert chosen(seed, {"OR": {"org_id": [seed.org_c.pk], "org_uuid": str(seed.hub.uuid)}}) == {"C", "Hub"}
    for rule in ({"sharing_group_id": [seed.group.pk]}, {"sharing_group_uuid": [str(seed.group.uuid)]}):
        assert chosen(seed, {"OR": rule}) == {"A", "B"}
        assert chosen(seed, {"AND": {**rule, "NOT": {"org_id": seed.org_a.pk}}}) == {"B"}


def test_hidden_group_does_not_reveal_its_members(seed: Seed) -> None:
    hidden = make_sharing_group(seed.org_c, [seed.org_c, seed.org_b], name="hidden")
    for rule in ({"sharing_group_id": [hidden.pk]}, {"sharing_group_uuid": [str(hidden.uuid)]}):
        assert chosen(seed, {"OR": rule}) == set()
    number = add(seed.site_admin.key, {"OR": {"sharing_group_id": [hidden.pk]}})[1]["SharingGroupBlueprint"][
        "id"
    ]
    assert len(call(seed.site_admin.key, "GET", f"{ROOT}/generateUuidList/{number}")[1]) == 2


@pytest.mark.parametrize(
    "rules",
    [
        "no json", "[]", {}, None, 7, {"OR": {}}, {"OR": {"org_shoe": ["x"]}}, {"XOR": {"org_name": "x"}},
        {"OR": {"org_id": ["x"]}}, {"OR": {"org_uuid": "x"}}, {"OR": {"org_name": {"a": 1}}}, {"OR": ["x"]},
        {"NOT": {"OR": {"org_name": "x"}}}, {"OR": {"org_name": ["x"] * 1001}},
        json.loads('{"AND":' * 12 + '{"org_name":"x"}' + "}" * 12),
        {"OR": [{"org_name": "x"}] * 101}, {"OR": {"org_name') OR TRUE --": "x"}},
    ],
)  # fmt: skip
def test_invalid_rules_are_refused(seed: Seed, rules: Any) -> None:
    status, body = add(seed.org_admin.key, rules)
    assert (status, list(body["errors"])) == (403, ["rules"])
    assert not SharingGroupBlueprint.objects.exists()


def test_group_is_created_and_follows_rules(seed: Seed) -> None:
    number = add(seed.org_admin.key, {"OR": {"org_sector": ["Health"]}})[1]["SharingGroupBlueprint"]["id"]
    status, body = call(seed.org_admin.key, "POST", f"{ROOT}/execute/{number}", {})
    assert (status, body["message"]) == (200, "Sharing group rebuilt: 1 organisations added, 0 removed.")
    group = SharingGroup.objects.get(pk=body["id"])
    assert (group.name, group.org) == ("Care", seed.org_a)
    members = SharingGroupOrg.objects.filter(sharing_group=group)
    assert set(members.values_list("org__name", "extend")) == {
        ("Organisation A", True),
        ("Organisation B", False),
    }
    Organisation.objects.filter(pk=seed.org_b.pk).update(sector="Energy")
    new = make_organisation("Organisation D")
    Organisation.objects.filter(pk=new.pk).update(sector="Health")
    body = call(seed.org_admin.key, "POST", f"{ROOT}/execute/{number}", {})[1]
    assert body["message"] == "Sharing group rebuilt: 1 organisations added, 1 removed."
    assert set(members.values_list("org__name", flat=True)) == {"Organisation A", "Organisation D"}
    status, body = call(seed.org_admin.key, "POST", f"{ROOT}/detach/{number}", {})
    assert (status, body["saved"]) == (200, True)
    assert call(seed.org_admin.key, "POST", f"{ROOT}/detach/{number}", {})[0] == 403
    status, body = call(seed.org_admin.key, "POST", f"{ROOT}/execute/{number}", {})
    assert (status, list(body["errors"])) == (
        403,
        ["name"],
    )  # Its name is taken by the detached group.
    assert call(seed.org_admin.key, "POST", f"{ROOT}/delete/{number}", {})[0] == 200
    assert SharingGroup.objects.filter(pk=group.pk).exists()
    assert AuditEntry.objects.filter(action="sharing_group.rebuilt").count() == 2


def test_blueprints_belong_to_their_organisation(seed: Seed) -> None:
    number = add(seed.org_admin.key, {"OR": {"org_sector": ["Health"]}})[1]["SharingGroupBlueprint"]["id"]
    assert call(seed.partner_sync.key, "GET", f"{ROOT}/index")[1] == []
    for action in ("view", "viewOrgs", "generateUuidList"):
        assert call(seed.partner_sync.key, "GET", f"{ROOT}/{action}/{number}")[0] == 404
    for action in ("edit", "execute", "detach", "delete"):
        assert call(seed.partner_sync.key, "POST", f"{ROOT}/{action}/{number}", {"name": "x"})[0] == 404
    forged = {"name": "x", "rules": {"OR": {"org_name": "x"}}, "sharing_group_id": seed.group.pk, "org_id": 1}
    stored = call(seed.partner_sync.key, "POST", f"{ROOT}/add", forged)[1]["SharingGroupBlueprint"]
    assert (stored["sharing_group_id"], stored["org_id"]) == ("0", str(seed.org_b.pk))


def test_blueprint_fills_rules_of_connection(seed: Seed) -> None:
    body = {"name": "S", "url": "https://s.example", "authkey": "A" * 40, "remote_org_id": seed.org_b.pk}
    server = call(seed.site_admin.key, "POST", "/servers/add", body)[1]["Server"]["id"]
    rules = {"OR": {"org_sector": ["Health"]}}
    number = add(seed.site_admin.key, rules)[1]["SharingGroupBlueprint"]["id"]
    path = f"{ROOT}/encodeSyncRule/{number}"
    for kind in ("pull", "push"):
        sent = {"server_id": server, "type": kind, "rule": "NOT"}
        assert call(seed.site_admin.key, "POST", path, sent)[0] == 200
    stored = Server.objects.get()
    assert stored.pull_rules["orgs"] == {"OR": [], "NOT": ["Organisation A", "Organisation B"]}
    assert stored.push_rules["orgs"]["NOT"] == [str(seed.org_a.pk), str(seed.org_b.pk)]
    assert call(seed.site_admin.key, "POST", path, {"server_id": server, "type": "x", "rule": "OR"})[0] == 400
    sent = {"server_id": 999999, "type": "pull", "rule": "OR"}
    assert call(seed.site_admin.key, "POST", path, sent)[0] == 404
