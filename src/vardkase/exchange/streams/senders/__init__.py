"""Senders that deliver messages to a receiver: one per stream kind, recreated after each failure."""

from __future__ import annotations

from importlib import import_module

from vardkase.core.optional_parts import OptionalPart, PartMissing
from vardkase.exchange.streams.errors import NotTaken, StreamFault
from vardkase.exchange.streams.models import Stream, StreamKind
from vardkase.exchange.streams.senders.sender import Sender

__all__ = ["Sender", "opened_sender"]

SENDERS = {
    StreamKind.WEBHOOK: "webhook.WebhookSender",
    StreamKind.SYSLOG: "syslog.SyslogSender",
    StreamKind.KAFKA: "kafka.KafkaSender",
    StreamKind.ZEROMQ: "zeromq.ZeroMqSender",
}
"""Loaded when they are needed: the clients of Kafka and ZeroMQ take their time, and few hubs use both."""
OPTIONAL = {StreamKind.KAFKA: OptionalPart.KAFKA, StreamKind.ZEROMQ: OptionalPart.ZEROMQ}


def opened_sender(stream: Stream) -> Sender:
    """A sender for the stream's current configuration. Raises OutgoingFailed."""
    module, _, name = SENDERS[StreamKind(stream.kind)].partition(".")
    part = OPTIONAL.get(StreamKind(stream.kind))
    try:
        if part:
            part.require()
    except PartMissing as missing:
        raise NotTaken(StreamFault.OURS, missing.problem) from missing
    sender: Sender = getattr(import_module(f"{__name__}.{module}"), name)(stream)
    return sender
