"""Once the hub has two officers only members take part, however an organisation was added."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from tests.api.calls import call
from tests.factories import make_event, make_key, make_role, make_user
from tests.factories.memberships import Desk, at_the_screen, make_desk, member, opened
from tests.factories.seed import ORG_ADMIN, ApiUser, Seed
from tests.factories.taxii import published_event
from tests.hub.membership import with_approval
from tests.identity.two_people import approved
from tests.support.refusals import problem_is
from tests.web.signed_in import signed_in
from vardkase.audit.models import AuditEntry
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.exchange.notification_mails.recipients import recipients
from vardkase.exchange.outbox.deliveries import version_of
from vardkase.exchange.own_feeds.problems import OwnFeedProblem
from vardkase.exchange.own_feeds.services import make_token, readable, save_own_feed
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.queries import getting, giving
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.queries import running
from vardkase.hub.instance.settings import change_setting
from vardkase.hub.membership.members.models import Membership, MembershipState
from vardkase.hub.membership.members.problems import MemberProblem
from vardkase.hub.membership.members.queries import who_takes_part
from vardkase.hub.membership.members.settings import GRACE_DAYS
from vardkase.identity.access.actor import console_actor
from vardkase.identity.access.job_actors import job_actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.services.staff import appoint
from vardkase.identity.organisations.models import MembershipInUse, Organisation
from vardkase.identity.organisations.problems import OrganisationProblem, StandingProblem
from vardkase.identity.organisations.services import (
    capture_organisations,
    edit_organisation,
    merge_organisations,
)
from vardkase.intel.queries.receivers import receivers

NOTHING = (False, False, False, "no_membership")
EVERYTHING = (True, True, True, "")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def desk(seed: Seed, mail: Any, password_is_enough: None) -> Desk:
    return make_desk(seed)


def officers_appointed(seed: Seed) -> None:
    """Officers are appointed at the console, one after the other."""
    console = console_actor(seed.hub.pk, seed.hub.name, "root")
    officers = ["membership_officer", "legal_officer"]
    User.objects.filter(staff_roles__overlap=officers).update(staff_roles=[])
    for email in ("officer@hub.example", "second@hub.example"):
        appoint(console, User.objects.get(email=email), ["membership_officer"])
    User.objects.filter(email=with_approval.COLLEAGUE).update(staff_roles=["legal_officer"])


def access(organisation: Organisation) -> tuple[bool, bool, bool, str]:
    found = Organisation.objects.get(pk=organisation.pk)
    return found.may_read, found.may_write, found.may_sync, found.standing


def test_second_officer_excludes_organisations_without_membership(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    event = published_event(seed.org_a, "evil.example")
    assert call(seed.stranger.key, "GET", f"/events/view/{event.pk}")[0] == 200
    assert who_takes_part() == "everybody_yet"

    officers_appointed(seed)

    assert who_takes_part() == "members"
    assert (access(seed.org_a), access(seed.org_c)) == (NOTHING, NOTHING)
    assert (access(seed.org_b), access(seed.hub)) == (EVERYTHING, EVERYTHING)
    for method, path, body in (
        ("GET", f"/events/view/{event.pk}", None),
        ("POST", "/events/restSearch", {}),
        ("POST", "/events/add", {"info": "x"}),
        ("GET", "/events/index", None),
        ("GET", "/servers/getVersion", None),
        ("GET", "/attributes/index", None),
    ):
        status, answer = call(seed.stranger.key, method, path, body)
        assert status == 403, path
        assert "not a member of this hub" in answer.get("message", answer.get("description", "")), path
    page = signed_in(seed.stranger).get("/events/", headers={"accept-language": "en"})
    assert (page.status_code, "not a member of this hub" in page.content.decode()) == (403, True)
    assert call(seed.partner.key, "GET", f"/events/view/{event.pk}")[0] == 200
    assert AuditEntry.objects.filter(action="membership.brought_into_use").count() == 1


def test_nothing_reaches_non_members_by_job_mail_sync_stream_or_feed(seed: Seed, desk: Desk) -> None:
    event = published_event(seed.org_b, "evil.example")
    User.objects.filter(pk=seed.stranger.user.pk).update(autoalert=True)
    server = Server.objects.create(
        name="To C", url="https://c.example", priority=1, org=seed.hub, remote_org=seed.org_c
    )
    stream = Stream.objects.create(name="C", org=seed.org_c, enabled=True)
    save_own_feed(seed.site_admin.actor, {"name": "c", "organisation_id": seed.org_c.pk, "enabled": True})
    token = make_token(seed.site_admin.actor, "c")

    def reached() -> list[bool]:
        return [
            any(each.id == seed.stranger.user.pk for each in recipients(version_of(event.pk), 0, 60).people),
            giving().filter(pk=server.pk).exists(),
            getting().filter(pk=server.pk).exists(),
            running().filter(pk=stream.pk).exists(),
            any(each.id == seed.org_c.pk for each in receivers(1, None, seed.org_b.pk)),
        ]

    assert all(reached())
    assert readable("c", None, token)
    officers_appointed(seed)
    assert not any(reached())
    with pytest.raises(NotFound, check=problem_is(OwnFeedProblem.PAUSED)):
        readable("c", None, token)
    with pytest.raises(Forbidden, check=problem_is(StandingProblem.NO_MEMBERSHIP)):
        job_actor(seed.stranger.user.pk)


def test_unpublished_event_is_read_by_owner_alone(seed: Seed, desk: Desk) -> None:
    """The guard has not checked it: every member would read a marking in it."""
    member(desk, seed.org_b)
    marked = make_event(seed.hub, distribution=1, info="NATO SECRET")
    marked.save()
    path = f"/events/view/{marked.pk}"
    assert call(seed.partner.key, "GET", path)[0] == 200
    officers_appointed(seed)
    assert call(seed.partner.key, "GET", path)[0] == 404
    marked.published = True
    marked.save()
    assert call(seed.partner.key, "GET", path)[0] == 200


def by_api(seed: Seed) -> str:
    status, body = call(
        seed.site_admin.key, "POST", "/admin/organisations/add", {"name": "New", "local": True}
    )
    assert status == 200, body
    return str(body["Organisation"]["uuid"])


def by_document(seed: Seed) -> str:
    uuid = str(uuid4())
    event = {"info": "x", "uuid": str(uuid4()), "Orgc": {"uuid": uuid, "name": "Elsewhere"}}
    assert call(seed.partner_sync.key, "POST", "/events/add", {"Event": event})[0] == 200
    return uuid


def by_capture(seed: Seed) -> str:
    uuid = str(uuid4())
    capture_organisations([{"uuid": uuid, "name": "Elsewhere"}])
    return uuid


def by_insert(seed: Seed) -> str:
    return str(Organisation.objects.create(name="New").uuid)


@pytest.mark.parametrize("way", [by_api, by_document, by_capture, by_insert])
def test_later_organisation_has_no_membership(seed: Seed, desk: Desk, way: Callable[[Seed], str]) -> None:
    member(desk, seed.org_b)
    officers_appointed(seed)
    new = Organisation.objects.get(uuid=way(seed))
    assert access(new) == NOTHING
    status, _ = call(seed.site_admin.key, "POST", f"/admin/organisations/edit/{new.pk}", {"local": True})
    assert status == 200
    assert access(new) == NOTHING
    person = make_user(new, make_role("Org Admin", ORG_ADMIN), "x@new.example")
    assert call(make_key(person), "GET", "/events/index")[0] == 403
    member(desk, new)
    assert access(new) == EVERYTHING


def test_organisation_known_by_name_is_still_creator(seed: Seed, desk: Desk) -> None:
    member(desk, seed.org_b)
    officers_appointed(seed)
    uuid = by_document(seed)
    status, body = call(seed.partner_sync.key, "POST", "/events/restSearch", {"org": "Elsewhere"})
    assert [each["Event"]["Orgc"]["uuid"] for each in body["response"]] == [uuid], status


@pytest.mark.parametrize("gives", [True, False])
def test_merge_does_not_transfer_membership(seed: Seed, desk: Desk, gives: bool) -> None:
    """One site administrator would otherwise decide who is a member, which takes two officers."""
    member(desk, seed.org_b)
    officers_appointed(seed)
    User.objects.filter(org=seed.org_b).exclude(role__name="User").update(org=seed.org_a)
    source, target = (seed.org_b, seed.org_a) if gives else (seed.org_a, seed.org_b)
    status, body = call(
        seed.site_admin.key, "POST", f"/admin/organisations/merge/{source.pk}", {"target_id": target.pk}
    )
    assert (status, "has a membership" in str(body["errors"])) == (403, True)
    assert (access(seed.org_a), access(seed.org_b)) == (NOTHING, EVERYTHING)
    assert Membership.objects.get(organisation=seed.org_b)

    Membership.objects.update(state=MembershipState.TERMINATED)
    with pytest.raises(Invalid, check=problem_is(MemberProblem.MERGE_CHANGES_MEMBERSHIP)):
        merge_organisations(seed.site_admin.actor, seed.org_b.pk, seed.hub.pk)
    merge_organisations(seed.site_admin.actor, source.pk, target.pk)
    assert not access(target)[0]


def test_merging_non_members_gives_no_membership(seed: Seed, desk: Desk) -> None:
    officers_appointed(seed)
    merge_organisations(seed.site_admin.actor, seed.org_c.pk, capture_organisations_pk())
    assert access(Organisation.objects.get(name="Elsewhere")) == NOTHING


def capture_organisations_pk() -> int:
    uuid = str(uuid4())
    made = capture_organisations([{"uuid": uuid, "name": "Elsewhere"}])[uuid]
    Organisation.objects.filter(pk=made).update(local=True)
    return made


def test_membership_in_use_is_not_undone_by_one_person(seed: Seed, desk: Desk, settings: Any) -> None:
    officers_appointed(seed)
    with pytest.raises(DatabaseError), transaction.atomic():
        MembershipInUse.objects.all().delete()
    User.objects.filter(email__in=("officer@hub.example", "second@hub.example")).update(staff_roles=[])
    with pytest.raises(Invalid, check=problem_is(OrganisationProblem.HOST_STAYS)):
        edit_organisation(seed.site_admin.actor, seed.hub, {"local": False})
    settings.VARDKASE_PROFILE = "member"
    assert who_takes_part() == "members"
    assert access(Organisation.objects.create(name="Later")) == NOTHING
    assert call(seed.stranger.key, "GET", "/events/index")[0] == 403


def test_member_profile_has_no_members(seed: Seed, desk: Desk, settings: Any) -> None:
    settings.VARDKASE_PROFILE = "member"
    officers_appointed(seed)
    assert who_takes_part() == "everybody"
    assert access(seed.org_c) == EVERYTHING
    assert access(Organisation.objects.create(name="Later")) == EVERYTHING


def test_operator_of_supplier_works_but_colleague_does_not(seed: Seed, desk: Desk) -> None:
    role = make_role("Org Admin", ORG_ADMIN)
    supplier = Organisation.objects.create(name="Supplier", local=True)
    operator = make_user(supplier, role, "operator@supplier.example", staff_roles=["operator"])
    colleague = make_user(supplier, role, "colleague@supplier.example")
    officers_appointed(seed)
    web = signed_in(ApiUser(operator, make_key(operator)))
    page = web.get("/", headers={"accept-language": "en"})
    assert (page.status_code, "Only members can take part" in page.content.decode()) == (200, True)
    event = published_event(seed.org_b, "evil.example")
    assert call(make_key(operator), "GET", f"/events/view/{event.pk}")[0] in (403, 404)
    assert call(make_key(colleague), "GET", "/events/index")[0] == 403


def test_home_page_shows_whether_membership_is_in_use(seed: Seed, desk: Desk) -> None:
    english = {"accept-language": "en"}
    officer = signed_in(desk.officer)
    assert "Membership is not in use yet" in officer.get("/", headers=english).content.decode()
    assert (
        "Membership is not in use" not in signed_in(seed.analyst).get("/", headers=english).content.decode()
    )
    officers_appointed(seed)
    officer = signed_in(desk.officer)  # The appointment has ended the session.
    assert "Only members can take part" in officer.get("/", headers=english).content.decode()


def test_missing_statement_counts_as_expired(seed: Seed, desk: Desk, time_machine: Any) -> None:
    member(desk, seed.org_b, statement=False)
    assert access(seed.org_b) == (True, False, True, "statement_expired")
    assert call(seed.partner.key, "POST", "/events/add", {"info": "x"})[0] == 403
    assert call(seed.partner.key, "GET", "/events/index")[0] == 200
    time_machine.move_to(timezone.now() + timedelta(days=14))
    assert call(seed.partner.key, "GET", "/events/index")[0] == 403


def test_dates_take_effect_without_a_job(seed: Seed, desk: Desk, time_machine: Any) -> None:
    """No schedule runs here: each request and each delivery checks the date."""
    member(desk, seed.org_b)
    event = published_event(seed.org_a, "evil.example")
    server = Server.objects.create(
        name="To B", url="https://b.example", priority=1, org=seed.hub, remote_org=seed.org_b
    )
    stream = Stream.objects.create(name="B", org=seed.org_b, enabled=True)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=1, microsecond=0)

    time_machine.move_to(midnight + timedelta(days=366))
    status, body = call(seed.partner.key, "POST", "/events/add", {"info": "x"})
    assert (status, "has expired. Renew it" in body["message"]) == (403, True)
    assert call(seed.partner.key, "GET", f"/events/view/{event.pk}")[0] == 200
    assert (giving().filter(pk=server.pk).exists(), getting().filter(pk=server.pk).exists()) == (False, True)

    time_machine.move_to(midnight + timedelta(days=366 + GRACE_DAYS.value))
    status, body = call(seed.partner.key, "GET", f"/events/view/{event.pk}")
    assert (status, "may read on the web only" in body["message"]) == (403, True)
    assert not getting().filter(pk=server.pk).exists()
    assert not running().filter(pk=stream.pk).exists()
    assert signed_in(desk.admin).get(f"/event/{event.pk}/").status_code == 200
    assert Membership.objects.get().restrictions.count() == 0


def test_temporary_suspension_ends_on_time(seed: Seed, desk: Desk, time_machine: Any) -> None:
    member(desk, seed.org_b)
    now = timezone.now()
    officer = at_the_screen(desk.officer)
    with_approval.suspend(officer, seed.org_b.pk, "read_only", "For a while.", until=now + timedelta(days=9))
    with_approval.suspend(officer, seed.org_b.pk, "suspended", "For a while.", until=now + timedelta(days=3))
    assert access(seed.org_b) == (False, False, False, "suspended")
    assert call(seed.partner.key, "GET", "/events/index")[0] == 403
    time_machine.move_to(now + timedelta(days=3, minutes=1))
    assert access(seed.org_b) == (True, False, True, "read_only")
    assert call(seed.partner.key, "GET", "/events/index")[0] == 200
    assert call(seed.partner.key, "POST", "/events/add", {"info": "x"})[0] == 403
    time_machine.move_to(now + timedelta(days=9, minutes=1))
    assert access(seed.org_b) == EVERYTHING


def test_changed_grace_period_applies_to_all_members_at_once(
    seed: Seed, desk: Desk, time_machine: Any
) -> None:
    member(desk, seed.org_b, statement=False)
    time_machine.move_to(timezone.now() + timedelta(days=20))
    assert not access(seed.org_b)[2]
    approved(desk.second.user, change_setting(at_the_screen(desk.officer), GRACE_DAYS.name, 30, "Beslut."))
    assert access(seed.org_b)[2]


def test_onboarding_member_may_test_its_connection(seed: Seed, desk: Desk) -> None:
    officers_appointed(seed)
    opened(desk, seed.org_b)
    assert access(seed.org_b) == (False, False, True, "onboarding")
    assert json.dumps(call(seed.partner.key, "GET", "/servers/getVersion")[1]).count("perm_sync") == 1
