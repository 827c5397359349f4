"""Organisations and sharing groups that arrive in documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.factories.seed import ApiUser, Seed
from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.job_actors import connection_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg
from vardkase.identity.organisations.services import capture_organisations, capture_sharing_group

NEW = "97a2b341-f64d-5e63-b3d7-3f473010c844"
OTHER = "31ccc73c-f1cc-5b7d-8de9-d6a1bd629fe3"


def block(seed: Seed, **fields: Any) -> dict[str, Any]:
    """A group as B's instance sends it: it lists B, which may extend it, and an unknown organisation."""
    return {
        "uuid": NEW,
        "name": "From afar",
        "releasability": "r",
        "modified": "2026-11-25 00:00:00",
        "organisation_uuid": OTHER,
        "Organisation": {"uuid": OTHER, "name": "Owner afar"},
        "SharingGroupOrg": [
            {"extend": True, "Organisation": {"uuid": str(seed.org_b.uuid), "name": "B"}},
            {"extend": False, "Organisation": {"uuid": OTHER, "name": "Owner afar"}},
        ],
        **fields,
    }


def test_unknown_organisation_is_created_as_remote(seed: Seed) -> None:
    found = capture_organisations([{"uuid": NEW.upper(), "name": "Afar"}, {"uuid": str(seed.org_a.uuid)}])
    assert found[str(seed.org_a.uuid)] == seed.org_a.pk
    added = Organisation.objects.get(pk=found[NEW])
    assert (added.name, added.local, added.uuid) == ("Afar", False, UUID(NEW))


def test_known_organisation_keeps_name(seed: Seed) -> None:
    capture_organisations([{"uuid": str(seed.org_a.uuid), "name": "Impostor"}])
    seed.org_a.refresh_from_db()
    assert seed.org_a.name == "Organisation A"


def test_taken_name_gets_number(seed: Seed) -> None:
    found = capture_organisations(
        [{"uuid": NEW, "name": "ORGANISATION A"}, {"uuid": OTHER, "name": "Organisation a"}]
    )
    names = {Organisation.objects.get(pk=pk).name for pk in found.values()}
    assert len(names) == 2
    assert all(name.lower().startswith("organisation a_") for name in names)


@pytest.mark.django_db
def test_blocks_without_uuid_are_skipped() -> None:
    assert capture_organisations([{"name": "Nameless"}, {"uuid": "nope"}, {}]) == {}
    assert not Organisation.objects.exists()


def test_query_count_is_independent_of_number(seed: Seed, django_assert_max_num_queries: Any) -> None:
    blocks = [{"uuid": str(UUID(int=number)), "name": f"Org {number}"} for number in range(1, 500)]
    with django_assert_max_num_queries(6):
        assert len(capture_organisations(blocks)) == 499
    with django_assert_max_num_queries(1):
        capture_organisations(blocks)


def test_sync_user_brings_group(seed: Seed) -> None:
    pk = capture_sharing_group(seed.partner_sync.actor, block(seed))
    group = SharingGroup.objects.get(pk=pk)
    assert (group.name, group.org.name, group.local) == ("From afar", "Owner afar", False)
    assert group.sync_user_id == seed.partner_sync.user.pk
    assert {(row.org.name, row.extend) for row in group.members.all()} == {
        ("Organisation B", True),
        ("Owner afar", False),
    }


def test_group_without_right_to_extend_is_not_stored(seed: Seed) -> None:
    members = [{"extend": False, "Organisation": {"uuid": str(seed.org_b.uuid), "name": "B"}}]
    assert capture_sharing_group(seed.partner_sync.actor, block(seed, SharingGroupOrg=members)) is None
    assert capture_sharing_group(seed.partner.actor, block(seed)) is None
    assert not SharingGroup.objects.filter(uuid=NEW).exists()
    assert not Organisation.objects.filter(uuid=OTHER).exists()


def test_group_cannot_be_taken_over_by_uuid(seed: Seed) -> None:
    """C sends A's group with itself as a member and a later date."""
    forged = block(seed, uuid=str(seed.group.uuid), name="Ours now", modified="2099-01-01 00:00:00")
    forged["SharingGroupOrg"] = [
        {"extend": True, "Organisation": {"uuid": str(seed.org_c.uuid), "name": "C"}}
    ]
    seed.stranger.user.role = seed.partner_sync.user.role
    seed.stranger.user.save()
    assert capture_sharing_group(seed.stranger.actor, forged) is None
    seed.group.refresh_from_db()
    assert seed.group.name == "A and B"
    assert not seed.group.members.filter(org=seed.org_c).exists()


def test_member_without_extend_may_use_group(seed: Seed) -> None:
    forged = block(seed, uuid=str(seed.group.uuid), name="Renamed", modified="2099-01-01 00:00:00")
    assert capture_sharing_group(seed.partner_sync.actor, forged) == seed.group.pk
    seed.group.refresh_from_db()
    assert seed.group.name == "A and B"


def test_group_is_updated_only_by_its_source(seed: Seed) -> None:
    actor = seed.partner_sync.actor
    pk = capture_sharing_group(actor, block(seed))
    assert capture_sharing_group(actor, block(seed, name="Old", modified="2001-01-01 00:00:00")) == pk
    assert SharingGroup.objects.get(pk=pk).name == "From afar"
    assert capture_sharing_group(actor, block(seed, name="Renamed", modified="2099-01-01 00:00:00")) == pk
    assert SharingGroup.objects.get(pk=pk).name == "Renamed"


def test_roaming_on_another_instance_does_not_open_group_on_this_one(seed: Seed, settings: Any) -> None:
    settings.BASE_URL = "https://here.example"
    theirs = [{"server_id": "0", "all_orgs": True, "Server": {"id": "0", "url": "https://there.example"}}]
    capture_sharing_group(seed.partner_sync.actor, block(seed, SharingGroupServer=theirs))
    assert not SharingGroup.objects.get(uuid=NEW).servers.filter(all_orgs=True).exists()


@pytest.mark.parametrize(
    ("who", "opens"), [("org_admin", False), ("partner_sync", True), ("site_admin", True)]
)
def test_roaming_group_may_be_created_by_sync_users_only(
    seed: Seed, settings: Any, who: str, opens: bool
) -> None:
    """Another instance may send one; a member's administrator may not, here as in the form."""
    settings.BASE_URL = "https://here.example"
    api_user: ApiUser = getattr(seed, who)
    own = [{"extend": True, "Organisation": {"uuid": str(api_user.user.org.uuid), "name": "Own"}}]
    here = [{"all_orgs": True, "Server": {"url": "https://here.example"}}]
    capture_sharing_group(api_user.actor, block(seed, SharingGroupOrg=own, SharingGroupServer=here))
    group = SharingGroup.objects.get(uuid=NEW)
    assert group.servers.filter(server_id=0, all_orgs=True).exists() is opens


def test_push_cannot_make_group_with_events_roaming(seed: Seed, settings: Any) -> None:
    settings.BASE_URL = "https://here.example"
    actor = seed.partner_sync.actor
    capture_sharing_group(actor, block(seed, roaming=True))
    here = [{"all_orgs": True, "Server": {"url": "https://here.example"}}]
    capture_sharing_group(actor, block(seed, modified="2099-01-01 00:00:00", SharingGroupServer=here))
    group = SharingGroup.objects.get(uuid=NEW)
    assert list(group.servers.values_list("server_id", "all_orgs")) == [(0, False)]


def test_read_only_key_captures_nothing(seed: Seed) -> None:
    actor: Actor = actor_for(seed.partner_sync.user, Credential.READ_ONLY_KEY)
    with pytest.raises(Forbidden):
        capture_sharing_group(actor, block(seed))


@pytest.mark.django_db
@pytest.mark.parametrize("owner", ["hub", "org_a"])
def test_connection_cannot_extend_local_group(seed: Seed, owner: str) -> None:
    """Even if the hub owns or may extend it: another instance does not speak for the hub."""
    SharingGroup.objects.filter(pk=seed.group.pk).update(org=getattr(seed, owner))
    SharingGroupOrg.objects.create(sharing_group=seed.group, org=seed.hub, extend=True)
    group = SharingGroup.objects.get(pk=seed.group.pk)
    entry = {"extend": True, "Organisation": {"uuid": str(seed.org_c.uuid), "name": "C"}}
    sent = {"uuid": str(group.uuid), "name": "Taken over", "modified": "2031-01-01 00:00:00"}
    before = set(SharingGroupOrg.objects.values_list("sharing_group", "org"))
    connection = connection_actor(seed.hub.pk, "connection to B")
    assert capture_sharing_group(connection, {**sent, "SharingGroupOrg": [entry]}) == group.pk
    assert set(SharingGroupOrg.objects.values_list("sharing_group", "org")) == before
    assert SharingGroup.objects.get(pk=group.pk).name == group.name


def connection_of_hub(seed: Seed, connection_id: int) -> Actor:
    """The actor of a pull over one of the hub's connections."""
    return connection_actor(seed.hub.pk, "connection", connection_id=connection_id)


def test_connection_brings_groups_of_its_events(seed: Seed) -> None:
    """Whether or not we may extend them: the other instance lets us read their contents."""
    members = [{"extend": False, "Organisation": {"uuid": str(seed.org_b.uuid), "name": "B"}}]
    pk = capture_sharing_group(connection_of_hub(seed, 7), block(seed, SharingGroupOrg=members))
    group = SharingGroup.objects.get(pk=pk)
    assert [row.org.name for row in group.members.all()] == ["Organisation B"]
    later = block(seed, modified="2099-01-01 00:00:00")
    assert capture_sharing_group(connection_of_hub(seed, 7), later) == pk
    assert group.members.count() == 2


def test_other_connection_cannot_change_or_use_group(seed: Seed) -> None:
    members = [{"extend": False, "Organisation": {"uuid": str(seed.org_b.uuid), "name": "B"}}]
    pk = capture_sharing_group(connection_of_hub(seed, 7), block(seed, SharingGroupOrg=members))
    entry = {"extend": True, "Organisation": {"uuid": str(seed.org_c.uuid), "name": "C"}}
    forged = block(seed, name="Ours now", modified="2099-01-01 00:00:00", SharingGroupOrg=[entry])
    for actor in (connection_of_hub(seed, 8), connection_of_hub(seed, 0)):
        assert capture_sharing_group(actor, forged) is None
    group = SharingGroup.objects.get(pk=pk)
    assert (group.name, group.members.count()) == ("From afar", 1)


@pytest.mark.parametrize("standing", ["extends", "owns"])
def test_other_connection_does_not_speak_for_hub(seed: Seed, standing: str) -> None:
    """The hub may change a group that came over one connection; what another connection sends is not the
    hub's word.
    """
    entry = {"extend": True, "Organisation": {"uuid": str(seed.hub.uuid), "name": "Hub"}}
    pk = capture_sharing_group(connection_of_hub(seed, 7), block(seed, SharingGroupOrg=[entry]))
    if standing == "owns":
        SharingGroup.objects.filter(pk=pk).update(org=seed.hub)
    theirs = {"extend": True, "Organisation": {"uuid": str(seed.org_c.uuid), "name": "C"}}
    forged = block(seed, name="Ours now", modified="2099-01-01 00:00:00", SharingGroupOrg=[theirs])
    for actor in (connection_of_hub(seed, 8), connection_of_hub(seed, 0)):
        assert capture_sharing_group(actor, forged) == pk
    group = SharingGroup.objects.get(pk=pk)
    assert (group.name, [row.org for row in group.members.all()]) == ("From afar", [seed.hub])


def test_many_equal_names_in_document_terminate(seed: Seed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The random suffixes can run out (here there is one), which must not loop for ever."""
    monkeypatch.setattr("random.randint", lambda *_: 7)
    blocks = [{"uuid": str(UUID(int=number)), "name": "Same"} for number in range(1, 6)]
    assert len(capture_organisations(blocks)) == 5
    names = set(Organisation.objects.filter(name__startswith="Same").values_list("name", flat=True))
    assert len(names) == 5
    assert names > {"Same", "Same_7"}
