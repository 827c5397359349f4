"""Distinguishes outages of the machine (disk full, database unavailable) from errors in the data."""

from __future__ import annotations

import errno
import logging

import psycopg
from django.db import InterfaceError, OperationalError

from vardkase.core.database.postgresql.base import OutcomeUnknown
from vardkase.core.errors import VardkaseError
from vardkase.core.problems import CommonProblem

log = logging.getLogger(__name__)

DISK_FULL = "53100"
OF_THE_DATABASE = ("08", "53", "57P", "58", "25006")
"""SQLSTATE: no connection, no disk, memory or room for connections, shutting down, files that cannot be used, a replica
that takes no writes."""
RETRY_AFTER = "5"
"""Seconds, for clients: a failover takes no longer than a few of these."""
GONE = ("08", "57P", "25006")
OF_THE_DISK = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO))
READ_ONLY = psycopg.errors.ReadOnlySqlTransaction
BROKEN = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, READ_ONLY)


class Outage(VardkaseError):
    """The hub cannot store anything now; the problem says why. Further writes would fail too."""


def outage_of(fault: BaseException) -> Outage | None:
    """The outage that `fault`, or its cause, indicates; None if the data caused it. Details go to the log."""
    cause: BaseException | None = fault
    while cause is not None:  # A library may have wrapped it: procrastinate does, when a job is ordered.
        if outage := _outage_of(cause):
            return outage
        cause = cause.__cause__
    return None


def _outage_of(fault: BaseException) -> Outage | None:
    if isinstance(fault, OSError) and fault.errno in OF_THE_DISK:
        return logged_outage(fault, disk=True)
    if not isinstance(fault, BROKEN) and not isinstance(fault.__cause__, READ_ONLY):
        return None
    if isinstance(fault, OutcomeUnknown):
        log.error("it is not known whether a commit was stored: %s", fault)
        return Outage(CommonProblem.OUTCOME_UNKNOWN())
    cause = fault if isinstance(fault, psycopg.Error) else fault.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    if state is None or state.startswith(OF_THE_DATABASE):
        return logged_outage(fault, disk=state == DISK_FULL)
    return None


def lost_connection(fault: BaseException) -> bool:
    """Whether the database went away under `fault`: another attempt may meet its successor."""
    if not isinstance(fault, BROKEN) and not isinstance(fault.__cause__, READ_ONLY):
        return False
    cause = fault if isinstance(fault, psycopg.Error) else fault.__cause__
    state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
    return state is None or state.startswith(GONE)


def took_too_long(fault: BaseException) -> bool:
    return isinstance(fault, psycopg.errors.QueryCanceled) or isinstance(
        fault.__cause__, psycopg.errors.QueryCanceled
    )


def raise_if_infrastructure_error(fault: Exception) -> None:
    if outage := outage_of(fault):
        raise outage from fault


def logged_outage(fault: BaseException, *, disk: bool) -> Outage:
    log.error("nothing can be stored: %s", fault)
    return Outage(CommonProblem.DISK_FULL() if disk else CommonProblem.DATABASE_UNAVAILABLE())
