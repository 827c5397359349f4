"""What is wrong with this machine and not with the data: a full disk, a database that is gone."""

from __future__ import annotations

import errno

import psycopg
from django.db import InterfaceError, OperationalError

from vardkase.core.errors import VardkaseError

OF_THE_DATABASE = ("08", "53", "57P")
"""SQLSTATE: no connection, no disk, memory or room for connections, shutting down."""
OF_THE_DISK = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE))

BROKEN = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class Outage(VardkaseError):
    """This hub cannot store anything now; the text says why. What comes next would fail alike."""


def raise_outage(fault: Exception) -> None:
    """Raise Outage when `fault` is none of the data that was being stored; return otherwise."""
    if isinstance(fault, OSError) and fault.errno in OF_THE_DISK:
        raise Outage(f"This hub cannot store anything: {fault.strerror}") from fault
    if isinstance(fault, BROKEN):
        cause = fault if isinstance(fault, psycopg.Error) else fault.__cause__
        state = cause.sqlstate if isinstance(cause, psycopg.Error) else None
        if state is None or state.startswith(OF_THE_DATABASE):
            raise Outage(f"This hub cannot store anything: {_first_line(fault)}") from fault


def _first_line(fault: Exception) -> str:
    return str(fault).strip().partition("\n")[0]
