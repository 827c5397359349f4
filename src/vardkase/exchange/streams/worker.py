"""Delivery loops, one thread per stream, so that an unavailable receiver delays no other.

Any number of workers may run them; a lock in the database elects one for each stream, for as long as its
connection lives.
"""

from __future__ import annotations

import logging
import threading
import time

import psycopg
from django.db import Error as DatabaseError
from django.db import connection

from vardkase.core.problems import CommonProblem
from vardkase.core.retries import STREAM
from vardkase.core.sql import cursor, pinned_connection
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.outbox.events import CHANNEL
from vardkase.exchange.streams.delivering import Changed, deliver_some, note_failure
from vardkase.exchange.streams.errors import NotTaken, StreamFault
from vardkase.exchange.streams.misp_settings import follow
from vardkase.exchange.streams.models import Stream, StreamKind
from vardkase.exchange.streams.queries import running
from vardkase.exchange.streams.senders import Sender, opened_sender

IDLE = 2.0
"""Seconds between looks at the streams and their settings, and between attempts while the database is unavailable."""
GRACE = 10.0
LOCK = 0x7374
"""The first half of the advisory lock of a stream; the second is its id."""

logger = logging.getLogger(__name__)


def deliver_until(stop: threading.Event) -> None:
    loops: dict[int, threading.Thread] = {}
    described = False
    while not stop.is_set():
        try:
            if not described:
                follow(StreamKind.ZEROMQ)
                follow(StreamKind.KAFKA)
                described = True
            for stream_id in running().values_list("pk", flat=True):
                if stream_id not in loops or not loops[stream_id].is_alive():
                    loop = threading.Thread(
                        target=_run, args=(stream_id, stop), name=f"stream {stream_id}", daemon=True
                    )
                    loop.start()
                    loops[stream_id] = loop
        except (DatabaseError, psycopg.Error) as error:
            logger.warning("Streams: the database is unavailable; retrying: %s", error)
        finally:
            connection.close()  # The next look may be after a restart of the database.
        stop.wait(IDLE)
    deadline = time.monotonic() + GRACE
    for loop in loops.values():
        # Daemon threads: one that hangs in a receiver does not keep the process, and its entries are sent again.
        loop.join(max(0.1, deadline - time.monotonic()))


def _run(stream_id: int, stop: threading.Event) -> None:
    """Deliver until the stream is disabled or changed, or the database is unavailable; the supervising thread
    restarts it."""
    try:
        with pinned_connection():
            # A session lock: it ends with the connection, however the worker ends, and another worker takes over.
            row = cursor().execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK, stream_id)).fetchone()
            if row and row[0]:
                cursor().execute(f"LISTEN {CHANNEL}")
                while not stop.is_set() and (stream := running().filter(pk=stream_id).first()):
                    _deliver_stream(stream, stop)
    except (DatabaseError, psycopg.Error) as error:
        logger.warning("Stream %s: the database is unavailable; retrying: %s", stream_id, error)
    finally:
        connection.close()


def _deliver_stream(stream: Stream, stop: threading.Event) -> None:
    sender: Sender | None = None
    try:
        sender = opened_sender(stream)
        while not stop.is_set() and not _is_changed(stream):
            if not deliver_some(stream, sender):
                sender.idle()
                # NOTIFY wakes it at once; it looks again after IDLE, since changes of the stream notify nobody.
                next(connection.connection.notifies(timeout=IDLE, stop_after=1), None)
    except Changed:
        return
    except OutgoingFailed as error:
        _pause_after_failure(stream, error, stop)
    except (DatabaseError, psycopg.Error):
        raise  # No fault of the receiver: `_run` ends, and the supervising thread starts it again.
    except Exception as error:
        logger.exception("Stream %s: error in the hub itself", stream.pk)
        _pause_after_failure(
            stream,
            NotTaken(StreamFault.OURS, CommonProblem.QUOTED(said=f"{type(error).__name__}: {error}")),
            stop,
        )
    finally:
        if sender is not None:
            sender.close()


def _pause_after_failure(stream: Stream, error: OutgoingFailed, stop: threading.Event) -> None:
    note_failure(stream, error)
    pause = STREAM.delay(stream.failures) or 0.0
    logger.warning("Stream %s: not accepted; retrying in %.0f s: %s", stream.pk, pause, error.wire)
    deadline = time.monotonic() + pause
    while time.monotonic() < deadline and not _is_changed(stream):
        if stop.wait(min(IDLE, max(0.0, deadline - time.monotonic()))):
            return


def _is_changed(stream: Stream) -> bool:
    """True if the stream was edited, may no longer run, or changed owner: merging organisations does not
    increase the revision."""
    same = running().filter(pk=stream.pk, revision=stream.revision, org=stream.org_id)
    return not same.exists()
