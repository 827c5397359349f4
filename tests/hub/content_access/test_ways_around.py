"""Every way around: who may not grant, when and where nothing is read, and what is read without saying so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.api.calls import answer, call, send
from tests.cast import Cast
from tests.factories import make_attribute, make_event, make_key
from tests.hub.content_access.scene import (
    SECRET,
    WHY,
    Scene,
    by_key,
    in_browser,
    operator_of,
    readings,
    set_scene,
)
from tests.hub.content_access.test_sweep import as_if
from tests.hub.officers import officer
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
from vardkase.identity.access.jobs import job_actor
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.models import AccountAddress, User
from vardkase.identity.accounts.staff import StaffRole
from vardkase.identity.organisations.services.merging import merge_organisations
from vardkase.identity.organisations.standing import NEVER
from vardkase.intel.models import Attribute, Event
from vardkase.intel.queries.find import find_event


def status_of(scene: Scene, number: int | None = None, key: str = "") -> int:
    return call(key or scene.operator.key, "GET", f"/events/view/{number or scene.event.pk}")[0]


def test_only_another_person_with_the_duty_who_has_signed_in_grants(cast: Cast) -> None:
    scene = set_scene(cast)
    grant = scene.asked()
    auditor = officer(cast, "revision@hub.example", StaffRole.AUDITOR)
    analyst = officer(cast, "analys@hub.example", StaffRole.ANALYST)
    elsewhere = officer(cast, "gast@b.example", StaffRole.LEGAL_OFFICER, org="org_b")
    promoted = replace(scene.operating, staff=frozenset({StaffRole.MEMBERSHIP_OFFICER}))
    others: list[Actor] = [
        scene.operating,
        replace(promoted, organisation_id=cast.hub.pk),
        replace(promoted, organisation_id=cast.hub.pk, user_id=0),
        in_browser(operator_of(cast, "drift2@c.example").user),
        in_browser(auditor.user),
        in_browser(analyst.user),
        in_browser(elsewhere.user),
        in_browser(cast.site_admin.user),
        in_browser(cast.org_admin.user),
        by_key(scene.officer.user),
        actor_for(scene.officer.user, Credential.READ_ONLY_KEY),
        actor_for(scene.officer.user, Credential.CONSOLE),
        console_actor(cast.hub.pk, "Hub", "root"),
    ]
    before = AuditEntry.objects.count()
    for actor in others:
        with pytest.raises((Forbidden, NotFound)):
            grant_access(actor, grant.pk)
    assert AuditEntry.objects.count() == before
    assert status_of(scene) == 404
    legal = officer(cast, "jurist@hub.example", StaffRole.LEGAL_OFFICER)
    grant_access(in_browser(legal.user), grant.pk)
    assert status_of(scene) == 200


def test_only_operators_by_name_ask_and_only_they_end(cast: Cast) -> None:
    scene = set_scene(cast)
    auditor = officer(cast, "revision@hub.example", StaffRole.AUDITOR)
    for actor in (
        in_browser(scene.officer.user),
        in_browser(auditor.user),
        in_browser(cast.site_admin.user),
        console_actor(cast.hub.pk, "Hub", "root"),
        actor_for(scene.operator.user, Credential.READ_ONLY_KEY),
    ):
        with pytest.raises(Forbidden):
            ask(actor, reason=WHY, hours=1, reach="hub")
    grant = scene.granted()
    other = in_browser(operator_of(cast, "drift2@c.example").user)
    for way in (
        lambda: end(other, grant.pk),
        lambda: end(in_browser(scene.officer.user), grant.pk),
        lambda: withdraw(scene.operating, grant.pk, "Nej."),
        lambda: withdraw(in_browser(auditor.user), grant.pk, "Nej."),
        lambda: withdraw(in_browser(cast.site_admin.user), grant.pk, "Nej."),
        lambda: refuse(in_browser(auditor.user), grant.pk, "Nej."),
    ):
        with pytest.raises((Forbidden, NotFound)):
            way()
    assert status_of(scene) == 200


def test_who_sees_requests(cast: Cast) -> None:
    scene = set_scene(cast)
    grant = scene.granted()
    other = operator_of(cast, "drift2@c.example")
    auditor = officer(cast, "revision@hub.example", StaffRole.AUDITOR)
    assert [*grants(in_browser(auditor.user))] == [grant]
    assert [*grants(in_browser(other.user))] == []
    with pytest.raises(NotFound):
        find_grant(in_browser(other.user), grant.pk)
    for player in (cast.site_admin, cast.org_admin):
        with pytest.raises(Forbidden):
            grants(player.actor)
    status_of(scene)
    assert read_of_ours(in_browser(cast.site_admin.user), limit=9) == []
    with pytest.raises(Forbidden):
        read_of_ours(cast.analyst.actor, limit=9)


def ended(_scene: Scene) -> None:
    ContentGrant.objects.update(state=GrantState.ENDED)


def over(_scene: Scene) -> None:
    ContentGrant.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


def withdrawn(scene: Scene) -> None:
    withdraw(in_browser(scene.officer.user), ContentGrant.objects.get().pk, "Det räcker.")


def no_operator(scene: Scene) -> None:
    User.objects.filter(pk=scene.operator.user.pk).update(staff_roles=["auditor"])


def shut_out(scene: Scene) -> None:
    type(scene.cast.org_c).objects.filter(pk=scene.cast.org_c.pk).update(read_period=NEVER)


def owner_shut_out(scene: Scene) -> None:
    type(scene.cast.hub).objects.filter(pk=scene.cast.hub.pk).update(read_period=NEVER)


def hidden(scene: Scene) -> None:
    Event.objects.filter(pk=scene.event.pk).update(distribution=0)


@pytest.mark.parametrize(
    "change",
    [ended, over, withdrawn, no_operator, shut_out, owner_shut_out, hidden],
    ids=lambda each: each.__name__,
)
def test_it_stops_at_once(cast: Cast, change: Callable[[Scene], None]) -> None:
    scene = set_scene(cast)
    scene.granted()
    assert status_of(scene) == 200
    change(scene)
    assert status_of(scene) == 404
    assert len(readings()) == 1


def test_a_grant_reaches_no_further_than_it_says(cast: Cast) -> None:
    scene = set_scene(cast)
    ours, theirs = (
        make_event(organisation, distribution=1, published=True) for organisation in (cast.org_a, cast.org_b)
    )
    ours.save()
    theirs.save()
    reached = {
        "event": ({}, [200, 404, 404]),
        "organisation": ({"organisation": cast.org_a.pk}, [200, 200, 404]),
        "hub": ({}, [200, 200, 200]),
    }
    for reach, (given, expected) in reached.items():
        grant = scene.granted(reach=reach, **given)
        assert [status_of(scene, each) for each in (scene.event.pk, ours.pk, theirs.pk)] == expected, reach
        end(scene.operating, grant.pk)
    colleague = operator_of(cast, "drift2@c.example")
    scene.granted(reach="hub")
    assert status_of(scene, key=colleague.key) == 404


def test_what_the_hub_owner_does_not_see_in_an_event_is_not_shown(cast: Cast) -> None:
    """As an analyst of the hub owner: no part that is for its own organisation only, and no one's address."""
    scene = set_scene(cast)
    make_attribute(scene.event, value1="kept-at-home", distribution=0).save()
    make_attribute(scene.event, value1="taken-away", deleted=True).save()
    Event.objects.update(user_id=cast.analyst.user.pk)
    scene.granted()
    told = str(call(scene.operator.key, "GET", f"/events/view/{scene.event.pk}/deleted:1")[1])
    assert SECRET in told
    for word in ("kept-at-home", "taken-away", cast.analyst.user.email):
        assert word not in told


def test_nothing_but_what_is_looked_up_is_read(cast: Cast) -> None:
    """Searches, lists, counts, correlations and exports of many stay as empty as without a grant."""
    scene = set_scene(cast)
    scene.granted(reach="hub")
    key = scene.operator.key
    asked = {"returnFormat": "json", "eventid": scene.event.pk, "value": SECRET, "searchall": SECRET}
    assert call(key, "POST", "/events/restSearch", asked)[1] == {"response": []}
    assert call(key, "POST", "/attributes/restSearch", asked)[1] == {"response": {"Attribute": []}}
    assert call(key, "POST", "/events/restSearch", {"returnFormat": "count"})[1] in (0, {"response": []}, [])
    listed = send(key, "GET", "/events/index")
    assert (answer(listed), listed.headers["X-Result-Count"]) == ([], "0")
    assert call(key, "GET", "/attributes/index")[1] == []
    assert SECRET not in send(key, "GET", "/correlations/top").content.decode()
    assert call(key, "GET", "/attributes/attributeStatistics/type")[1] == {}
    assert readings() == []


def test_an_event_is_read_without_those_it_correlates_with(cast: Cast) -> None:
    scene = set_scene(cast)
    for info in ("first", "second"):
        body = {
            "Event": {
                "info": info,
                "distribution": 1,
                "Attribute": [{"type": "ip-dst", "value": "198.51.100.1"}],
            }
        }
        call(cast.analyst.key, "POST", "/events/add", body)
    Event.objects.update(published=True)
    first = Event.objects.get(info="first")
    shown = call(cast.partner.key, "GET", f"/events/view/{first.pk}")[1]["Event"]
    assert len(shown["RelatedEvent"]) == 1
    scene.granted(reach="hub")
    read = call(scene.operator.key, "GET", f"/events/view/{first.pk}")[1]["Event"]
    assert read["RelatedEvent"] == []
    assert [event for event, _ in readings()] == [first.pk]


def test_a_file_is_read_on_record(cast: Cast) -> None:
    scene = set_scene(cast)
    file = make_attribute(scene.event, type="attachment", value1="a.txt", data_sha256=files.store(b"SECRET"))
    file.save()
    path = f"/attributes/download/{file.pk}"
    assert b"SECRET" not in send(scene.operator.key, "GET", path).content
    scene.granted()
    answered = send(scene.operator.key, "GET", path)
    body = b"".join(answered) if answered.streaming else answered.content
    assert body == b"SECRET"
    assert readings() == [(scene.event.pk, "attributes/download")]


def test_it_is_for_reading_alone(cast: Cast) -> None:
    """Although a site administrator by role, and by every kind of writing."""
    scene = set_scene(cast)
    scene.granted(reach="hub")
    before = list(Event.objects.values()), list(Attribute.objects.values())
    number, part = scene.event.pk, scene.attribute.pk
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
        answered = call(scene.operator.key, "POST", path, body)
        assert answered[0] >= 400 or "Could not" in str(answered[1]) or answered[1].get("saved") is False, (
            path
        )
    assert (list(Event.objects.values()), list(Attribute.objects.values())) == before
    assert readings() == []
    reading = for_reading(by_key(scene.operator.user), "test")
    find_event(reading, number)
    with pytest.raises(Forbidden):
        reading.require_writing()


def test_jobs_the_console_and_other_hubs_read_nothing(cast: Cast) -> None:
    scene = set_scene(cast)
    scene.granted(reach="hub")
    for actor in (
        job_actor(scene.operator.user.pk),
        for_reading(job_actor(scene.operator.user.pk), "job"),
        for_reading(actor_for(scene.operator.user, Credential.CONSOLE), "console"),
        in_browser(scene.operator.user),
    ):
        with pytest.raises(NotFound):
            find_event(actor, scene.event.pk)
    with pytest.raises(Forbidden):
        preview_index(for_reading(by_key(scene.operator.user), "preview"), 1, {})
    assert readings() == []


def test_others_carry_no_glass(cast: Cast) -> None:
    auditor = officer(cast, "revision@hub.example", StaffRole.AUDITOR)
    for user in (auditor.user, cast.analyst.user, cast.site_admin.user):
        assert for_reading(in_browser(user), "page event").content_access is None
    assert call(make_key(auditor.user), "GET", "/events/index") == (200, [])


def test_who_reads_sets_no_bounds_and_silences_nobody(cast: Cast) -> None:
    """How long an operator may read, who answers in what time, and when those whose content it was are told."""
    scene = set_scene(cast)
    for name, value in (
        ("Vardkase.content_access_hours", 72),
        ("Vardkase.content_access_answer_hours", 168),
        ("Vardkase.policy_needs_two", 0),
        ("MISP.host_org_id", cast.org_a.pk),
        ("Vardkase.sender_address", "Somewhere else"),
    ):
        changed = call(scene.operator.key, "POST", f"/servers/serverSettingsEdit/{name}", {"value": value})
        assert changed[0] == 403, name
    for change in (ScheduleChange(paused=True), ScheduleChange(rhythm=Interval.MONTHLY)):
        with pytest.raises(Forbidden):
            change_schedules(scene.operating, {"content_access.end_overdue": change})
    assert (MOST_HOURS.value, ANSWER_HOURS.value) == (8, 24)
    assert not find_scheduled(scene.operating, "content_access.end_overdue").task.paused


def test_a_second_account_at_the_same_mailbox_is_the_same_person(cast: Cast) -> None:
    scene = set_scene(cast)
    grant = scene.asked()
    former = officer(cast, "eva@c.example")
    AccountAddress.objects.create(user_id=former.user.pk, email=scene.operator.user.email)
    with pytest.raises(Forbidden):
        grant_access(in_browser(former.user), grant.pk)
    for email in ("Drift+handlaggare@c.example", "DRIFT@c.example.se"):
        person = officer(cast, email)
        if email.endswith(".se"):
            assert grant_access(in_browser(person.user), grant.pk).state == GrantState.GRANTED
        else:
            with pytest.raises(Forbidden):
                grant_access(in_browser(person.user), grant.pk)


def test_access_does_not_grow_with_the_organisation(cast: Cast) -> None:
    """Organisations that become one have what each of them had; what was granted was for one of them."""
    for source, target in ((cast.org_b, cast.org_a), (cast.org_a, cast.org_b)):
        with as_if(granted=True):
            scene = set_scene(cast)
            theirs = make_event(cast.org_b, distribution=1, published=True)
            theirs.save()
            scene.granted(reach="organisation", organisation=cast.org_a.pk)
            assert [status_of(scene, each) for each in (scene.event.pk, theirs.pk)] == [200, 404]
            merge_organisations(in_browser(cast.site_admin.user), source.pk, target.pk)
            assert [status_of(scene, each) for each in (scene.event.pk, theirs.pk)] == [404, 404]
            assert ContentGrant.objects.get().state == GrantState.ENDED


def test_nothing_is_read_in_a_transaction_that_may_be_undone(cast: Cast) -> None:
    scene = set_scene(cast)
    scene.granted()
    reading = for_reading(by_key(scene.operator.user), "test")
    with pytest.raises(RuntimeError), transaction.atomic():
        find_event(reading, scene.event.pk)
    with pytest.raises(NotFound), transaction.atomic():
        find_event(replace(reading, content_access=None), scene.event.pk)
    assert reading.content_access is not None
    assert reading.content_access.opened == frozenset()
