"""From approved to active: staff without read access complete the checklist, which follows the facts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pymisp import MISPEvent, PyMISP

from tests.api.calls import call
from tests.exchange.servers import HERE, responds, serving
from tests.factories import make_key, make_role, make_user
from tests.factories.applications import make_application
from tests.factories.memberships import Desk, at_the_screen, make_desk, opened, staff_of
from tests.factories.seed import SYNC_USER, Seed
from tests.factories.taxii import published_event
from tests.hub.membership import with_approval
from tests.hub.membership.answers import answers
from tests.identity.two_people import approved
from tests.support.certificates import Authority
from tests.support.web_server import WebServer
from tests.web.accounts import PASSWORD, post_sign_in, with_totp
from tests.web.private_links import fill_in, follow
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.clock import now_seconds, today
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.mail.models import OutgoingMail
from vardkase.exchange.servers.models import Server
from vardkase.hub.membership.members import services as members
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.onboarding import links, member_accounts, organisation, services
from vardkase.hub.membership.onboarding.items import NAMES, checklist
from vardkase.hub.membership.onboarding.models import MemberLink, Remark
from vardkase.hub.membership.statements.services import begin_with
from vardkase.hub.membership.themes import MEASURES
from vardkase.hub.training.models import Training
from vardkase.hub.training.queries import trained_users
from vardkase.identity.access.actor import visitor
from vardkase.identity.accounts.four_eyes.persons import waits_until
from vardkase.identity.accounts.key_days import last_day, latest_day
from vardkase.identity.accounts.models import AuthKey, User
from vardkase.identity.accounts.services.keys import make_key as make_bound_key
from vardkase.identity.organisations.models import Organisation

LINK = re.compile(r"https?://[^\s<]*(/welcome/(?:password|key)/#[\w-]+)")


@pytest.fixture
def desk(seed: Seed, mail: Any, settings: Any, password_is_enough: None) -> Desk:
    settings.BASE_URL = "https://hub.example"
    make_role("Sync user", SYNC_USER)
    desk = make_desk(seed)
    User.objects.filter(org=seed.org_c).delete()
    return desk


def states(organisation: Organisation) -> dict[str, str]:
    membership = Membership.objects.get(organisation=organisation)
    return {line.item.name: str(line.state) for line in checklist(membership)}


def link_in_mail() -> str:
    """The path of the newest private link that was mailed."""
    text = OutgoingMail.objects.order_by("-pk")[0].text
    found = LINK.search(text)
    assert found, text
    return found[1]


def do(who: Client, organisation: Organisation, item: str, **data: str) -> None:
    page = f"/members/{organisation.pk}/checklist/{item}/"
    response = who.post(page, data, headers={"accept-language": "en"})
    assert response.status_code == 302, response.content.decode()


def test_municipality_is_connected_by_web(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_c, connection="web")
    operator = signed_in(desk.operator)
    assert "sync_user" not in states(seed.org_c)  # For API connections only.
    assert states(seed.org_c)["administrator"] == "open"
    do(operator, seed.org_c, "administrator", email="eva@c.example")
    assert states(seed.org_c)["administrator"] == "started"
    link, visitor = link_in_mail(), Client()
    shown = follow(visitor, link)
    assert "eva@c.example" in shown.content.decode()
    # With "no-referrer" a browser sends its form from the origin "null", which is refused as forged.
    assert shown.headers["Referrer-Policy"] == "strict-origin"
    assert fill_in(visitor, shown, password="short").status_code == 422
    assert fill_in(visitor, shown, password=PASSWORD).headers["Location"] == "/account/login/"
    assert follow(Client(), link).status_code == 404  # Already used.
    eva = User.objects.select_related("role").get(email="eva@c.example")
    assert (eva.role.perm_admin, eva.role.perm_site_admin, eva.org) == (True, False, seed.org_c)
    assert post_sign_in(visitor, "eva@c.example").status_code == 302
    assert states(seed.org_c)["administrator"] == "started"  # Until a second factor is registered.
    with_totp(eva)
    assert states(seed.org_c)["administrator"] == "done"
    eva.refresh_from_db()  # She chose both herself, so she may be the second person of her organisation.
    assert waits_until(eva) is None
    do(operator, seed.org_c, "networks", networks="192.0.2.0/24\n198.51.100.7")
    assert states(seed.org_c)["networks"] == "done"
    do(operator, seed.org_c, "domain", domain="c.example", method="dns")
    assert states(seed.org_c)["domain"] == "started"
    assert b"192.0.2.0/24" in visitor.get("/membership/").content
    with pytest.raises(Forbidden):
        members.activate(at_the_screen(desk.operator), seed.org_c.pk, "It is done.")
    with pytest.raises(Invalid):  # Admission requires accepted terms and a statement.
        members.activate(at_the_screen(desk.officer), seed.org_c.pk, "Training is booked.")
    with_approval.admitted(seed.org_c.pk)
    seed.org_c.refresh_from_db()
    assert seed.org_c.may_read


def test_member_does_its_own_items_during_onboarding(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_b, connection="web")
    web = signed_in(desk.admin)
    shown = web.get("/membership/").content.decode()
    assert 'href="/policy/"' in shown
    assert 'href="/policy/training/"' in shown
    assert web.post("/policy/begin/", {"from": "municipality"}).headers["Location"] == "/policy/draft/"
    assert web.post("/policy/in-force/").status_code == 302
    assert states(seed.org_b)["policy"] == "done"
    done = {"user": [desk.admin.user.email], "module": "misp", "done_on": today().isoformat()}
    assert web.post("/policy/training/add/", done).status_code == 302
    named = {"role": "technical", "name": "Bo", "email": "bo@b.example"}
    assert web.post(f"/contacts/{seed.org_b.pk}/new/", named).status_code == 302


def test_authority_is_connected_by_api(seed: Seed, desk: Desk, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    opened(desk, seed.org_c, connection="api", sector="state_authority")
    operator = signed_in(desk.operator)
    assert states(seed.org_c)["requirements"] == "open"
    do(operator, seed.org_c, "certificate", pem=Authority().issue("misp.c.example").pem)
    until = (today() + timedelta(days=300)).isoformat()
    do(
        operator,
        seed.org_c,
        "sync_user",
        email="misp@c.example",
        addresses="127.0.0.1",
        until=until,
        send_to="tech@c.example",
    )
    assert states(seed.org_c)["sync_user"] == "started"  # The key is made when its link is used.
    link, visitor = link_in_mail(), Client()
    assert not AuthKey.objects.filter(user__org=seed.org_c).exists()
    asked = follow(visitor, link)
    assert asked.status_code == 200  # Mail scanners that follow links must not use them up.
    shown = fill_in(visitor, asked)
    assert shown.headers["Cache-Control"] == "no-store"
    raw = re.search(r'data-copy="(\w{40})"', shown.content.decode())
    assert raw
    assert follow(visitor, link).status_code == 404
    key = AuthKey.objects.get(user__org=seed.org_c)
    assert key.allowed_ips == ["127.0.0.1/32"]
    assert last_day(key.expiration).isoformat() == until
    assert states(seed.org_c)["sync_user"] == "done"
    assert states(seed.org_c)["call"] == "open"
    assert call(raw[1], "GET", "/servers/getVersion")[0] == 200
    assert states(seed.org_c)["call"] == "done"
    assert call(raw[1], "GET", "/servers/getVersion", REMOTE_ADDR="192.0.2.9")[0] == 403
    version = b'{"version": "2.5.0", "perm_sync": true, "perm_sighting": true}'
    with serving(responds(version)) as peer:
        path = f"/members/{seed.org_c.pk}/checklist/server/"
        sends = {"url": peer.url, "authkey": "k" * 40, "push": "on"}
        assert operator.post(path, sends).status_code == 422  # To an address that the operator chose.
        assert not Server.objects.exists()
        do(operator, seed.org_c, "server", url=peer.url, authkey="k" * 40)
        do(signed_in(desk.officer), seed.org_c, "server", **sends)
        moved = sends | {"url": f"{peer.url}/elsewhere"}
        assert operator.post(path, moved).status_code == 422
        do(operator, seed.org_c, "server", **sends)  # A new key for the same instance.
        assert states(seed.org_c)["server"] == "started"
        assert operator.post(f"/members/{seed.org_c.pk}/test/").status_code == 200
    assert states(seed.org_c)["server"] == "done"
    event = published_event(seed.org_a, "evil.example")
    assert call(raw[1], "GET", f"/events/view/{event.pk}")[0] == 404  # Not a member yet.
    with_approval.admitted(seed.org_c.pk)
    assert call(raw[1], "GET", f"/events/view/{event.pk}")[0] == 200
    operator_reads = call(desk.operator.key, "GET", f"/events/view/{event.pk}")
    assert operator_reads[0] == 404  # The operator who connects members cannot read what they share.


def test_invalid_input_is_refused_and_changes_nothing(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_c, connection="both")
    who, org = at_the_screen(desk.operator), seed.org_c.pk
    utc_today, tomorrow, too_late = (latest_day(now_seconds(), days) for days in (0, 1, 400))
    make_sync_user = member_accounts.make_sync_user
    faults = (
        lambda: make_sync_user(who, org, "m@c.example", addresses="", until=tomorrow),
        lambda: make_sync_user(who, org, "m@c.example", addresses="0.0.0.0/0", until=tomorrow),
        lambda: make_sync_user(who, org, "m@c.example", addresses="192.0.2.1", until=utc_today),
        lambda: make_sync_user(who, org, "m@c.example", addresses="192.0.2.1", until=too_late),
        lambda: member_accounts.invite_administrator(who, org, seed.analyst.user.email),
        lambda: services.register_networks(who, org, ["everywhere"]),
        lambda: services.register_certificate(who, org, "no certificate"),
        lambda: services.waive(at_the_screen(desk.officer), org, "domain", "Trust me."),
        lambda: organisation.take_uuid(at_the_screen(desk.officer), org, "no uuid"),
        lambda: organisation.take_uuid(at_the_screen(desk.officer), org, str(seed.org_b.uuid)),
        lambda: services.connect(who, org, {"url": "https://c.example", "authkey": "short"}),
    )
    for fails in faults:
        with pytest.raises(Invalid):
            fails()
    assert not MemberLink.objects.exists()
    assert not User.objects.filter(org=seed.org_c).exists()


def test_checklist_items_by_duty(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_c)
    for who in (seed.site_admin, desk.admin, seed.analyst):
        path = f"/members/{seed.org_c.pk}/checklist/administrator/"
        assert signed_in(seed.site_admin).post(path, {"email": "x@c.example"}).status_code == 403
        with pytest.raises((Forbidden, NotFound)):
            member_accounts.invite_administrator(at_the_screen(who), seed.org_c.pk, "x@c.example")
    with pytest.raises(Forbidden):  # Not needed is a decision, so an officer records it.
        services.waive(at_the_screen(desk.operator), seed.org_c.pk, "server", "They pull.")
    do(signed_in(desk.officer), seed.org_c, "server/waive", note="They fetch themselves.")
    assert states(seed.org_c)["server"] == "not_needed"
    do(signed_in(desk.officer), seed.org_c, "server/reopen")
    assert states(seed.org_c)["server"] == "open"


def test_checklist_items_cannot_be_ticked_by_hand(seed: Seed, desk: Desk) -> None:
    """Whatever an officer or operator posts, an item stays open until the fact exists."""
    opened(desk, seed.org_c, connection="both")
    before = states(seed.org_c)
    assert [name for name, item in NAMES.items() if item.is_optional] == ["networks", "server"]
    ticks = {"note": "It is done.", "needed": "1", "state": "done", "done": "on"}
    paths = [path for name in set(NAMES) - {"networks", "server"} for path in (name, f"{name}/waive")]
    for who in (signed_in(desk.officer), signed_in(desk.operator)):
        for path in paths:
            response = who.post(f"/members/{seed.org_c.pk}/checklist/{path}/", ticks)
            assert response.status_code in (403, 404, 422), path
    assert states(seed.org_c) == before
    assert not Remark.objects.exists()


def test_call_counts_only_with_currently_valid_key(seed: Seed, desk: Desk) -> None:
    """Not with another key of the same account, and not if it was refused."""
    opened(desk, seed.org_c, connection="api")
    user = make_user(seed.org_c, make_role("Sync user of C", SYNC_USER), "misp@c.example")
    assert call(make_key(user), "GET", "/servers/getVersion")[0] == 200
    assert (states(seed.org_c)["sync_user"], states(seed.org_c)["call"]) == ("started", "open")
    day = (today() + timedelta(days=9)).isoformat()
    _, bound = make_bound_key(desk.operator.actor, user, {"allowed_ips": ["192.0.2.9"], "expiration": day})
    assert call(bound, "GET", "/servers/getVersion")[0] == 403
    assert states(seed.org_c)["call"] == "open"
    assert call(bound, "GET", "/servers/getVersion", REMOTE_ADDR="192.0.2.9")[0] == 200
    assert states(seed.org_c)["call"] == "done"


def test_member_takes_uuid_of_its_own_misp(seed: Seed, desk: Desk) -> None:
    own = str(uuid4())
    given = answers(connection={"method": "api", "api": {"uuid": own}})
    opened(desk, seed.org_c, connection="api")
    Membership.objects.update(application=make_application("approved", answers=given))
    assert states(seed.org_c)["organisation"] == "started"
    page = f"/members/{seed.org_c.pk}/checklist/organisation/"
    assert signed_in(desk.operator).post(page, {"uuid": own}).status_code == 403
    assert own in signed_in(desk.officer).get(page).content.decode()
    do(signed_in(desk.officer), seed.org_c, "organisation", uuid=own)
    assert states(seed.org_c)["organisation"] == "done"
    assert str(Organisation.objects.get(pk=seed.org_c.pk).uuid) == own
    with_approval.admitted(seed.org_c.pk)
    with pytest.raises(Conflict):
        organisation.take_uuid(at_the_screen(desk.officer), seed.org_c.pk, str(uuid4()))


def test_operator_sends_access_only_to_the_members_mailbox(seed: Seed, desk: Desk) -> None:
    """Domains verified since the application do not count: the operator may verify one in the member's name."""
    opened(desk, seed.org_c)
    type(seed.org_c).objects.filter(pk=seed.org_c.pk).update(verified_domains=["supplier.example"])
    who, org, until = at_the_screen(desk.operator), seed.org_c.pk, today() + timedelta(days=9)
    for email, send_to in (("m@c.example", "o@supplier.example"), ("o@supplier.example", "m@c.example")):
        with pytest.raises(Invalid):
            member_accounts.make_sync_user(
                who, org, email, addresses="192.0.2.1", until=until, send_to=send_to
            )
    with pytest.raises(Invalid):
        member_accounts.invite_administrator(who, org, "o@supplier.example")
    assert not MemberLink.objects.exists()
    member_accounts.invite_administrator(who, org, "BO@b.example")  # The technical contact.
    asked = "eva@elsewhere.example"
    waits = member_accounts.invite_administrator(at_the_screen(desk.officer), org, asked, "They wrote so.")
    assert not User.objects.filter(email=asked).exists()  # Nor does one officer alone.
    approved(desk.second.user, waits)
    assert User.objects.filter(email=asked).exists()


def test_link_of_excluded_member_is_refused(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_c)
    do(signed_in(desk.operator), seed.org_c, "administrator", email="eva@c.example")
    link, visitor = link_in_mail(), Client()
    MemberLink.objects.update(expires=timezone.now() - timedelta(minutes=1))
    assert follow(Client(), link).status_code == 404
    MemberLink.objects.update(expires=timezone.now() + timedelta(days=1))
    shown = follow(visitor, link)
    Membership.objects.update(state="terminated")
    assert fill_in(visitor, shown, password=PASSWORD).status_code == 404
    assert follow(Client(), "/welcome/key/#" + link.partition("#")[2]).status_code == 404


def test_old_welcome_link_cannot_reset_password_after_sign_in(seed: Seed, desk: Desk) -> None:
    opened(desk, seed.org_c)
    do(signed_in(desk.operator), seed.org_c, "administrator", email="eva@c.example")
    link, eva, visitor = link_in_mail(), User.objects.get(email="eva@c.example"), Client()
    before = eva.password
    shown = follow(visitor, link)
    User.objects.filter(pk=eva.pk).update(last_login=timezone.now())
    assert fill_in(visitor, shown, password=PASSWORD).status_code == 404
    assert User.objects.get(pk=eva.pk).password == before


def test_existing_organisation_is_joined(seed: Seed, desk: Desk) -> None:
    remote = Organisation.objects.create(name="Ekby kommun", local=False)
    made = Organisation.objects.create(name="Ekby kommun (2120000142)", local=True)
    opened(desk, made)
    with pytest.raises(Forbidden):
        organisation.join_organisation(at_the_screen(desk.operator), made.pk, remote.pk)
    waits = organisation.join_organisation(at_the_screen(desk.officer), made.pk, remote.pk, "They are one.")
    assert Membership.objects.get().organisation == made
    approved(desk.second.user, waits)
    assert Membership.objects.get().organisation == remote
    remote.refresh_from_db()
    assert (remote.local, remote.may_read, remote.standing) == (True, False, "onboarding")
    assert not Organisation.objects.filter(pk=made.pk).exists()


def test_authority_synchronises_with_bound_key(
    server: WebServer, server_seed: Seed, settings: Any, mail: Any
) -> None:
    """With PyMISP over the network: pull and push until the connection is suspended, and after."""
    settings.BASE_URL = "https://hub.example"
    seed, desk = server_seed, make_desk(server_seed)
    officer, org = at_the_screen(desk.officer), seed.org_c.pk
    opened(desk, seed.org_c, connection="api", sector="state_authority")
    until = today() + timedelta(days=300)
    member_accounts.make_sync_user(
        at_the_screen(desk.operator),
        org,
        "misp@c.example",
        addresses="127.0.0.1",
        until=until,
        send_to="t@c.example",
    )
    _, raw = links.show_key(visitor("127.0.0.1"), link_in_mail().partition("#")[2])
    begin_with(Membership.objects.get(), {f"{name}.level": "3" for name in MEASURES})
    with_approval.admitted(org)
    theirs = published_event(seed.org_a, "evil.example")
    client = PyMISP(server.url, raw)
    assert str(client.get_event(theirs.uuid, pythonify=True).uuid) == str(theirs.uuid)  # type: ignore[union-attr]
    event = MISPEvent()
    event.from_dict(info="From the authority", distribution=1)
    event.add_attribute("domain", "seen.example")
    assert client.add_event(event)["Event"]["Orgc"]["name"] == seed.org_c.name  # type: ignore[index]
    with_approval.suspend(officer, org, "no_sync", "The key may have been lost.")
    refused: Any = client.get_event(theirs.uuid)
    assert "API connection of your organisation is suspended" in str(refused["errors"])
    with_approval.restore(officer, org, "It was found.")
    assert client.get_event(theirs.uuid)["Event"]["uuid"] == str(theirs.uuid)  # type: ignore[index]


def test_hub_staff_mark_members_people_as_trained(seed: Seed, desk: Desk) -> None:
    """Onboarding staff mark several at once and the checklist follows; other roles cannot."""
    opened(desk, seed.org_b)
    page = f"/members/{seed.org_b.pk}/training/"
    operator = signed_in(desk.operator)
    assert page in operator.get(f"/members/{seed.org_b.pk}/checklist/trained/").content.decode()
    collected = {
        "user": [seed.partner.user.email, desk.admin.user.email],
        "module": "MISP",
        "done_on": str(today()),
    }
    refused = operator.post(page, collected | {"done_on": str(today() + timedelta(days=1))})
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"done_on"})
    assert operator.post(page, collected | {"user": [seed.analyst.user.email]}).status_code == 422
    assert operator.post(page, collected).status_code == 302
    assert {each.email for each in trained_users(seed.org_b.pk)} == set(collected["user"])
    assert set(AuditEntry.objects.filter(action="training.added").values_list("actor_name", flat=True)) == {
        desk.operator.user.email
    }
    remove = f"{page}{Training.objects.first().pk}/remove/"  # type: ignore[union-attr]
    jurist = staff_of(seed, "jurist@hub.example", "legal_officer")
    for api_user in (jurist, seed.org_admin, seed.site_admin):
        web = signed_in(api_user)
        assert [web.get(page).status_code, web.post(page, collected).status_code] == [403, 403]
        assert web.post(remove).status_code == 403
    operator.post(remove)
    assert Training.objects.count() == 1
