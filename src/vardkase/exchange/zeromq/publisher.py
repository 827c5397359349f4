"""The process that sends: one for a database, elected by a lock, so that any number of workers may try."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import zmq
from django.db import OperationalError, connection, transaction

from vardkase.core.sql import cursor
from vardkase.exchange.zeromq.services import CHANNEL
from vardkase.exchange.zeromq.settings import ENABLED, HOST, PORT
from vardkase.formats.misp_json.events import event_document
from vardkase.formats.misp_json.options import EventOptions
from vardkase.formats.misp_json.snapshots import owner_of
from vardkase.intel.models import Event

IDLE = 2.0
"""Seconds between looks at the settings, and between tries when the port or the database cannot be had."""

KEEP_ALIVE = 60.0
"""Seconds between MISP's messages that say nothing but that the publisher runs."""

AT_A_TIME = 20
LOCK = 0x7A6D71
LINGER = 1000
"""Milliseconds that the socket may take to hand over what is sent when it closes."""

WHOLE = EventOptions(include_event_correlations=False, no_sightings=True)

logger = logging.getLogger(__name__)


def publish_until(stop: threading.Event) -> None:
    """Send what waits while ZeroMQ is on, until `stop` is set; errors are logged and tried again."""
    while not stop.is_set():
        try:
            if ENABLED.value and _elected():
                _publish_from(HOST.value, PORT.value, stop)
        except (OperationalError, psycopg.OperationalError, zmq.ZMQError) as error:
            logger.warning("ZeroMQ: nothing is sent now, and it is tried again: %s", error)
        finally:
            connection.close()
        stop.wait(IDLE)


def _elected() -> bool:
    """Whether this is the one process that sends; for as long as its connection lives."""
    row = cursor().execute("SELECT pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
    return bool(row and row[0])


def _publish_from(host: str, port: int, stop: threading.Event) -> None:
    """Send from this address until it is changed, or ZeroMQ is switched off."""
    began = told = time.monotonic()
    with _socket(host, port) as socket:
        cursor().execute(f"LISTEN {CHANNEL}")
        while not stop.is_set() and (ENABLED.value, HOST.value, PORT.value) == (True, host, port):
            while _send_some(socket):
                pass
            if time.monotonic() - told >= KEEP_ALIVE:
                told = time.monotonic()
                _send(socket, "misp_json_self", _alive(int(told - began)))
            _wait()


@contextmanager
def _socket(host: str, port: int) -> Iterator[zmq.Socket[bytes]]:
    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        socket.linger = LINGER
        socket.bind(f"tcp://{host}:{port}")
        yield socket


@transaction.atomic
def _send_some(socket: zmq.Socket[bytes]) -> int:
    """Send the oldest that wait and forget them; returns how many. Cut off, they are sent once more."""
    rows = cursor().execute(TAKE, (AT_A_TIME,)).fetchall()
    for _, topic, event_id in sorted(rows):
        event = Event.objects.select_related("org").filter(pk=event_id).first()
        if event:
            _send(socket, topic, b"".join(event_document(owner_of(event), event_id, WHOLE)))
    return len(rows)


def _send(socket: zmq.Socket[bytes], topic: str, body: bytes) -> None:
    socket.send(topic.encode() + b" " + body)


def _alive(uptime: int) -> bytes:
    return json.dumps({"status": "The publisher is running.", "uptime": uptime}).encode()


def _wait() -> None:
    """Until something is queued, at most `IDLE` seconds."""
    for _ in connection.connection.notifies(timeout=IDLE, stop_after=1):
        return


TAKE = """
DELETE FROM zeromq_message
WHERE id IN (SELECT id FROM zeromq_message ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, topic, event_id
"""
