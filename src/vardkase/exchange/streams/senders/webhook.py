"""Webhook sender: signed HTTP requests with one MISP message each, or batches of ECS or CEF lines."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus

from vardkase.core.clock import now_seconds
from vardkase.exchange.http import RequestPolicy, fetch
from vardkase.exchange.streams.bodies.messages import Message
from vardkase.exchange.streams.errors import NotTaken, StreamFault
from vardkase.exchange.streams.models import Format, Stream
from vardkase.exchange.streams.problems import ReceiverProblem
from vardkase.exchange.streams.senders.sender import MANY, secrets_of
from vardkase.exchange.streams.signatures import signed

TYPES = {Format.ECS: "application/x-ndjson", Format.CEF: "text/plain; charset=utf-8"}
ANSWER = 64 * 1024
SECONDS = 60.0
FAULTS: dict[int, StreamFault] = {
    HTTPStatus.UNAUTHORIZED: StreamFault.CREDENTIALS,
    HTTPStatus.FORBIDDEN: StreamFault.CREDENTIALS,
    HTTPStatus.GONE: StreamFault.GONE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: StreamFault.TOO_LARGE,
    HTTPStatus.TOO_MANY_REQUESTS: StreamFault.BUSY,
    HTTPStatus.SERVICE_UNAVAILABLE: StreamFault.BUSY,
}


class WebhookSender:
    """A 2xx response acknowledges; redirects are not followed."""

    def __init__(self, stream: Stream) -> None:
        self._url = stream.settings["url"]
        self._format = stream.format
        self._secrets = secrets_of(stream)
        self.at_once = 1 if stream.format == Format.MISP else MANY
        self._policy = RequestPolicy(
            authority=stream.settings["authority"],
            # A redirect could lead signed messages and the credentials elsewhere.
            redirects=0,
            timeout=SECONDS,
            seconds=SECONDS,
            limit=ANSWER,
        )

    def send(self, messages: Sequence[Message]) -> None:
        if self._format == Format.MISP:
            for message in messages:
                self._post(message.id, message.topic, "application/json", message.body)
        elif messages:
            ids = "\n".join(message.id for message in messages)
            lines = b"".join(message.body + b"\n" for message in messages)
            # The same lines have the same id, and others never.
            self._post(
                hashlib.sha256(ids.encode()).hexdigest(),
                messages[0].topic,
                TYPES[Format(self._format)],
                lines,
            )

    def idle(self) -> None:
        pass

    def close(self) -> None:
        pass

    def _post(self, message_id: str, topic: str, content_type: str, body: bytes) -> None:
        # With the previous secret for some time, so that receivers can change over gradually.
        until = self._secrets.get("former_until", "")
        is_valid = bool(until) and datetime.now(UTC) < datetime.fromisoformat(until)
        keys = [self._secrets["signing"], *([self._secrets["former_signing"]] if is_valid else [])]
        headers = signed(message_id, now_seconds(), body, keys)
        headers |= {"Content-Type": content_type, "X-Vardkase-Topic": topic}
        if authorization := self._secrets.get("authorization"):
            headers["Authorization"] = authorization
        status = fetch("POST", self._url, headers=headers, body=body, policy=self._policy).status
        if not 200 <= status < 300:
            raise NotTaken(FAULTS.get(status, StreamFault.REFUSED), ReceiverProblem.STATUS(status=status))
