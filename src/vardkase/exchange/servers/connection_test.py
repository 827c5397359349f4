"""Step-by-step test of a connection: name, route, encryption, certificate, key, role, version, clock."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from vardkase.core.errors import Conflict
from vardkase.core.problems import Problem
from vardkase.exchange.certificates import Certificate, of_der, pem_of
from vardkase.exchange.errors import AddressRefused, OutgoingFailed, TimedOut
from vardkase.exchange.http import Reply
from vardkase.exchange.servers import client
from vardkase.exchange.servers.models import Server
from vardkase.exchange.servers.peer import Peer
from vardkase.exchange.servers.problems import ConnectionProblem
from vardkase.exchange.servers.queries import find_server
from vardkase.exchange.servers.services import edit_server
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import Reference

OPENSSL_EXPIRED = frozenset({9, 10})
"""OpenSSL's codes for a certificate that is not yet or no longer valid."""
OPENSSL_OTHER_NAME = frozenset({62, 64})
"""OpenSSL's codes for a certificate of another host name or address."""


class ConnectionFault(StrEnum):
    """The step at which a connection failed."""

    NAME = "name"
    CLOSED = "closed"
    REACH = "reach"
    SLOW = "slow"
    ENCRYPTION = "encryption"
    EXPIRED = "expired"
    OTHER_NAME = "other_name"
    UNTRUSTED = "untrusted"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Checkup:
    """The result of a connection test.

    `result` has MISP's members (`client.test_connection`). `fault` and `said` explain why there is no
    connection, `certificate` is the one presented (None without encryption), `clock` by how many seconds its
    clock is ahead of ours, `account` our user there.
    """

    result: dict[str, Any]
    fault: ConnectionFault | None = None
    said: Problem | None = None
    certificate: Certificate | None = None
    clock: int | None = None
    account: client.RemoteUser | None = None


def check(actor: Actor, reference: Reference) -> Checkup:
    """Test a connection and record whether it works. Raises NotFound, Forbidden."""
    server = find_server(actor, reference)
    try:
        reply = client.asked(server)
    except OutgoingFailed as failed:
        fault = fault_of(failed)
        found = Checkup(
            client.not_reached(failed), fault, failed.problem, _presented_certificate(server, fault)
        )
    else:
        result = client.judged(server, reply)
        found = Checkup(
            result,
            certificate=_presented_certificate(server, None),
            clock=_clock_offset(reply),
            account=_remote_account(actor, server, result["status"]),
        )
    client.noted(server, found.result["status"], found.said)
    return found


def trust(actor: Actor, reference: Reference, fingerprint: str) -> None:
    """Trust only the certificate that the peer presents, from now on.

    `fingerprint` is the one the user has seen: if another is presented now, nothing is changed. Raises
    Conflict, OutgoingFailed, NotFound, Forbidden.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    der = Peer(find_server(actor, reference)).certificate()
    shown = of_der(der)
    if shown is None or shown.fingerprint != fingerprint:
        raise Conflict(ConnectionProblem.OTHER_CERTIFICATE())
    # Through `edit_server`: whether the actor may redirect what is sent is decided there.
    pinned = {"submitted_cert": pem_of(der), "self_signed": shown.signed_itself}
    with transaction.atomic():
        edit_server(actor, reference, pinned)


def fault_of(failed: OutgoingFailed) -> ConnectionFault:
    if isinstance(failed, AddressRefused):
        return ConnectionFault.CLOSED
    # urllib3 and `http` wrap the system's error, which alone identifies the step that failed.
    for cause in _causes(failed):
        if isinstance(cause, ssl.SSLCertVerificationError):
            if cause.verify_code in OPENSSL_EXPIRED:
                return ConnectionFault.EXPIRED
            return (
                ConnectionFault.OTHER_NAME
                if cause.verify_code in OPENSSL_OTHER_NAME
                else ConnectionFault.UNTRUSTED
            )
        if isinstance(cause, socket.gaierror):
            return ConnectionFault.NAME
        # After the more special SSLCertVerificationError, and before OSError, which it is as well.
        if isinstance(cause, ssl.SSLError):
            return ConnectionFault.ENCRYPTION
        if isinstance(cause, TimeoutError):
            return ConnectionFault.SLOW
        if isinstance(cause, OSError):
            return ConnectionFault.REACH
    return ConnectionFault.SLOW if isinstance(failed, TimedOut) else ConnectionFault.OTHER


def _causes(error: BaseException) -> Iterator[BaseException]:
    while error.__cause__ is not None:
        error = error.__cause__
        yield error


BEFORE_CERTIFICATE = frozenset(
    {ConnectionFault.NAME, ConnectionFault.CLOSED, ConnectionFault.REACH, ConnectionFault.SLOW}
)


def _presented_certificate(server: Server, fault: ConnectionFault | None) -> Certificate | None:
    if fault in BEFORE_CERTIFICATE or not server.url.startswith("https:"):
        return None
    try:
        return of_der(Peer(server).certificate())
    except OutgoingFailed:
        return None


def _clock_offset(reply: Reply) -> int | None:
    try:
        date = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return None
    return round((date.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _remote_account(actor: Actor, server: Server, status: int) -> client.RemoteUser | None:
    if status not in (client.WORKS, client.NO_RIGHTS, client.ONLY_SIGHTINGS):
        return None
    try:
        return client.remote_user(actor, server.pk)
    except OutgoingFailed:
        return None
