"""What carries messages to a receiver: one sender for each kind of stream, made anew after every failure."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.exchange.streams.models import Kind, Stream
from vardkase.exchange.streams.senders.kafka import KafkaSender
from vardkase.exchange.streams.senders.sender import Sender
from vardkase.exchange.streams.senders.syslog import SyslogSender
from vardkase.exchange.streams.senders.webhook import WebhookSender
from vardkase.exchange.streams.senders.zeromq import ZeroMqSender

__all__ = ["Sender", "opened_sender"]

SENDERS: dict[str, Callable[[Stream], Sender]] = {
    Kind.WEBHOOK: WebhookSender,
    Kind.SYSLOG: SyslogSender,
    Kind.KAFKA: KafkaSender,
    Kind.ZEROMQ: ZeroMqSender,
}


def opened_sender(stream: Stream) -> Sender:
    """A sender for the stream as it is set up now. Raises OutgoingFailed."""
    return SENDERS[stream.kind](stream)
