"""Organisations and sharing groups that arrive in documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.cast import Cast, Player
from vardkase.core.errors import Forbidden
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.jobs import connection_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.organisations.models import Organisation, SharingGroup, SharingGroupOrg
from vardkase.identity.organisations.services import capture_organisations, capture_sharing_group

NEW = "97a2b341-f64d-5e63-b3d7-3f473010c844"
OTHER = "31ccc73c-f1cc-5b7d-8de9-d6a1bd629fe3"


def block(cast: Cast, **fields: Any) -> dict[str, Any]:
    """A group as B's instance sends it: it lists B, which may extend it, and somebody unknown here."""
    return {
        "uuid": NEW,
        "name": "From afar",
        "releasability": "r",
        "modified": "2026-11-25 00:00:00",
        "organisation_uuid": OTHER,
        "Organisation": {"uuid": OTHER, "name": "Owner afar"},
        "SharingGroupOrg": [
            {"extend": True, "Organisation": {"uuid": str(cast.org_b.uuid), "name": "B"}},
            {"extend": False, "Organisation": {"uuid": OTHER, "name": "Owner afar"}},
        ],
        **fields,
    }


def test_unknown_organisations_become_remote_ones(cast: Cast) -> None:
    found = capture_organisations([{"uuid": NEW.upper(), "name": "Afar"}, {"uuid": str(cast.org_a.uuid)}])
    assert found[str(cast.org_a.uuid)] == cast.org_a.pk
    added = Organisation.objects.get(pk=found[NEW])
    assert (added.name, added.local, added.uuid) == ("Afar", False, UUID(NEW))


def test_known_organisations_keep_their_name(cast: Cast) -> None:
    capture_organisations([{"uuid": str(cast.org_a.uuid), "name": "Impostor"}])
    cast.org_a.refresh_from_db()
    assert cast.org_a.name == "Organisation A"


def test_a_name_that_is_taken_gets_a_number(cast: Cast) -> None:
    found = capture_organisations(
        [{"uuid": NEW, "name": "ORGANISATION A"}, {"uuid": OTHER, "name": "Organisation a"}]
    )
    names = {Organisation.objects.get(pk=pk).name for pk in found.values()}
    assert len(names) == 2
    assert all(name.lower().startswith("organisation a_") for name in names)


@pytest.mark.django_db
def test_blocks_without_a_uuid_are_left_out() -> None:
    assert capture_organisations([{"name": "Nameless"}, {"uuid": "nope"}, {}]) == {}
    assert not Organisation.objects.exists()


def test_two_statements_whatever_the_number(cast: Cast, django_assert_max_num_queries: Any) -> None:
    blocks = [{"uuid": str(UUID(int=number)), "name": f"Org {number}"} for number in range(1, 500)]
    with django_assert_max_num_queries(6):
        assert len(capture_organisations(blocks)) == 499
    with django_assert_max_num_queries(1):
        capture_organisations(blocks)


def test_a_synchronising_user_brings_a_group(cast: Cast) -> None:
    pk = capture_sharing_group(cast.partner_sync.actor, block(cast))
    group = SharingGroup.objects.get(pk=pk)
    assert (group.name, group.org.name, group.local) == ("From afar", "Owner afar", False)
    assert group.sync_user_id == cast.partner_sync.user.pk
    assert {(row.org.name, row.extend) for row in group.members.all()} == {
        ("Organisation B", True),
        ("Owner afar", False),
    }


def test_who_is_not_let_extend_brings_nothing(cast: Cast) -> None:
    members = [{"extend": False, "Organisation": {"uuid": str(cast.org_b.uuid), "name": "B"}}]
    assert capture_sharing_group(cast.partner_sync.actor, block(cast, SharingGroupOrg=members)) is None
    assert capture_sharing_group(cast.partner.actor, block(cast)) is None
    assert not SharingGroup.objects.filter(uuid=NEW).exists()
    assert not Organisation.objects.filter(uuid=OTHER).exists()


def test_a_group_cannot_be_taken_over_by_its_uuid(cast: Cast) -> None:
    """C claims A's group, with itself as a member and a later date."""
    forged = block(cast, uuid=str(cast.group.uuid), name="Ours now", modified="2099-01-01 00:00:00")
    forged["SharingGroupOrg"] = [
        {"extend": True, "Organisation": {"uuid": str(cast.org_c.uuid), "name": "C"}}
    ]
    cast.stranger.user.role = cast.partner_sync.user.role
    cast.stranger.user.save()
    assert capture_sharing_group(cast.stranger.actor, forged) is None
    cast.group.refresh_from_db()
    assert cast.group.name == "A and B"
    assert not cast.group.members.filter(org=cast.org_c).exists()


def test_a_member_may_use_a_group_it_may_not_change(cast: Cast) -> None:
    forged = block(cast, uuid=str(cast.group.uuid), name="Renamed", modified="2099-01-01 00:00:00")
    assert capture_sharing_group(cast.partner_sync.actor, forged) == cast.group.pk
    cast.group.refresh_from_db()
    assert cast.group.name == "A and B"


def test_news_of_a_group_come_from_where_it_came_from(cast: Cast) -> None:
    actor = cast.partner_sync.actor
    pk = capture_sharing_group(actor, block(cast))
    assert capture_sharing_group(actor, block(cast, name="Old", modified="2001-01-01 00:00:00")) == pk
    assert SharingGroup.objects.get(pk=pk).name == "From afar"
    assert capture_sharing_group(actor, block(cast, name="Renamed", modified="2099-01-01 00:00:00")) == pk
    assert SharingGroup.objects.get(pk=pk).name == "Renamed"


def test_another_instances_own_server_does_not_open_ours(cast: Cast, settings: Any) -> None:
    settings.BASE_URL = "https://here.example"
    theirs = [{"server_id": "0", "all_orgs": True, "Server": {"id": "0", "url": "https://there.example"}}]
    capture_sharing_group(cast.partner_sync.actor, block(cast, SharingGroupServer=theirs))
    assert not SharingGroup.objects.get(uuid=NEW).servers.filter(all_orgs=True).exists()


@pytest.mark.parametrize(
    ("who", "opens"), [("org_admin", False), ("partner_sync", True), ("site_admin", True)]
)
def test_who_opens_a_new_group_to_every_organisation(
    cast: Cast, settings: Any, who: str, opens: bool
) -> None:
    """Another instance may send one; a member's administrator may not, as with the form."""
    settings.BASE_URL = "https://here.example"
    player: Player = getattr(cast, who)
    own = [{"extend": True, "Organisation": {"uuid": str(player.user.org.uuid), "name": "Own"}}]
    here = [{"all_orgs": True, "Server": {"url": "https://here.example"}}]
    capture_sharing_group(player.actor, block(cast, SharingGroupOrg=own, SharingGroupServer=here))
    group = SharingGroup.objects.get(uuid=NEW)
    assert group.servers.filter(server_id=0, all_orgs=True).exists() is opens


def test_a_group_with_events_is_not_opened_by_who_pushes(cast: Cast, settings: Any) -> None:
    settings.BASE_URL = "https://here.example"
    actor = cast.partner_sync.actor
    capture_sharing_group(actor, block(cast, roaming=True))
    here = [{"all_orgs": True, "Server": {"url": "https://here.example"}}]
    capture_sharing_group(actor, block(cast, modified="2099-01-01 00:00:00", SharingGroupServer=here))
    group = SharingGroup.objects.get(uuid=NEW)
    assert list(group.servers.values_list("server_id", "all_orgs")) == [(0, False)]


def test_a_read_only_key_captures_nothing(cast: Cast) -> None:
    actor: Actor = actor_for(cast.partner_sync.user, Credential.READ_ONLY_KEY)
    with pytest.raises(Forbidden):
        capture_sharing_group(actor, block(cast))


@pytest.mark.django_db
@pytest.mark.parametrize("owner", ["hub", "org_a"])
def test_a_connection_lets_nobody_into_a_group_that_was_made_here(cast: Cast, owner: str) -> None:
    """Also where the hub owns it, or may extend it: what another instance says is not the hub's word."""
    SharingGroup.objects.filter(pk=cast.group.pk).update(org=getattr(cast, owner))
    SharingGroupOrg.objects.create(sharing_group=cast.group, org=cast.hub, extend=True)
    group = SharingGroup.objects.get(pk=cast.group.pk)
    entry = {"extend": True, "Organisation": {"uuid": str(cast.org_c.uuid), "name": "C"}}
    sent = {"uuid": str(group.uuid), "name": "Taken over", "modified": "2031-01-01 00:00:00"}
    before = set(SharingGroupOrg.objects.values_list("sharing_group", "org"))
    connection = connection_actor(cast.hub.pk, "connection to B")
    assert capture_sharing_group(connection, {**sent, "SharingGroupOrg": [entry]}) == group.pk
    assert set(SharingGroupOrg.objects.values_list("sharing_group", "org")) == before
    assert SharingGroup.objects.get(pk=group.pk).name == group.name


def over(cast: Cast, connection_id: int) -> Actor:
    """A connection of the hub's, taking things in."""
    return connection_actor(cast.hub.pk, "connection", connection_id=connection_id)


def test_a_connection_brings_the_groups_of_what_it_brings(cast: Cast) -> None:
    """Whether or not we may extend them: the other instance lets us read what is in them."""
    members = [{"extend": False, "Organisation": {"uuid": str(cast.org_b.uuid), "name": "B"}}]
    pk = capture_sharing_group(over(cast, 7), block(cast, SharingGroupOrg=members))
    group = SharingGroup.objects.get(pk=pk)
    assert [row.org.name for row in group.members.all()] == ["Organisation B"]
    later = block(cast, modified="2099-01-01 00:00:00")
    assert capture_sharing_group(over(cast, 7), later) == pk
    assert group.members.count() == 2


def test_another_connection_changes_no_group_and_puts_nothing_into_it(cast: Cast) -> None:
    members = [{"extend": False, "Organisation": {"uuid": str(cast.org_b.uuid), "name": "B"}}]
    pk = capture_sharing_group(over(cast, 7), block(cast, SharingGroupOrg=members))
    entry = {"extend": True, "Organisation": {"uuid": str(cast.org_c.uuid), "name": "C"}}
    forged = block(cast, name="Ours now", modified="2099-01-01 00:00:00", SharingGroupOrg=[entry])
    for actor in (over(cast, 8), over(cast, 0)):
        assert capture_sharing_group(actor, forged) is None
    group = SharingGroup.objects.get(pk=pk)
    assert (group.name, group.members.count()) == ("From afar", 1)


@pytest.mark.parametrize("standing", ["extends", "owns"])
def test_another_connection_does_not_speak_for_the_hub(cast: Cast, standing: str) -> None:
    """The hub may change the group that came over the one connection; what comes over the other is not its word."""
    entry = {"extend": True, "Organisation": {"uuid": str(cast.hub.uuid), "name": "Hub"}}
    pk = capture_sharing_group(over(cast, 7), block(cast, SharingGroupOrg=[entry]))
    if standing == "owns":
        SharingGroup.objects.filter(pk=pk).update(org=cast.hub)
    theirs = {"extend": True, "Organisation": {"uuid": str(cast.org_c.uuid), "name": "C"}}
    forged = block(cast, name="Ours now", modified="2099-01-01 00:00:00", SharingGroupOrg=[theirs])
    for actor in (over(cast, 8), over(cast, 0)):
        assert capture_sharing_group(actor, forged) == pk
    group = SharingGroup.objects.get(pk=pk)
    assert (group.name, [row.org for row in group.members.all()]) == ("From afar", [cast.hub])


def test_a_document_that_names_all_alike_comes_to_an_end(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are ten thousand short numbers, here one; whoever needs more of them waits for ever."""
    monkeypatch.setattr("random.randint", lambda *_: 7)
    blocks = [{"uuid": str(UUID(int=number)), "name": "Same"} for number in range(1, 6)]
    assert len(capture_organisations(blocks)) == 5
    names = set(Organisation.objects.filter(name__startswith="Same").values_list("name", flat=True))
    assert len(names) == 5
    assert names > {"Same", "Same_7"}
