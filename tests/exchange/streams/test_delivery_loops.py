"""The delivery loops: a failing receiver delays no other, and a killed worker loses nothing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from tests.exchange.streams.receivers import Hook
from tests.factories.seed import Seed, make_seed
from tests.factories.streams import add_event, play, publish, stream, webhook
from tests.support.database import url_of
from tests.support.ports import free_port
from vardkase.core.database import die_with_parent
from vardkase.exchange.outbox.events import line_up
from vardkase.exchange.outbox.models import Delivery, Entry
from vardkase.exchange.streams.cleaning import clean_outbox
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.worker import deliver_until

TIMEOUT = 60.0
WORKER = """
import threading, django
django.setup()
from vardkase.exchange.streams.worker import deliver_until
deliver_until(threading.Event())
"""


@pytest.fixture
def committed(transactional_db: None) -> Seed:
    """The seed data, committed so that loops with their own connections see it."""
    return make_seed()


@contextmanager
def loops() -> Iterator[None]:
    """The loops as the worker runs them, in a thread."""
    stop = threading.Event()
    thread = threading.Thread(target=deliver_until, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(TIMEOUT)


@contextmanager
def worker_process() -> Iterator[subprocess.Popen[bytes]]:
    """The loops in their own process, which can be killed."""
    settings = connection.settings_dict
    keys = ("USER", "HOST", "NAME", "PASSWORD", "PORT")
    environment = {
        **os.environ,
        "DATABASE_URL": url_of(*(str(settings[key]) for key in keys)),
        "DJANGO_SETTINGS_MODULE": "vardkase.config.settings",
        "VARDKASE_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env=environment,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call, no lock
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(TIMEOUT)


def until(done: Callable[[], bool]) -> None:
    """Wait until `done` returns true."""
    deadline = time.monotonic() + TIMEOUT
    while not done():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.02)


def test_unreachable_receiver_does_not_delay_others(committed: Seed, receiver: Hook) -> None:
    down = stream(committed, "syslog", host="127.0.0.1", port=free_port(), protocol="tcp", format="cef")
    well, receiver.secret = webhook(committed, receiver.running.url)
    key = committed.publisher.key
    with loops():
        numbers = [
            publish(key, add_event(key, Attribute=[{"type": "domain", "value": "a.example"}]))
            for _ in range(3)
        ]
        until(lambda: len(receiver.accepted) == 3)
        until(lambda: Stream.objects.get(pk=down.pk).failures > 0)
    assert [each["Event"]["id"] for each in receiver.documents] == numbers
    failing = Stream.objects.get(pk=down.pk)
    assert (failing.fault_code, failing.position) == ("unreachable", 0)
    assert failing.failing_since
    assert not Stream.objects.get(pk=well.pk).fault


def test_killed_worker_loses_no_messages(committed: Seed, receiver: Hook) -> None:
    key = committed.publisher.key
    chosen, receiver.secret = webhook(committed, receiver.running.url)
    numbers = [publish(key, add_event(key, f"Event {number}")) for number in range(60)]
    with worker_process() as first:
        until(lambda: len(receiver.accepted) >= 5)
        first.send_signal(signal.SIGKILL)
        first.wait(TIMEOUT)
    before = len(receiver.accepted)
    assert before < len(numbers), "the worker was killed too late"
    with loops():
        until(lambda: Delivery.objects.filter(state="sent").count() == len(numbers))
    arrived = [each["Event"]["id"] for each in receiver.documents]
    again = arrived[before:]
    assert again == numbers[len(numbers) - len(again) :]  # It resumed in order, no later than where it was.
    assert list(dict.fromkeys(arrived)) == numbers  # Nothing is lost, and first deliveries are in order.
    ids = dict(receiver.accepted)
    assert len(ids) == len(numbers)  # A repeated message has the same id.
    assert (
        Stream.objects.get(pk=chosen.pk).position
        == Entry.objects.order_by("-place").values_list("place", flat=True)[0]
    )


def test_two_workers_send_each_message_once(committed: Seed, receiver: Hook) -> None:
    key = committed.publisher.key
    _, receiver.secret = webhook(committed, receiver.running.url)
    with loops(), loops():
        numbers = [publish(key, add_event(key)) for _ in range(5)]
        until(lambda: len(receiver.accepted) >= 5)
    assert [each["Event"]["id"] for each in receiver.documents] == numbers


def test_expired_outbox_entries_are_removed_and_counted_as_missed(seed: Seed, receiver: Hook) -> None:
    key = seed.publisher.key
    chosen, receiver.secret = webhook(seed, receiver.running.url)
    publish(key, add_event(key))
    old = publish(key, add_event(key))
    chosen.refresh_from_db()
    assert Entry.objects.count() == 2
    line_up()
    Entry.objects.filter(event_id=old).update(at=timezone.now() - dt.timedelta(days=40))
    assert clean_outbox() == 1
    assert play(chosen) == 1
    assert chosen.missed == 1
