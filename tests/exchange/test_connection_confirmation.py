"""No single person can make the hub fetch in a member's name: the member confirms the connection, or two people
do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests.api.calls import call
from tests.exchange.servers import HERE, Running, serving
from tests.exchange.test_pull_failures import good, misp
from tests.factories import make_organisation, make_role
from tests.factories.memberships import Desk, at_the_screen, make_desk, member
from tests.factories.seed import SYNC_USER, Seed
from tests.factories.taxii import published_event
from tests.identity.two_people import approved, the_request
from tests.support.mail_server import MailServer, mail_server, use
from tests.web.signed_in import signed_in
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.feeds.impersonation import require_no_members_event, require_own_name
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.feeds.problems import FeedProblem
from vardkase.exchange.feeds.services import add_feed
from vardkase.exchange.servers import confirmation
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.services import add_server, edit_server, import_server
from vardkase.exchange.sync.pull import pull
from vardkase.exchange.sync.schedules import pull_all
from vardkase.hub.membership.onboarding.services import connect
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.intel.models import Event

KEYS = {"first": "A" * 40, "second": "B" * 40}


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        use(settings, server.port)
        yield server


@pytest.fixture
def desk(seed: Seed, mail: Any, settings: Any, password_is_enough: None) -> Desk:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    settings.BASE_URL = "https://hub.example"
    make_role("Sync user", SYNC_USER)
    desk = make_desk(seed)
    member(desk, seed.org_b, connection="both")
    MembershipInUse.objects.create(pk=1)
    return desk


@pytest.fixture
def members_instance(seed: Seed) -> Iterator[Running]:
    """An instance that offers an event in the name of organisation B."""
    named = {"Orgc": {"uuid": str(seed.org_b.uuid), "name": seed.org_b.name}}
    uuid, said = good(**named)
    with serving(misp({uuid: said}, orgc_uuid=str(seed.org_b.uuid))) as running:
        yield running


def make_connection(seed: Seed, desk: Desk, way: str, url: str) -> Server:
    """The connection, made in one of the ways that exist."""
    given = {
        "name": "Theirs",
        "url": url,
        "authkey": KEYS["first"],
        "remote_org_id": seed.org_b.pk,
        "pull": True,
    }
    by_item = {"url": url, "authkey": KEYS["first"], "pull": True}
    if way == "site administrator":
        return add_server(seed.site_admin.actor, given)
    if way == "import":
        document = {
            "url": url,
            "authkey": KEYS["first"],
            "Organisation": {"uuid": str(seed.org_b.uuid), "name": seed.org_b.name},
        }
        made = import_server(seed.site_admin.actor, document)
        return edit_server(seed.site_admin.actor, made.pk, {"pull": True})
    if way == "moved":
        other = make_organisation("Upstream")
        made = add_server(seed.site_admin.actor, {**given, "remote_org_id": other.pk})
        return edit_server(seed.site_admin.actor, made.pk, {"remote_org_id": seed.org_b.pk})
    if way == "API of the checklist":
        path = f"/membershipChecklists/do/{seed.org_b.pk}/server"
        assert call(desk.operator.key, "POST", path, by_item)[0] == 200
    else:
        connect(at_the_screen(desk.officer if way == "officer" else desk.operator), seed.org_b.pk, by_item)
    return Server.objects.get()


@pytest.mark.parametrize(
    "way", ["site administrator", "import", "moved", "operator", "officer", "API of the checklist"]
)
def test_unconfirmed_connection_fetches_nothing_in_a_members_name(
    seed: Seed, desk: Desk, members_instance: Running, way: str
) -> None:
    server = make_connection(seed, desk, way, members_instance.url)
    with pytest.raises(Conflict):
        pull(seed.site_admin.actor, server)
    call(seed.site_admin.key, "POST", f"/servers/pull/{server.pk}/full")
    assert pull_all() == 0
    assert not Event.objects.exists()
    assert OutgoingMail.objects.filter(
        recipient=desk.admin.user.email, text__contains=members_instance.url
    ).exists()
    page = signed_in(desk.admin)
    shown = page.get(reverse("membership_connections"))
    assert members_instance.url in shown.content.decode()
    confirmed = {"identity": shown.context["rows"][0][1]}
    assert page.post(reverse("membership_connection_confirm", args=[server.pk]), confirmed).status_code == 302
    server.refresh_from_db()
    assert pull(seed.site_admin.actor, server).events == 1
    assert Event.objects.get().orgc == seed.org_b


@pytest.mark.parametrize(
    "changed",
    [
        {"url": "moved", "authkey": KEYS["second"]},
        {"authkey": KEYS["second"]},
        {"remote_org_id": "other member"},
        {"internal": True},
        {"self_signed": True},
    ],
)
def test_changed_connection_needs_a_new_confirmation(
    seed: Seed, desk: Desk, members_instance: Running, changed: dict[str, Any]
) -> None:
    server = make_connection(seed, desk, "site administrator", members_instance.url)
    confirmation.confirm(at_the_screen(desk.admin), server.pk, confirmation.identity_of(server))
    given = dict(changed)
    if "url" in given:
        given["url"] = f"{members_instance.url}/elsewhere"
    if "remote_org_id" in given:
        member(desk, seed.org_c, connection="both")
        given["remote_org_id"] = seed.org_c.pk
    server = edit_server(seed.site_admin.actor, server.pk, given)
    with pytest.raises(Conflict):
        pull(seed.site_admin.actor, server)
    with pytest.raises((Conflict, NotFound)):  # An earlier version cannot be confirmed either.
        confirmation.confirm(at_the_screen(desk.admin), server.pk, "0" * 64)
    assert not Event.objects.exists()


def test_only_the_members_administrator_confirms(seed: Seed, desk: Desk, members_instance: Running) -> None:
    """On the pages only: nobody of the hub or of another member, and not with a key."""
    server = make_connection(seed, desk, "operator", members_instance.url)
    identity = confirmation.identity_of(server)
    for who in (seed.site_admin, desk.officer, desk.operator, seed.partner, seed.analyst, seed.org_admin):
        with pytest.raises((Forbidden, NotFound)):
            confirmation.confirm(at_the_screen(who), server.pk, identity)
    with pytest.raises(Forbidden):
        confirmation.confirm(desk.admin.actor, server.pk, identity)  # With a key.
    assert Server.objects.get().confirmed == ""


def test_two_people_can_confirm_in_place_of_the_member(
    seed: Seed, desk: Desk, members_instance: Running
) -> None:
    given = {
        "url": members_instance.url,
        "authkey": KEYS["first"],
        "pull": True,
        "reason": "They asked by phone.",
    }
    path = f"/membershipChecklists/do/{seed.org_b.pk}/server"
    assert call(desk.operator.key, "POST", path, given)[1]["ApprovalRequest"]["state"] == "waiting"
    server = Server.objects.get()
    with pytest.raises(Forbidden):
        approved(desk.operator.user)
    waits = the_request()
    edit_server(seed.site_admin.actor, server.pk, {"authkey": KEYS["second"]})
    with pytest.raises(Conflict):
        approved(desk.second.user, waits)
    page = signed_in(seed.site_admin)
    page.post(reverse("server_confirm", args=[server.pk]), {"reason": "They asked by phone."})
    approved(desk.second.user)
    assert pull(seed.site_admin.actor, Server.objects.get()).events == 1
    mail = OutgoingMail.objects.filter(recipient=desk.admin.user.email).order_by("-pk").first()
    assert mail is not None
    assert members_instance.url in mail.text


@pytest.mark.parametrize("as_whom", ["hub owner", "partner", "partner, internal"])
def test_other_connections_cannot_bring_events_of_a_member(
    seed: Seed, desk: Desk, members_instance: Running, as_whom: str
) -> None:
    """Neither one in the hub owner's own name, nor one to an organisation that is no member."""
    partner = make_organisation("Partner abroad")
    Organisation.objects.filter(pk=partner.pk).update(local=False)
    remote = seed.hub if as_whom == "hub owner" else partner
    given = {
        "name": "There",
        "url": members_instance.url,
        "authkey": KEYS["first"],
        "remote_org_id": remote.pk,
        "pull": True,
    }
    server = add_server(seed.site_admin.actor, {**given, "internal": "internal" in as_whom})
    if as_whom == "hub owner":
        with pytest.raises(Conflict):
            pull(seed.site_admin.actor, server)
    else:
        Organisation.objects.filter(pk=partner.pk).update(
            read_period="(,)", write_period="(,)", sync_period="(,)"
        )
        assert pull(seed.site_admin.actor, Server.objects.get()).events == 0
    assert not Event.objects.exists()


def test_non_member_partner_needs_no_confirmation(seed: Seed, desk: Desk) -> None:
    partner = make_organisation("Partner abroad")
    Organisation.objects.filter(pk=partner.pk).update(
        local=False, read_period="(,)", write_period="(,)", sync_period="(,)"
    )
    uuid, said = good(Orgc={"uuid": str(partner.uuid), "name": partner.name})
    with serving(misp({uuid: said}, orgc_uuid=str(partner.uuid))) as there:
        given = {"name": "There", "url": there.url, "authkey": KEYS["first"], "remote_org_id": partner.pk}
        server = add_server(seed.site_admin.actor, {**given, "pull": True})
        assert pull(seed.site_admin.actor, server).events == 1


def test_feed_cannot_create_events_in_a_members_name(seed: Seed, desk: Desk) -> None:
    given = {
        "name": "List",
        "provider": "x",
        "url": "https://feed.example/list.txt",
        "source_format": "freetext",
    }
    with pytest.raises(Invalid) as refused:
        add_feed(seed.site_admin.actor, {**given, "orgc_id": seed.org_b.pk})
    assert refused.value.errors == {"orgc_id": [FeedProblem.NAME_OF_A_MEMBER()]}
    feed = add_feed(seed.site_admin.actor, {**given, "orgc_id": seed.hub.pk})
    Feed.objects.filter(pk=feed.pk).update(orgc=seed.org_b)  # From before membership was introduced.
    with pytest.raises(Forbidden):
        require_own_name(Feed.objects.get(pk=feed.pk))
    with pytest.raises(Forbidden):
        require_no_members_event(published_event(seed.org_b, "evil.example").pk)
