"""Syslog sender (RFC 5424) over TLS (RFC 5425), TCP (RFC 6587) or UDP (RFC 5426), or as plain lines."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from vardkase.exchange.links import Link
from vardkase.exchange.streams.bodies.messages import Message
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.senders.sender import MANY

FACILITY = 16
SEVERITY = 5
"""local0, notice."""
APPLICATION = "vardkase"
PRIVATE = "vardkase@32473"
"""Our structured data. The number is the one for those who have none registered (RFC 5612)."""
DATAGRAM = 65_000
"""Bytes that a datagram may have; more of a message is cut off."""


class SyslogSender:
    """A message counts as delivered when the other machine has acknowledged it; over UDP there is no
    confirmation."""

    at_once = MANY

    def __init__(self, stream: Stream) -> None:
        settings = stream.settings
        self._datagrams = settings["protocol"] == "udp"
        self._framing = settings["framing"]
        self._host = platform.node()[:255] or "-"
        self._link = Link(
            settings["host"],
            settings["port"],
            datagrams=self._datagrams,
            tls=settings["protocol"] == "tls",
            authority=settings["authority"],
        )

    def send(self, messages: Sequence[Message]) -> None:
        lines = [self._line(message) for message in messages]
        if self._datagrams:
            for line in lines:
                self._link.send(line[:DATAGRAM])
        elif lines:
            self._link.send(b"".join(map(self._framed, lines)))

    def idle(self) -> None:
        pass

    def close(self) -> None:
        self._link.close()

    def _line(self, message: Message) -> bytes:
        return (
            message.body if self._framing == "bare" else syslog_line(message, self._host, datetime.now(UTC))
        )

    def _framed(self, line: bytes) -> bytes:
        return b"%d %s" % (len(line), line) if self._framing == "octets" else line + b"\n"


def syslog_line(message: Message, host: str, now: datetime) -> bytes:
    """A message with an RFC 5424 header; the message itself is one line of UTF-8."""
    head = (
        f"<{FACILITY * 8 + SEVERITY}>1 {now:%Y-%m-%dT%H:%M:%S.%f}Z {host} {APPLICATION} - {message.topic[:32]} "
        f'[{PRIVATE} id="{message.id}"] '
    )
    return head.encode() + message.body
