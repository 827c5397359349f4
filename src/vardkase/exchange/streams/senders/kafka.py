"""Kafka sender: message id as a header, keyed by event to preserve the order within one event.

librdkafka opens its connections itself. So the configured brokers are checked before it starts, and those that they
name (it connects to them only to produce) before each batch: an address that may not be reached ends the sender.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka import Message as Report

from vardkase.exchange.errors import OutgoingFailed, TimedOut
from vardkase.exchange.socket_link import require_reachable
from vardkase.exchange.streams.bodies.messages import Message
from vardkase.exchange.streams.errors import NotTaken, StreamFault
from vardkase.exchange.streams.models import Stream
from vardkase.exchange.streams.problems import ReceiverProblem
from vardkase.exchange.streams.senders.sender import MANY, secrets_of
from vardkase.exchange.streams.topics import TOPICS

TIMEOUT = 30.0
LARGEST = 64 * 1024 * 1024
PORT = 9092
SASL = ("sasl_plaintext", "sasl_ssl")
CREDENTIALS = frozenset(
    (
        "_AUTHENTICATION",
        "SASL_AUTHENTICATION_FAILED",
        "TOPIC_AUTHORIZATION_FAILED",
        "CLUSTER_AUTHORIZATION_FAILED",
    )
)
UNREACHABLE = frozenset(("_ALL_BROKERS_DOWN", "_TRANSPORT", "_RESOLVE"))
"""Names of librdkafka's errors."""


class KafkaSender:
    """A message counts as delivered when all in-sync replicas have it (acks=all)."""

    at_once = MANY

    def __init__(self, stream: Stream) -> None:
        self._names = stream.settings.get("names", {})
        # Not a method of this object: producer and sender would hold each other, and librdkafka's threads live on.
        self._errors: deque[KafkaError] = deque(maxlen=1)
        for place in stream.settings["brokers"].split(","):
            host, _, port = place.rpartition(":")
            require_reachable((host or place).strip("[]"), int(port) if host else PORT)
        try:
            self._producer = Producer(_configuration(stream), error_cb=self._errors.append)
        except KafkaException as error:
            raise NotTaken(StreamFault.OURS, ReceiverProblem.KAFKA_CONFIGURATION(said=str(error))) from error
        self._require_reachable_brokers()

    def send(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        self._require_reachable_brokers()
        failed: list[KafkaError] = []

        def reported(error: KafkaError | None, _report: Report) -> None:
            if error is not None:
                failed.append(error)

        for message in messages:
            self._produce(message, reported)
        if self._producer.flush(TIMEOUT):
            # librdkafka retries in silence: the last error that it reported explains more than the timeout.
            raise _failure_of(self._errors[0]) if self._errors else TimedOut(ReceiverProblem.BROKERS_LATE())
        if failed:
            raise _failure_of(failed[0])

    def idle(self) -> None:
        self._producer.poll(0)

    def close(self) -> None:
        self._producer.purge()  # What was not acknowledged is sent again from the outbox.
        self._producer.flush(0)
        # Its threads end with the last reference.
        del self._producer

    def _produce(self, message: Message, reported: Any) -> None:
        topic = self._names.get(message.topic) or TOPICS[message.topic].kafka
        headers: dict[str, str | bytes | None] = {"id": message.id}
        try:
            self._producer.produce(
                topic, message.body, key=message.key, headers=headers, on_delivery=reported
            )
        # librdkafka's own queue is full.
        except BufferError as error:
            raise TimedOut(ReceiverProblem.BROKERS_SLOW()) from error
        except KafkaException as error:
            raise _failure_of(error.args[0]) from error

    def _require_reachable_brokers(self) -> None:
        try:
            known = self._producer.list_topics(timeout=TIMEOUT)
        except KafkaException as error:
            raise _failure_of(self._errors[0] if self._errors else error.args[0]) from error
        for broker in known.brokers.values():
            require_reachable(broker.host, broker.port)


def _configuration(stream: Stream) -> dict[str, Any]:
    settings = stream.settings
    configured = {
        "bootstrap.servers": settings["brokers"],
        "security.protocol": settings["security"],
        "enable.idempotence": True,  # A retry neither repeats nor reorders the messages of a partition.
        # A broker is connected to only to produce to it, after its address was checked.
        "enable.sparse.connections": True,
        "compression.type": "zstd",
        "message.max.bytes": LARGEST,
        "delivery.timeout.ms": int(TIMEOUT * 1000),
        "client.id": "vardkase",
        "log_level": 0,  # It would write to stderr past our log; failures arrive through `error_cb`.
    }
    if settings["security"] in SASL:
        password = secrets_of(stream).get("password", "")
        configured |= {
            "sasl.mechanism": settings["mechanism"],
            "sasl.username": settings["username"],
            "sasl.password": password,
        }
    if settings.get("authority"):
        configured["ssl.ca.pem"] = settings["authority"]
    return configured


def _failure_of(error: KafkaError) -> OutgoingFailed:
    problem = ReceiverProblem.KAFKA(said=error.str())
    if error.name() in UNREACHABLE:
        return OutgoingFailed(problem)
    if error.name() in CREDENTIALS:
        return NotTaken(StreamFault.CREDENTIALS, problem)
    return NotTaken(
        StreamFault.TOO_LARGE if error.name() == "MSG_SIZE_TOO_LARGE" else StreamFault.REFUSED, problem
    )
