"""Threads of the worker: one seals and signs, one delivers, so that a place that hangs delays no checkpoint."""

from __future__ import annotations

import logging
import threading
import time

import psycopg
from django.db import Error as DatabaseError
from django.db import connection

from vardkase.audit.chain.checkpoints import make_checkpoint
from vardkase.audit.chain.sealing import Sealer
from vardkase.hub.audit_log.delivering import deliver_checkpoints
from vardkase.hub.audit_log.settings import CHECKPOINT_MINUTES

IDLE = 2.0
"""Seconds between looks for new entries."""
DELIVERY = 10.0

logger = logging.getLogger(__name__)


def seal_until(stop: threading.Event) -> None:
    """Seal what is committed every two seconds, and sign it at the chosen interval and at the end."""
    sealer, due = Sealer(), time.monotonic()
    ending = False
    while not ending:
        ending = stop.wait(IDLE)
        try:
            sealer.seal()
            if ending or time.monotonic() >= due:
                make_checkpoint()
                due = time.monotonic() + 60 * CHECKPOINT_MINUTES.value
        except (DatabaseError, psycopg.Error) as error:
            logger.warning("Audit log: the database is unavailable; retrying: %s", error)
            sealer = Sealer()  # Of another database perhaps, restored meanwhile.
            connection.close()
    connection.close()


def deliver_until(stop: threading.Event) -> None:
    """Deliver checkpoints until the end, and once more then: the last one was signed in the meantime."""
    ending = False
    while not ending:
        ending = stop.wait(DELIVERY)
        try:
            deliver_checkpoints()
        except (DatabaseError, psycopg.Error) as error:
            logger.warning("Audit log: the database is unavailable; retrying: %s", error)
        finally:
            connection.close()
