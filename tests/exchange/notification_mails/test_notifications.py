"""Notifications on the hub: who is notified of what, and that nothing is shown that its reader may not read now."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_attribute, make_event
from tests.factories.content_access import operator_of
from tests.factories.seed import ApiUser, Seed
from vardkase.core.errors import NotFound
from vardkase.core.jobs.hooks import JobEnded, job_ended
from vardkase.exchange.feeds import tasks as feed_tasks
from vardkase.exchange.notifications.models import Notification
from vardkase.exchange.notifications.queries import NotificationLine, Shown, count_unread, notifications
from vardkase.exchange.notifications.schedules import forget_old
from vardkase.exchange.notifications.services import (
    mark_all_read,
    mark_read,
    mark_unread,
    take_back_all_read,
)
from vardkase.identity.accounts.models import User
from vardkase.intel.analyst_data.models import AnalystDataKind
from vardkase.intel.analyst_data.services import add_analyst_data, delete_analyst_data
from vardkase.intel.event_delegations.services import accept_delegation, delegate_event, delete_delegation
from vardkase.intel.models import Attribute, Event
from vardkase.intel.proposals.conversation import comment_on_proposal
from vardkase.intel.proposals.services import (
    accept_proposal,
    discard_proposal,
    propose_attribute,
)
from vardkase.intel.publication_requests.services import close_request, request_publication
from vardkase.intel.services.publish import publish_event
from vardkase.intel.sightings.models import SightingType
from vardkase.intel.sightings.services import SightingReport, add_sightings


@pytest.fixture
def event(seed: Seed) -> Event:
    """An event of A that the whole hub reads."""
    made = make_event(seed.org_a, info="Beacons", distribution=1, published=True, publish_timestamp=1)
    made.save()
    return made


@pytest.fixture
def attribute(event: Event) -> Attribute:
    made = make_attribute(event, type="domain", value1="c2.example")
    made.save()
    return made


def notifications_of(person: ApiUser, shown: Shown = Shown.UNREAD) -> list[NotificationLine]:
    lines = notifications(person.actor, shown, None, 50).rows
    if shown is Shown.UNREAD:
        assert count_unread(person.actor) == len(lines)
    return lines


def kinds(person: ApiUser) -> list[str]:
    return [line.kind.value for line in notifications_of(person)]


def seen(kind: SightingType) -> SightingReport:
    return SightingReport(kind, int(time.time()), "")


def test_owner_is_notified_of_proposals_and_proposer_of_the_answer(seed: Seed, event: Event) -> None:
    first = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "one.example"})
    second = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "two.example"})
    (line,) = notifications_of(seed.analyst)
    assert (line.kind, line.count, line.title) == ("proposed", 2, "Beacons")
    # Nobody else: not a reader who cannot act, nor a stranger, nor who proposed.
    assert [kinds(each) for each in (seed.reader, seed.partner, seed.stranger, seed.site_admin)] == [[]] * 4
    comment_on_proposal(seed.analyst.actor, first.pk, "Where from?")
    (line,) = notifications_of(seed.partner)
    assert (line.kind, line.by) == ("proposal_commented", "Organisation A")
    mark_all_read(seed.partner.actor)
    comment_on_proposal(seed.partner.actor, first.pk, "From a mail.")
    assert kinds(seed.colleague)[0] == "proposal_commented"
    assert kinds(seed.stranger) == []
    accept_proposal(seed.analyst.actor, first.pk)
    discard_proposal(seed.analyst.actor, second.pk)
    assert kinds(seed.partner) == ["proposals_discarded", "proposals_accepted"]
    assert kinds(seed.partner_sync) == []


def test_owner_is_notified_of_sightings_once_with_their_number(
    seed: Seed, event: Event, attribute: Attribute
) -> None:
    for kind in (SightingType.SEEN, SightingType.SEEN, SightingType.FALSE_POSITIVE):
        add_sightings(seed.partner.actor, [attribute.pk], seen(kind))
    add_sightings(seed.analyst.actor, [attribute.pk], seen(SightingType.SEEN))
    lines = {line.kind.value: line for line in notifications_of(seed.colleague)}
    assert {kind: (line.sightings, line.value) for kind, line in lines.items()} == {
        "sighted": (2, "c2.example"),
        "false_positive": (1, "c2.example"),
    }
    assert kinds(seed.partner) == []
    mark_read(seed.colleague.actor, [line.id for line in lines.values()])
    add_sightings(seed.partner.actor, [attribute.pk], seen(SightingType.SEEN))
    assert [line.sightings for line in notifications_of(seed.colleague)] == [1]


def test_notes_and_replies_reach_whom_they_concern_if_they_may_read_them(
    seed: Seed, event: Event, attribute: Attribute
) -> None:
    about = {"object_type": "Attribute", "object_uuid": str(attribute.uuid), "distribution": 1}
    note = add_analyst_data(seed.partner.actor, AnalystDataKind.NOTE, about | {"note": "Seen here"})
    (line,) = notifications_of(seed.analyst)
    assert (line.kind, line.by, line.title) == ("noted", "Organisation B", "Beacons")
    reply = {"object_type": "Note", "object_uuid": line.note_uuid, "distribution": 1, "note": "When?"}
    add_analyst_data(seed.stranger.actor, AnalystDataKind.NOTE, reply)
    assert kinds(seed.partner) == ["noted"]
    # One that stays in its own organisation is neither shown nor counted.
    private = about | {"note": "Only us", "distribution": 0}
    add_analyst_data(seed.partner.actor, AnalystDataKind.NOTE, private)
    assert kinds(seed.analyst) == ["noted", "noted"]
    delete_analyst_data(seed.partner.actor, AnalystDataKind.NOTE, note)
    assert [line.by for line in notifications_of(seed.analyst)] == ["Organisation C"]


def test_delegation_and_requests_to_publish_are_notified_and_answered(seed: Seed, event: Event) -> None:
    own = make_event(seed.org_a, info="Ours", distribution=0)
    own.save()
    for accepted in (False, True):
        asked = delegate_event(
            seed.publisher.actor, own.pk, {"org_id": str(seed.org_b.pk), "distribution": "0"}
        )
        (line,) = notifications_of(seed.partner)
        assert (line.kind, line.by, line.title) == ("delegation_requested", "Organisation A", "Ours")
        if accepted:
            accept_delegation(seed.partner.actor, asked.pk, {})
        else:
            delete_delegation(seed.partner.actor, asked.pk)
            # It reads the event no more.
            assert kinds(seed.partner) == []
    # The event is hidden from A now, which learns who has it, but not its title.
    lines = {line.kind.value: line.title for line in notifications_of(seed.analyst)}
    assert lines == {"delegation_accepted": None}
    assert kinds(seed.stranger) == []

    draft = make_event(seed.org_a, info="Draft", user_id=seed.analyst.user.pk)
    draft.save()
    request_publication(seed.analyst.actor, draft.pk, "")
    assert kinds(seed.publisher)[0] == "publication_requested"
    assert "publication_requested" not in kinds(seed.colleague)
    close_request(seed.publisher.actor, draft.pk)
    assert kinds(seed.analyst)[0] == "publication_declined"
    request_publication(seed.analyst.actor, draft.pk, "")
    publish_event(seed.publisher.actor, draft.pk)
    assert kinds(seed.analyst)[0] == "publication_done"


def test_what_has_become_hidden_is_neither_shown_nor_counted_nor_marked(
    seed: Seed, event: Event, attribute: Attribute
) -> None:
    proposal = propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "one.example"})
    accept_proposal(seed.analyst.actor, proposal.pk)
    (line,) = notifications_of(seed.partner)
    for hidden in ({"distribution": 0}, {"distribution": 1, "withheld": True}):
        Event.objects.filter(pk=event.pk).update(**hidden)
        assert kinds(seed.partner) == []
        for act in (mark_read, mark_unread):
            with pytest.raises(NotFound):
                act(seed.partner.actor, [line.id])
        assert mark_all_read(seed.partner.actor).count == 0
    Event.objects.filter(pk=event.pk).update(withheld=False)
    assert kinds(seed.partner) == ["proposals_accepted"]
    # One who moves to another organisation keeps no notifications of the former one.
    User.objects.filter(pk=seed.partner.user.pk).update(org=seed.org_c)
    moved = ApiUser(User.objects.get(pk=seed.partner.user.pk), seed.partner.key)
    assert kinds(moved) == []
    User.objects.filter(pk=seed.partner.user.pk).update(org=seed.org_b)
    # Nobody marks another’s.
    with pytest.raises(NotFound):
        mark_read(seed.stranger.actor, [line.id])
    Event.objects.filter(pk=event.pk).delete()
    assert kinds(seed.partner) == []


def test_operator_is_notified_of_jobs_only(seed: Seed, event: Event) -> None:
    operator = operator_of(seed)
    own = Event.objects.create(
        org=operator.user.org, orgc=operator.user.org, info="Secret", distribution=1, published=True,
        date="2026-01-01", timestamp=1, threat_level_id=1, analysis=0, user_id=0,
    )  # fmt: skip
    propose_attribute(seed.partner.actor, own.pk, {"type": "domain", "value": "one.example"})
    assert kinds(operator) == []
    # Nor the notifications from before they got the duty.
    Notification.objects.create(
        user=operator.user,
        organisation_id=operator.user.org_id,
        kind="proposed",
        key="x",
        event_id=own.pk,
        at=1,
    )
    assert kinds(operator) == []
    (job,) = feed_tasks.order_cache(operator.actor, [7])
    job_ended.emit(JobEnded(job, "feeds.cache", "{}", operator.user.pk, failed=True))
    assert kinds(operator) == ["job_failed"]


def test_jobs_notify_who_ordered_them_and_failures_of_the_hub_notify_administrators(seed: Seed) -> None:
    (own,) = feed_tasks.order_cache(seed.analyst.actor, [7])
    (hubs,) = feed_tasks.order_cache(None, [8])
    job_ended.emit(JobEnded(own, "feeds.cache", "{}", seed.analyst.user.pk, failed=False))
    for failed in (True, True, False):
        job_ended.emit(JobEnded(hubs, "feeds.cache", '{"feed_id": 8}', 0, failed=failed))
    assert kinds(seed.analyst) == ["job_done"]
    (line,) = notifications_of(seed.site_admin)
    assert (line.kind, line.count, line.job_id) == ("hub_job_failed", 2, hubs)
    assert kinds(seed.colleague) == []
    ProcrastinateJob.objects.all().delete()
    assert kinds(seed.site_admin) == []


def test_marking_is_undone_without_touching_what_came_later(seed: Seed, event: Event) -> None:
    def propose() -> None:
        propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "one.example"})

    propose()
    marked = mark_all_read(seed.analyst.actor)
    assert (marked.count, kinds(seed.analyst)) == (1, [])
    take_back_all_read(seed.analyst.actor, marked.at)
    (line,) = notifications_of(seed.analyst)
    mark_read(seed.analyst.actor, [line.id])
    propose()
    mark_unread(seed.analyst.actor, [line.id])
    take_back_all_read(seed.analyst.actor, marked.at)
    assert kinds(seed.analyst) == ["proposed"]
    assert len(notifications_of(seed.analyst, Shown.ALL)) == 2


def test_telling_and_counting_cost_the_same_for_many_people(seed: Seed, event: Event) -> None:
    with CaptureQueriesContext(connection) as few:
        count_unread(seed.analyst.actor)
    assert len(few) <= 3  # Two are the actor's.


def test_old_notifications_are_removed(seed: Seed, event: Event) -> None:
    propose_attribute(seed.partner.actor, event.pk, {"type": "domain", "value": "one.example"})
    assert forget_old() == 0
    Notification.objects.update(at=int(time.time()) - 91 * 86400)
    assert forget_old() == Notification.objects.count() + 4
