"""Syslog sender (RFC 5424) over TLS (RFC 5425), TCP (RFC 6587) or UDP (RFC 5426), or as plain lines."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from vardkase.exchange.socket_link import Link
from vardkase.exchange.streams.bodies.messages import Message
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.senders.sender import MANY

FACILITY = 16
SEVERITY = 5
"""local0, notice."""
APPLICATION = "vardkase"
PRIVATE = "vardkase@32473"
"""The id of our structured data, with the enterprise number reserved for examples (RFC 5612)."""
DATAGRAM = 65_000
"""Bytes of a datagram (below UDP's 65,507); the rest of a message is cut off."""


class SyslogSender:
    """A message counts as delivered when the other machine has acknowledged it; over UDP there is no
    confirmation."""

    at_once = MANY

    def __init__(self, stream: Stream) -> None:
        settings = stream.settings
        self._datagrams = settings["protocol"] == "udp"
        self._framing = settings["framing"]
        # At most 255 characters, and "-" for none (RFC 5424).
        self._host = platform.node()[:255] or "-"
        self._link = Link(
            settings["host"],
            settings["port"],
            datagrams=self._datagrams,
            tls=settings["protocol"] == "tls",
            authority=settings["authority"],
        )

    def send(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        lines = [
            message.body if self._framing == "bare" else syslog_line(message, self._host, datetime.now(UTC))
            for message in messages
        ]
        if self._datagrams:
            for line in lines:
                # Whole messages: a datagram is one message (RFC 5426).
                self._link.send(line[:DATAGRAM])
        elif self._framing == "octets":  # Octet counting (RFC 6587): a line may then hold a line break.
            self._link.send(b"".join(b"%d %s" % (len(line), line) for line in lines))
        else:
            self._link.send(b"".join(line + b"\n" for line in lines))

    def idle(self) -> None:
        pass

    def close(self) -> None:
        self._link.close()


def syslog_line(message: Message, host: str, now: datetime) -> bytes:
    """A message with an RFC 5424 header; the message itself is one line of UTF-8."""
    head = (
        # MSGID has at most 32 characters (RFC 5424); "-" before it: no process id.
        f"<{FACILITY * 8 + SEVERITY}>1 {now:%Y-%m-%dT%H:%M:%S.%f}Z {host} {APPLICATION} - {message.topic[:32]} "
        f'[{PRIVATE} id="{message.id}"] '
    )
    return head.encode() + message.body
