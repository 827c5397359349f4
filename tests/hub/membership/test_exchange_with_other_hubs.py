"""Once membership is in use, the hub owner still exchanges with other hubs, over its own connections only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import make_event, make_role, make_user
from tests.factories.memberships import Desk, make_desk, member
from tests.factories.seed import Seed
from tests.factories.taxii import published_event
from tests.hub.membership.test_members_only import officers_appointed
from tests.web.signed_in import signed_in
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import getting, giving, require_exchange_over
from vardkase.exchange.sync.candidates import candidates
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.services import capture_organisations
from vardkase.identity.organisations.standing import MembershipStanding, StandingRefused


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    return make_desk(seed)


@pytest.fixture
def upstream(seed: Seed, desk: Desk) -> Server:
    """The hub owner's connection to another hub that is known by name only, while membership is in use."""
    officers_appointed(seed)
    uuid = str(uuid4())
    number = capture_organisations([{"uuid": uuid, "name": "Another hub"}])[uuid]
    return Server.objects.create(
        name="Upstream", url="https://up.example", priority=1, org=seed.hub, remote_org_id=number,
        push=True, pull=True,
    )  # fmt: skip


def pull_and_push_allowed(server: Server) -> tuple[bool, bool]:
    server = Server.objects.select_related("remote_org").get(pk=server.pk)
    for gives in (True, False):
        listed = (giving() if gives else getting()).filter(pk=server.pk).exists()
        try:
            require_exchange_over(server, gives=gives)
        except StandingRefused:
            assert not listed
        else:
            assert listed
    return giving().filter(pk=server.pk).exists(), getting().filter(pk=server.pk).exists()


def test_hub_owner_exchanges_with_hub_that_is_not_a_member(seed: Seed, upstream: Server) -> None:
    assert upstream.remote_org.standing == MembershipStanding.NO_MEMBERSHIP
    assert pull_and_push_allowed(upstream) == (True, True)


def test_other_hub_gets_only_events_for_connected_communities(
    seed: Seed, desk: Desk, upstream: Server
) -> None:
    member(desk, seed.org_b)
    sent = published_event(seed.org_b, "out.example", distribution=2)
    for distribution in (0, 1):
        published_event(seed.org_b, f"in{distribution}.example", distribution=distribution)
    make_event(seed.org_b, distribution=3).save()
    assert [each.id for each in candidates(upstream)] == [sent.pk]


def owned_by_member(seed: Seed, server: Server) -> None:
    Server.objects.filter(pk=server.pk).update(org=seed.org_b)


def remote_is_local(seed: Seed, server: Server) -> None:
    Organisation.objects.filter(pk=server.remote_org_id).update(local=True)


def remote_has_account(seed: Seed, server: Server) -> None:
    make_user(server.remote_org, make_role("Sync", []), "sync@up.example")


def remote_is_former_member(seed: Seed, server: Server) -> None:
    Organisation.objects.filter(pk=server.remote_org_id).update(fixed_standing=MembershipStanding.TERMINATED)


@pytest.mark.parametrize(
    "other", [owned_by_member, remote_is_local, remote_has_account, remote_is_former_member]
)
def test_other_connections_do_not_exchange(
    seed: Seed, desk: Desk, upstream: Server, other: Callable[[Seed, Server], None]
) -> None:
    member(desk, seed.org_b)
    published_event(seed.org_b, "out.example", distribution=3)
    other(seed, upstream)
    assert pull_and_push_allowed(upstream) == (False, False)
    assert candidates(Server.objects.get(pk=upstream.pk)) == []


def test_event_page_marks_creator_that_is_not_a_member(seed: Seed, desk: Desk, upstream: Server) -> None:
    member(desk, seed.org_b)
    own = published_event(seed.org_b, "own.example")
    passed_on = published_event(seed.org_b, "theirs.example", orgc=upstream.remote_org)
    for event, is_marked in ((own, False), (passed_on, True)):
        page = signed_in(seed.partner).get(f"/event/{event.pk}/", headers={"accept-language": "en"})
        assert ("Not a member" in page.content.decode()) == is_marked
