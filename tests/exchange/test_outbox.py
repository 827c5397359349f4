"""Publications are recorded in the outbox for every receiver, and no version is delivered twice."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from tests.api.calls import call
from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from vardkase.core.problems import CommonProblem
from vardkase.exchange.outbox import channels, events
from vardkase.exchange.outbox.deliveries import Outcome, PublishedVersion, Receiver, claim, settle
from vardkase.exchange.outbox.events import OutboxEvent
from vardkase.exchange.outbox.models import Delivery, DeliveryState, Entry, EntryKind
from vardkase.exchange.own_feeds.tasks import write
from vardkase.exchange.servers.models import Server

LISTENER = Receiver(EntryKind.STREAM, 7, "Analysis")


def publish(key: str) -> str:
    """A new published event; returns its id."""
    status, body = call(key, "POST", "/events/add", {"info": "Beacon", "distribution": 1})
    assert status == 200, body
    assert call(key, "POST", f"/events/publish/{body['Event']['id']}", {})[0] == 200
    return str(body["Event"]["id"])


def test_each_publication_is_a_new_version(seed: Seed) -> None:
    number = publish(seed.publisher.key)
    call(seed.publisher.key, "POST", f"/attributes/add/{number}", {"type": "text", "value": "more"})
    call(seed.publisher.key, "POST", f"/events/publish/{number}", {})
    entered = Entry.objects.filter(event_id=number).order_by("id")
    assert [entry.topic for entry in entered] == ["misp_json", "misp_json"]
    assert entered[0].version < entered[1].version
    assert entered[0].event_uuid == entered[1].event_uuid


@pytest.mark.django_db
def test_pushing_connections_get_each_version_once(seed: Seed) -> None:
    for name, push in (("Finland", True), ("Norway", True), ("Quiet", False)):
        Server.objects.create(
            name=name, url="https://peer.example", org=seed.hub, remote_org=seed.org_b, push=push, priority=1
        )
    number = publish(seed.publisher.key)
    waiting = Delivery.objects.filter(event_id=number)
    assert sorted(waiting.values_list("receiver_name", "state")) == [
        ("Finland", "waiting"),
        ("Norway", "waiting"),
    ]


@pytest.fixture
def other_transaction(server: WebServer) -> Iterator[psycopg.Connection]:
    """A second connection next to the test's own; writes of both stay until the test ends."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        yield other


def test_late_commit_with_a_lower_id_is_not_skipped(other_transaction: psycopg.Connection) -> None:
    start = events.last_place()
    enter = "INSERT INTO outbox (topic, version, at) VALUES ('late', 0, now())"
    other_transaction.execute(enter)  # Has the lower id, and commits later.
    events.enter([OutboxEvent("early", "add", 1)])
    events.line_up()
    first = events.after(start, 10)
    assert [entry.topic for entry in first] == ["early"]
    other_transaction.commit()
    events.line_up()
    assert [entry.topic for entry in events.after(first[0].place or 0, 10)] == ["late"]
    assert first[0].pk > events.after(first[0].place or 0, 10)[0].pk


def test_queued_job_starts_only_after_its_entries_are_committed(
    other_transaction: psycopg.Connection,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        worker = cursor.fetchone()

    def begun() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT (procrastinate_fetch_job_v2(NULL, %s)).id", worker)
            return cursor.fetchall() not in ([], [(None,)])

    wanted = {"to feed 7": {"feed_id": 7, "whole": False}}
    assert channels.order_jobs(write, wanted) == 1
    assert channels.order_jobs(write, wanted) == 0, "at most one job is queued"
    other_transaction.execute(channels.WAITING, {"task": write.name, "locks": list(wanted)})
    assert not begun()
    other_transaction.commit()
    assert begun()
    assert channels.order_jobs(write, wanted) == 1, "a running job may have read the outbox already"


@pytest.mark.django_db
def test_positions_continue_after_cleanup() -> None:
    events.enter([OutboxEvent("one", "add", number) for number in (1, 2, 3)])
    end = events.last_place()
    Entry.objects.all().delete()
    events.enter([OutboxEvent("two", "add", number) for number in (4, 5)])
    events.line_up()
    assert [(entry.subject_id, (entry.place or 0) > end) for entry in events.after(end, 10)] == [
        (4, True),
        (5, True),
    ]


@pytest.mark.django_db
def test_version_is_claimed_once_and_stays_sent() -> None:
    first, second = (PublishedVersion(1, uuid, 100 + at) for uuid in [uuid4()] for at in (0, 1))
    assert claim([LISTENER], first) == {7}
    assert claim([LISTENER], first) == set()
    assert claim([LISTENER], second) == {7}
    settle(LISTENER, [Outcome(second, DeliveryState.SENT)])
    states = Delivery.objects.order_by("version").values_list("version", "state")
    assert list(states) == [(100, "sent"), (101, "sent")]  # The newer version was sent in place of the older.
    settle(LISTENER, [Outcome(second, DeliveryState.FAILED, CommonProblem.QUOTED(said="nobody there"))])
    assert Delivery.objects.get(version=101).state == DeliveryState.SENT
