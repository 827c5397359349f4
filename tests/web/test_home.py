"""The home page: tasks, new events and why they are shown, and figures that reveal nothing hidden."""

from __future__ import annotations

import time

import pytest

from tests.factories import make_event, make_key
from tests.factories.officers import officer
from tests.factories.seed import ApiUser, Seed
from tests.web.accounts import signed_in
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.event_delegations.models import EventDelegation
from vardkase.intel.models import Event
from vardkase.intel.queries.event_index import index_rows
from vardkase.intel.queries.home_page import ArrivalReason, reason_for

pytestmark = pytest.mark.usefixtures("password_is_enough")


def event(org: Organisation, **fields: object) -> Event:
    made = make_event(org, timestamp=int(time.time()), **fields)
    made.save()
    return made


def test_only_readable_events_are_shown_and_counted(seed: Seed) -> None:
    event(seed.org_a, info="Secret of A")
    event(seed.org_a, info="For everyone", distribution=3, published=True)
    event(seed.org_a, info="For the group", distribution=4, sharing_group=seed.group, published=True)
    expected = {seed.analyst: 3, seed.partner: 2, seed.stranger: 1, seed.site_admin: 3}
    for person, count in expected.items():
        page = signed_in(person.user).get("/")
        assert page.context["total"] == count
        assert page.context["new"] == count
        assert ("Secret of A" in page.content.decode()) == (count == 3)
        assert sum(n for _id, _name, n in page.context["creators"]) == count


def test_reason_for_showing_event(seed: Seed) -> None:
    shared = event(seed.org_a, distribution=4, sharing_group=seed.group, published=True)
    everybody = event(seed.org_a, distribution=3, published=True)
    secret = event(seed.org_a)
    EventDelegation.objects.create(event=secret, org=seed.org_b, requester_org=seed.org_a)
    found = [
        (seed.analyst, shared, ArrivalReason.OWN),
        (seed.partner, shared, ArrivalReason.GROUP),
        (seed.stranger, everybody, ArrivalReason.ALL),
        (seed.site_admin, secret, ArrivalReason.ADMINISTRATOR),
        (seed.partner, secret, ArrivalReason.DELEGATED),
    ]
    for person, one, reason in found:
        assert reason_for(person.actor, index_rows(person.actor, [one.pk])[0]) == reason


def test_own_drafts_and_expiring_keys_are_tasks(seed: Seed) -> None:
    event(seed.org_a)
    event(seed.org_a, publish_timestamp=1_700_000_000)
    event(seed.org_a, published=True, publish_timestamp=1_700_000_000)
    event(seed.org_b)
    make_key(seed.analyst.user, expiration=int(time.time()) + 86400, comment="ends tomorrow")
    make_key(seed.colleague.user, expiration=int(time.time()) + 86400)
    todo = signed_in(seed.analyst.user).get("/").context["todo"]
    assert (todo["drafts"], todo["changed"], [days for _key, days in todo["keys"]]) == (1, 1, [1])


def test_home_page_of_empty_hub(seed: Seed) -> None:
    page = signed_in(seed.stranger.user).get("/")
    assert page.status_code == 200
    assert (page.context["new"], page.context["total"], len(page.context["days"])) == (0, 0, 30)


def test_empty_hub_shows_first_steps(seed: Seed) -> None:
    def shown(person: ApiUser) -> str:
        return signed_in(person.user).get("/", headers={"accept-language": "en"}).content.decode()

    for person, may_add_organisations in ((seed.site_admin, True), (seed.analyst, False)):
        assert "Get started" in shown(person)
        assert ("Add organisations" in shown(person)) == may_add_organisations
    event(seed.org_a)
    assert "Get started" not in shown(seed.analyst)


def test_operator_sees_connections_but_no_content(seed: Seed) -> None:
    event(seed.org_a, info="For everyone", distribution=3, published=True)
    Membership.objects.create(organisation=seed.org_b, sector="region", connection="web", state="onboarding")
    page = signed_in(officer(seed, "drift@hub.example", StaffRole.OPERATOR).user).get("/")
    assert [task.view for task in page.context["todo"]["tasks"]] == ["members"]
    shown = page.content.decode()
    assert "For everyone" not in shown
    assert "Skapa den första händelsen" not in shown
    assert "visas inte för dig" in shown


def test_arrival_is_recorded_in_universal_time(seed: Seed) -> None:
    """Whatever the time zone of the hub, whose clock may be hours from it."""
    event = make_event(seed.org_a)
    event.save()
    event.refresh_from_db()
    assert abs(event.arrived - time.time()) < 600


def test_news_is_what_arrived_whatever_its_authors_clock_says(seed: Seed) -> None:
    now, long_ago = int(time.time()), 1_600_000_000

    def old(**fields: object) -> Event:
        made = make_event(seed.org_a, distribution=3, published=True, timestamp=long_ago, **fields)
        made.arrived = long_ago
        made.save()
        return made

    old(info="Seen before")
    old(info="Published now", publish_timestamp=now)
    imported = make_event(seed.org_a, distribution=3, published=True, timestamp=long_ago, info="Imported now")
    imported.save()
    page = signed_in(seed.stranger.user).get("/?since=1d")
    assert page.context["new"] == 2
    assert {listed.title for listed in page.context["events"]} == {"Published now", "Imported now"}
    assert all(listed.arrived.timestamp() >= now for listed in page.context["events"])
    assert "/events/?arrived=1d" in page.content.decode()
    day = signed_in(seed.stranger.user).get("/?since=2020-01-01")
    assert day.context["new"] == 3
    assert "/events/?arrived_from=2020-01-01" in day.content.decode()


def test_changes_that_others_may_not_know_of_are_news_to_the_owner_alone(seed: Seed) -> None:
    now, long_ago = int(time.time()), 1_600_000_000
    made = make_event(seed.org_a, distribution=3, published=True, timestamp=long_ago, private_timestamp=now)
    made.arrived = long_ago
    made.save()
    assert signed_in(seed.analyst.user).get("/?since=1d").context["new"] == 1
    assert signed_in(seed.stranger.user).get("/?since=1d").context["new"] == 0


def test_nonsense_moment_is_the_last_visit(seed: Seed) -> None:
    for text in ("x", "9999-99-99", "0001-01-01", ""):
        assert signed_in(seed.stranger.user).get("/", {"since": text}).status_code == 200
