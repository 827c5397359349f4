"""Where checkpoints are kept outside. Whoever runs the platform names the places, in environment variables."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext

from vardkase.audit.chain.digests import canonical
from vardkase.core.mail.services import Mail, queue_mail
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch
from vardkase.exchange.socket_link import Link
from vardkase.hub.audit_log.held_elsewhere import ask_hub
from vardkase.hub.audit_log.problems import AuditLogProblem

SYSLOG_PORTS = {"tcp": 514, "tls": 6514}
NOTICE = 13 * 8 + 5
"""Facility log audit, severity notice (RFC 5424)."""
SECONDS = 20.0
EVERY = {"VARDKASE_AUDIT_MAIL": timedelta(days=1)}

type Send = Callable[[Mapping[str, Any]], None]
"""Delivers one checkpoint. Raises OSError, OutgoingFailed."""


@dataclass(frozen=True, slots=True)
class Destination:
    name: str
    """The environment variable that names it."""
    send: Send
    every: timedelta = timedelta()
    """Not more often than so."""


def destinations() -> list[Destination]:
    senders: dict[str, Callable[[str, Mapping[str, Any]], None]] = {
        "VARDKASE_AUDIT_FILE": _to_file,
        "VARDKASE_AUDIT_SYSLOG": _to_syslog,
        "VARDKASE_AUDIT_MAIL": _to_mail,
        "VARDKASE_AUDIT_URL": _to_url,
        "VARDKASE_AUDIT_HUB": _to_hub,
    }
    places = {name: str(getattr(settings, name)) for name in senders}
    return [
        Destination(name, partial(senders[name], place), EVERY.get(name, timedelta()))
        for name, place in places.items()
        if place
    ]


def _to_file(place: str, checkpoint: Mapping[str, Any]) -> None:
    descriptor = os.open(Path(place), os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        os.write(descriptor, canonical(checkpoint) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_syslog(place: str, checkpoint: Mapping[str, Any]) -> None:
    at = urlsplit(place)
    link = Link(at.hostname or "", at.port or SYSLOG_PORTS[at.scheme], tls=at.scheme == "tls")
    try:
        now, host = datetime.now(UTC), platform.node()[:255] or "-"
        line = f"<{NOTICE}>1 {now:%Y-%m-%dT%H:%M:%S.%f}Z {host} vardkase - audit.checkpoint - ".encode()
        line += canonical(checkpoint)
        link.send(b"%d %s" % (len(line), line))  # Octet counting (RFC 6587).
    finally:
        link.close()


def _to_mail(place: str, checkpoint: Mapping[str, Any]) -> None:
    subject = gettext("Checkpoint %(position)s of the audit log") % {"position": checkpoint["position"]}
    queue_mail([Mail(place, subject, canonical(checkpoint).decode())])


def _to_url(place: str, checkpoint: Mapping[str, Any]) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if settings.VARDKASE_AUDIT_URL_KEY:
        headers["Authorization"] = settings.VARDKASE_AUDIT_URL_KEY
    policy = RequestPolicy(timeout=SECONDS, seconds=SECONDS, limit=65_536, redirects=0)
    reply = fetch("POST", place, headers=headers, body=canonical(checkpoint), policy=policy)
    if reply.status >= 300:
        raise OutgoingFailed(AuditLogProblem.STATUS(status=reply.status))


def _to_hub(_place: str, checkpoint: Mapping[str, Any]) -> None:
    ask_hub("POST", "add", canonical(checkpoint))
