"""Requests to the peer of a connection, with its responses and readable errors."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from vardkase.core import json_limits
from vardkase.core.instance import instance_uuid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import MEBIBYTE, Method, Reply, RequestPolicy, fetch, presented_certificate
from vardkase.exchange.request_retries import with_retries
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.servers.problems import PeerProblem

SHORT = 30.0
"""Seconds for a request about the connection itself."""


class RemoteRefused(OutgoingFailed):
    """The other instance returned an error; `status` is its HTTP status, `message` its reason ("" for none)."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        problem = PeerProblem.REFUSED(status=status, said=message)
        super().__init__(problem if message else PeerProblem.REFUSED_SILENTLY(status=status))


type Question = tuple[Method, str, bytes]

AGENT = "MISP 2.5 (Vardkase)"
"""MISP signs protected events only for clients whose user agent begins with its name."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The other end of one connection.

    `seconds` limits an exchange, `limit` the bytes of a response. `patient` peers, for background work, retry
    after broken connections and temporary errors. `ahead` holds the requests started by `begin`.
    """

    server: Server
    seconds: float = SHORT
    limit: int = 16 * MEBIBYTE
    patient: bool = False
    ahead: dict[Question, Future[Reply]] = field(default_factory=dict, compare=False, repr=False)

    def ask(
        self, method: Method, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send one request (`body` as JSON, bytes unchanged) and return the response, whatever its status.
        Raises OutgoingFailed."""
        content = body if body is None or isinstance(body, bytes) else msgspec.json.encode(body)
        sent = {**self._headers(), **(headers or {})}
        return fetch(method, f"{self.server.url}/{path}", headers=sent, body=content, policy=self._policy())

    def begin(self, pool: Executor, method: Method, path: str, body: Any = None) -> None:
        """Start a request in another thread that `with_retries` will make later; errors are raised there."""
        question = _question(method, path, body)
        self.ahead[question] = pool.submit(self._patiently, method, path, body)

    def with_retries(self, method: Method, path: str, body: Any = None) -> Reply:
        """Like `ask`, for requests that can be repeated safely."""
        # Taken out: a second request for the same has to see what changed since.
        begun = self.ahead.pop(_question(method, path, body), None) if self.ahead else None
        return begun.result() if begun is not None else self._patiently(method, path, body)

    def _patiently(self, method: Method, path: str, body: Any) -> Reply:
        ask = partial(self.ask, method, path, body)
        return with_retries(ask) if self.patient else ask()

    def document(self, method: Method, path: str, body: Any = None) -> Any:
        return decoded(self.with_retries(method, path, body))

    def certificate(self) -> bytes:
        return presented_certificate(self.server.url, policy=self._policy())

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": KEYS.decrypt(self.server.encrypted_key),
            "Accept": "application/json",
            "Content-Type": "application/json",
            "MISP-uuid": instance_uuid(),
            "User-Agent": AGENT,
        }

    def _policy(self) -> RequestPolicy:
        return RequestPolicy(
            authority=self.server.authority,
            client_certificate=KEYS.decrypt(self.server.encrypted_certificate),
            direct=self.server.skip_proxy,
            timeout=self.seconds / 2,
            seconds=self.seconds,
            limit=self.limit,
        )


def _question(method: Method, path: str, body: Any) -> Question:
    return method, path, msgspec.json.encode(body)


def decoded(reply: Reply) -> Any:
    if not 200 <= reply.status < 300:
        raise RemoteRefused(reply.status, message_of(reply))
    try:
        return json_limits.decoded(reply.content)
    except ValueError as error:
        raise OutgoingFailed(PeerProblem.NOT_JSON()) from error


def message_of(reply: Reply) -> str:
    try:
        answer = json_limits.decoded(reply.content)
    except ValueError:
        return ""
    message = answer.get("message") or answer.get("name") if isinstance(answer, dict) else None
    errors = answer.get("errors") if isinstance(answer, dict) else None
    return " ".join(str(part)[:300] for part in (message, errors) if part)
