"""Who cannot grant access, when a grant opens nothing, and that nothing is read without being recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.api.calls import answer, call, send
from tests.factories import make_attribute, make_event, make_key
from tests.factories.content_access import (
    SECRET,
    WHY,
    Setup,
    by_key,
    in_browser,
    make_setup,
    operator_of,
    readings,
)
from tests.factories.officers import officer
from tests.factories.seed import Seed
from tests.hub.content_access.test_reads_are_recorded import as_if
from vardkase.audit.models import AuditEntry
from vardkase.core import files
from vardkase.core.errors import Forbidden, NotFound
from vardkase.core.schedules import Interval
from vardkase.exchange.sync.previews import preview_index
from vardkase.hub.content_access.models import ContentGrant, GrantState
from vardkase.hub.content_access.queries import find_grant, grants, read_of_ours
from vardkase.hub.content_access.services import ask, end, grant_access, refuse, withdraw
from vardkase.hub.content_access.settings import ANSWER_HOURS, MOST_HOURS
from vardkase.hub.instance.schedules import ScheduleChange, change_schedules, find_scheduled
from vardkase.identity.access.actor import Actor, actor_for, console_actor
from vardkase.identity.access.content_access import for_reading
from vardkase.identity.access.job_actors import job_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import AccountAddress, User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.services.merging import merge_organisations
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.models import Attribute, Event
from vardkase.intel.queries.find import find_event


def status_of(setup: Setup, number: int | None = None, key: str = "") -> int:
    return call(key or setup.operator.key, "GET", f"/events/view/{number or setup.event.pk}")[0]


def test_grant_requires_another_signed_in_officer(seed: Seed) -> None:
    setup = make_setup(seed)
    grant = setup.asked()
    auditor = officer(seed, "revision@hub.example", StaffRole.AUDITOR)
    analyst = officer(seed, "analys@hub.example", StaffRole.ANALYST)
    elsewhere = officer(seed, "gast@b.example", StaffRole.LEGAL_OFFICER, org="org_b")
    promoted = replace(setup.operating, staff=frozenset({StaffRole.MEMBERSHIP_OFFICER}))
    others: list[Actor] = [
        setup.operating,
        replace(promoted, organisation_id=seed.hub.pk),
        replace(promoted, organisation_id=seed.hub.pk, user_id=0),
        in_browser(operator_of(seed, "drift2@c.example").user),
        in_browser(auditor.user),
        in_browser(analyst.user),
        in_browser(elsewhere.user),
        in_browser(seed.site_admin.user),
        in_browser(seed.org_admin.user),
        by_key(setup.officer.user),
        actor_for(setup.officer.user, Credential.READ_ONLY_KEY),
        actor_for(setup.officer.user, Credential.CONSOLE),
        console_actor(seed.hub.pk, "Hub", "root"),
    ]
    before = AuditEntry.objects.count()
    for actor in others:
        with pytest.raises((Forbidden, NotFound)):
            grant_access(actor, grant.pk)
    assert AuditEntry.objects.count() == before
    assert status_of(setup) == 404
    legal = officer(seed, "jurist@hub.example", StaffRole.LEGAL_OFFICER)
    grant_access(in_browser(legal.user), grant.pk)
    assert status_of(setup) == 200


def test_only_operators_request_and_only_requester_ends(seed: Seed) -> None:
    setup = make_setup(seed)
    auditor = officer(seed, "revision@hub.example", StaffRole.AUDITOR)
    for actor in (
        in_browser(setup.officer.user),
        in_browser(auditor.user),
        in_browser(seed.site_admin.user),
        console_actor(seed.hub.pk, "Hub", "root"),
        actor_for(setup.operator.user, Credential.READ_ONLY_KEY),
    ):
        with pytest.raises(Forbidden):
            ask(actor, reason=WHY, hours=1, reach="hub")
    grant = setup.granted()
    other = in_browser(operator_of(seed, "drift2@c.example").user)
    for way in (
        lambda: end(other, grant.pk),
        lambda: end(in_browser(setup.officer.user), grant.pk),
        lambda: withdraw(setup.operating, grant.pk, "Nej."),
        lambda: withdraw(in_browser(auditor.user), grant.pk, "Nej."),
        lambda: withdraw(in_browser(seed.site_admin.user), grant.pk, "Nej."),
        lambda: refuse(in_browser(auditor.user), grant.pk, "Nej."),
    ):
        with pytest.raises((Forbidden, NotFound)):
            way()
    assert status_of(setup) == 200


def test_visibility_of_requests(seed: Seed) -> None:
    setup = make_setup(seed)
    grant = setup.granted()
    other = operator_of(seed, "drift2@c.example")
    auditor = officer(seed, "revision@hub.example", StaffRole.AUDITOR)
    assert [*grants(in_browser(auditor.user))] == [grant]
    assert [*grants(in_browser(other.user))] == []
    with pytest.raises(NotFound):
        find_grant(in_browser(other.user), grant.pk)
    for api_user in (seed.site_admin, seed.org_admin):
        with pytest.raises(Forbidden):
            grants(api_user.actor)
    status_of(setup)
    assert read_of_ours(in_browser(seed.site_admin.user), limit=9) == []
    with pytest.raises(Forbidden):
        read_of_ours(seed.analyst.actor, limit=9)


def set_ended(_setup: Setup) -> None:
    ContentGrant.objects.update(state=GrantState.ENDED)


def expire(_setup: Setup) -> None:
    ContentGrant.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


def withdraw_grant(setup: Setup) -> None:
    withdraw(in_browser(setup.officer.user), ContentGrant.objects.get().pk, "Det räcker.")


def remove_operator_duty(setup: Setup) -> None:
    User.objects.filter(pk=setup.operator.user.pk).update(staff_roles=["auditor"])


def exclude_operator(setup: Setup) -> None:
    type(setup.seed.org_c).objects.filter(pk=setup.seed.org_c.pk).update(read_period=NEVER)


def exclude_owner(setup: Setup) -> None:
    type(setup.seed.hub).objects.filter(pk=setup.seed.hub.pk).update(read_period=NEVER)


def hide_event(setup: Setup) -> None:
    Event.objects.filter(pk=setup.event.pk).update(distribution=0)


@pytest.mark.parametrize(
    "change",
    [set_ended, expire, withdraw_grant, remove_operator_duty, exclude_operator, exclude_owner, hide_event],
    ids=lambda each: each.__name__,
)
def test_access_stops_immediately(seed: Seed, change: Callable[[Setup], None]) -> None:
    setup = make_setup(seed)
    setup.granted()
    assert status_of(setup) == 200
    change(setup)
    assert status_of(setup) == 404
    assert len(readings()) == 1


def test_grant_is_limited_to_its_reach(seed: Seed) -> None:
    setup = make_setup(seed)
    ours, theirs = (
        make_event(organisation, distribution=1, published=True) for organisation in (seed.org_a, seed.org_b)
    )
    ours.save()
    theirs.save()
    reached = {
        "event": ({}, [200, 404, 404]),
        "organisation": ({"organisation": seed.org_a.pk}, [200, 200, 404]),
        "hub": ({}, [200, 200, 200]),
    }
    for reach, (given, expected) in reached.items():
        grant = setup.granted(reach=reach, **given)
        assert [status_of(setup, each) for each in (setup.event.pk, ours.pk, theirs.pk)] == expected, reach
        end(setup.operating, grant.pk)
    colleague = operator_of(seed, "drift2@c.example")
    setup.granted(reach="hub")
    assert status_of(setup, key=colleague.key) == 404


def test_parts_hidden_from_hub_owner_stay_hidden(seed: Seed) -> None:
    """The operator reads as an analyst of the hub owner: no parts restricted to their own organisation, and
    no email addresses.
    """
    setup = make_setup(seed)
    make_attribute(setup.event, value1="kept-at-home", distribution=0).save()
    make_attribute(setup.event, value1="taken-away", deleted=True).save()
    Event.objects.update(user_id=seed.analyst.user.pk)
    setup.granted()
    text = str(call(setup.operator.key, "GET", f"/events/view/{setup.event.pk}/deleted:1")[1])
    assert SECRET in text
    for word in ("kept-at-home", "taken-away", seed.analyst.user.email):
        assert word not in text


def test_searches_and_lists_stay_empty_under_grant(seed: Seed) -> None:
    setup = make_setup(seed)
    setup.granted(reach="hub")
    key = setup.operator.key
    asked = {"returnFormat": "json", "eventid": setup.event.pk, "value": SECRET, "searchall": SECRET}
    assert call(key, "POST", "/events/restSearch", asked)[1] == {"response": []}
    assert call(key, "POST", "/attributes/restSearch", asked)[1] == {"response": {"Attribute": []}}
    assert call(key, "POST", "/events/restSearch", {"returnFormat": "count"})[1] in (0, {"response": []}, [])
    listed = send(key, "GET", "/events/index")
    assert (answer(listed), listed.headers["X-Result-Count"]) == ([], "0")
    assert call(key, "GET", "/attributes/index")[1] == []
    assert SECRET not in send(key, "GET", "/correlations/top").content.decode()
    assert call(key, "GET", "/attributes/attributeStatistics/type")[1] == {}
    assert readings() == []


def test_related_events_are_not_shown_under_grant(seed: Seed) -> None:
    setup = make_setup(seed)
    for info in ("first", "second"):
        body = {
            "Event": {
                "info": info,
                "distribution": 1,
                "Attribute": [{"type": "ip-dst", "value": "198.51.100.1"}],
            }
        }
        call(seed.analyst.key, "POST", "/events/add", body)
    Event.objects.update(published=True)
    first = Event.objects.get(info="first")
    shown = call(seed.partner.key, "GET", f"/events/view/{first.pk}")[1]["Event"]
    assert len(shown["RelatedEvent"]) == 1
    setup.granted(reach="hub")
    read = call(setup.operator.key, "GET", f"/events/view/{first.pk}")[1]["Event"]
    assert read["RelatedEvent"] == []
    assert [event for event, _ in readings()] == [first.pk]


def test_file_download_is_recorded(seed: Seed) -> None:
    setup = make_setup(seed)
    file = make_attribute(setup.event, type="attachment", value1="a.txt", data_sha256=files.store(b"SECRET"))
    file.save()
    path = f"/attributes/download/{file.pk}"
    assert b"SECRET" not in send(setup.operator.key, "GET", path).content
    setup.granted()
    answered = send(setup.operator.key, "GET", path)
    body = b"".join(answered) if answered.streaming else answered.content
    assert body == b"SECRET"
    assert readings() == [(setup.event.pk, "attributes/download")]


def test_grant_does_not_allow_writing(seed: Seed) -> None:
    """Even for a site administrator by role."""
    setup = make_setup(seed)
    setup.granted(reach="hub")
    before = list(Event.objects.values()), list(Attribute.objects.values())
    number, part = setup.event.pk, setup.attribute.pk
    for path, body in (
        (f"/events/edit/{number}", {"info": "changed"}),
        (f"/events/publish/{number}", {}),
        (f"/events/unpublish/{number}", {}),
        (f"/events/delete/{number}", {}),
        (f"/attributes/add/{number}", {"type": "text", "value": "x"}),
        (f"/attributes/edit/{part}", {"value": "x"}),
        (f"/attributes/delete/{part}", {}),
        (f"/sightings/add/{part}", {}),
        (f"/events/addTag/{number}/tlp:clear", {}),
    ):
        answered = call(setup.operator.key, "POST", path, body)
        assert answered[0] >= 400 or "Could not" in str(answered[1]) or answered[1].get("saved") is False, (
            path
        )
    assert (list(Event.objects.values()), list(Attribute.objects.values())) == before
    assert readings() == []
    reading = for_reading(by_key(setup.operator.user), "test")
    find_event(reading, number)
    with pytest.raises(Forbidden):
        reading.require_writing()


def test_grant_does_not_apply_to_jobs_console_or_peers(seed: Seed) -> None:
    setup = make_setup(seed)
    setup.granted(reach="hub")
    for actor in (
        job_actor(setup.operator.user.pk),
        for_reading(job_actor(setup.operator.user.pk), "job"),
        for_reading(actor_for(setup.operator.user, Credential.CONSOLE), "console"),
        in_browser(setup.operator.user),
    ):
        with pytest.raises(NotFound):
            find_event(actor, setup.event.pk)
    with pytest.raises(Forbidden):
        preview_index(for_reading(by_key(setup.operator.user), "preview"), 1, {})
    assert readings() == []


def test_other_staff_get_no_content_access(seed: Seed) -> None:
    auditor = officer(seed, "revision@hub.example", StaffRole.AUDITOR)
    for user in (auditor.user, seed.analyst.user, seed.site_admin.user):
        assert for_reading(in_browser(user), "page event").content_access is None
    assert call(make_key(auditor.user), "GET", "/events/index") == (200, [])


def test_operator_cannot_change_content_access_settings(seed: Seed) -> None:
    """Maximum hours, response time, and when affected organisations are notified."""
    setup = make_setup(seed)
    for name, value in (
        ("Vardkase.content_access_hours", 72),
        ("Vardkase.content_access_answer_hours", 168),
        ("Vardkase.policy_needs_two", 0),
        ("MISP.host_org_id", seed.org_a.pk),
        ("Vardkase.sender_address", "Somewhere else"),
    ):
        changed = call(setup.operator.key, "POST", f"/servers/serverSettingsEdit/{name}", {"value": value})
        assert changed[0] == 403, name
    for change in (ScheduleChange(paused=True), ScheduleChange(rhythm=Interval.MONTHLY)):
        with pytest.raises(Forbidden):
            change_schedules(setup.operating, {"content_access.end_overdue": change})
    assert (MOST_HOURS.value, ANSWER_HOURS.value) == (8, 24)
    assert not find_scheduled(setup.operating, "content_access.end_overdue").task.paused


def test_second_account_with_same_mailbox_cannot_approve(seed: Seed) -> None:
    setup = make_setup(seed)
    grant = setup.asked()
    former = officer(seed, "eva@c.example")
    AccountAddress.objects.create(user_id=former.user.pk, email=setup.operator.user.email)
    with pytest.raises(Forbidden):
        grant_access(in_browser(former.user), grant.pk)
    for email in ("Drift+handlaggare@c.example", "DRIFT@c.example.se"):
        person = officer(seed, email)
        if email.endswith(".se"):
            assert grant_access(in_browser(person.user), grant.pk).state == GrantState.GRANTED
        else:
            with pytest.raises(Forbidden):
                grant_access(in_browser(person.user), grant.pk)


def test_grant_ends_when_its_organisation_is_merged(seed: Seed) -> None:
    """A merged organisation has the content of both; the grant covered one."""
    for source, target in ((seed.org_b, seed.org_a), (seed.org_a, seed.org_b)):
        with as_if(granted=True):
            setup = make_setup(seed)
            theirs = make_event(seed.org_b, distribution=1, published=True)
            theirs.save()
            setup.granted(reach="organisation", organisation=seed.org_a.pk)
            assert [status_of(setup, each) for each in (setup.event.pk, theirs.pk)] == [200, 404]
            merge_organisations(in_browser(seed.site_admin.user), source.pk, target.pk)
            assert [status_of(setup, each) for each in (setup.event.pk, theirs.pk)] == [404, 404]
            assert ContentGrant.objects.get().state == GrantState.ENDED


def test_reading_in_outer_transaction_is_refused(seed: Seed) -> None:
    setup = make_setup(seed)
    setup.granted()
    reading = for_reading(by_key(setup.operator.user), "test")
    with pytest.raises(RuntimeError), transaction.atomic():
        find_event(reading, setup.event.pk)
    with pytest.raises(NotFound), transaction.atomic():
        find_event(replace(reading, content_access=None), setup.event.pk)
    assert reading.content_access is not None
    assert reading.content_access.opened == frozenset()
