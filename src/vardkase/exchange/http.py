"""The only outgoing HTTP client: all requests from the hub to other systems go through it.

An address is checked where the connection is made, after its name was resolved and for every hop, so neither a
name that resolves differently the second time nor a redirect leads inside. The whole exchange is limited in time and
size. Nothing else in the code base opens connections (a test checks that).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException
from itertools import count
from time import perf_counter
from typing import Literal
from urllib.parse import urljoin

from django.conf import settings
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Url, parse_url

from vardkase.core.bounded_blocking import TooManyBlockedThreads, blocking
from vardkase.core.telemetry import metrics, traces
from vardkase.core.telemetry.request_ids import HEADER as REQUEST_ID_HEADER
from vardkase.core.telemetry.request_ids import request_id
from vardkase.exchange.addresses import Network, networks
from vardkase.exchange.checked_sockets import AddressPolicy, connection_to
from vardkase.exchange.errors import OutgoingFailed, ReplyTooBig, TimedOut, Unreachable
from vardkase.exchange.problems import OutgoingProblem, words_of
from vardkase.exchange.tls import tls_context, unchecked_context

MEBIBYTE = 1024 * 1024
CHUNK = 65_536
REDIRECTS = frozenset((301, 302, 303, 307, 308))
HEADERS_FOR_ALL = frozenset(("accept", "accept-encoding", "accept-language", "user-agent"))
"""Headers that a redirect to another server may keep: none that could hold a key."""
BASIC_HEADERS = {"User-Agent": "Vardkase", "Accept-Encoding": "gzip, deflate"}

type Method = Literal["GET", "HEAD", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True)
class RequestPolicy:
    """How to connect to a server.

    `authority` (PEM): only this certificate, or those it signed, are trusted. `client_certificate` (PEM): our
    certificate and its key. `networks` (CIDR): non-public networks where this server may be. The operator's
    own such networks count only with `inside`: do not set it for addresses that any member can enter.
    `direct`: bypass the proxy. `timeout` is the longest silence and `seconds` the longest exchange, `limit`
    the maximum size of a response in bytes, decompressed.
    """

    authority: str = ""
    client_certificate: str = ""
    networks: tuple[str, ...] = ()
    inside: bool = True
    direct: bool = False
    timeout: float = 30.0
    seconds: float = 120.0
    limit: int = 64 * MEBIBYTE
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete response; `url` is its source after redirects, names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    url: str
    content: bytes


@dataclass(frozen=True, slots=True)
class StreamedReply:
    """A response with its content as a stream; each step may raise OutgoingFailed."""

    status: int
    headers: Mapping[str, str]
    url: str
    content: Iterator[bytes]


def fetch(
    method: Method,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    policy: RequestPolicy | None = None,
) -> Reply:
    """Request `url` and return the response, whatever its status.

    Raises OutgoingFailed: AddressRefused, TimedOut, ReplyTooBig, or itself for other failures.
    """
    with stream(method, url, headers=headers, body=body, policy=policy) as reply:
        return Reply(reply.status, reply.headers, reply.url, b"".join(reply.content))


@contextmanager
def stream(
    method: Method,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    policy: RequestPolicy | None = None,
) -> Iterator[StreamedReply]:
    """Like `fetch`, with the content as a stream; the connection closes with the block."""
    policy = policy or RequestPolicy()
    sent: Mapping[str, str] = BASIC_HEADERS | _origin_of_request() | dict(headers or {})
    target = _parsed_url(url)
    gate = AddressPolicy()
    with _within_thread_limit(), gate.closing_after(policy.seconds):
        with (
            _network_errors_as_failures(gate, target),
            _timed(method),
        ):
            reply, target = _response_after_redirects(gate, policy, method, target, sent, body)
        received = {name.lower(): value for name, value in reply.headers.items()}
        yield StreamedReply(
            reply.status, received, target.url, _bounded_content(gate, reply, target, policy.limit)
        )


def _origin_of_request() -> dict[str, str]:
    number = request_id.get()
    return ({REQUEST_ID_HEADER: number} if number else {}) | traces.outgoing_headers()


@contextmanager
def _timed(method: Method) -> Iterator[None]:
    outcome, begun = "failed", perf_counter()
    try:
        with traces.span("outgoing request", {"method": method}):
            yield
        outcome = "answered"
    finally:
        metrics.OUTGOING.labels(outcome).observe(perf_counter() - begun)


@contextmanager
def _within_thread_limit() -> Iterator[None]:
    try:
        with blocking():
            yield
    except TooManyBlockedThreads as refused:
        raise OutgoingFailed(refused.problem) from refused


def presented_certificate(url: str, *, policy: RequestPolicy | None = None) -> bytes:
    """The certificate (DER) that a server presents, trusted or not, for people to look at.

    Nothing is sent over the connection. Raises OutgoingFailed.
    """
    policy = policy or RequestPolicy()
    target = _parsed_url(url)
    if target.scheme != "https":
        raise OutgoingFailed(OutgoingProblem.NO_CERTIFICATE(place=_origin(target)))
    gate = AddressPolicy(_permitted(policy))
    with (
        _within_thread_limit(),
        gate.closing_after(policy.seconds),
        _network_errors_as_failures(gate, target),
    ):
        context = unchecked_context(policy.client_certificate)
        connection, _, _ = connection_to(gate, target, context, policy.timeout, _proxy(policy))
        connection.connect()
        return connection.sock.getpeercert(binary_form=True) or b""  # type: ignore[union-attr]


def _response_after_redirects(
    gate: AddressPolicy,
    policy: RequestPolicy,
    method: Method,
    target: Url,
    headers: Mapping[str, str],
    body: bytes | None,
) -> tuple[BaseHTTPResponse, Url]:
    for hops in count():
        reply = _send(gate, policy, method, target, headers, body)
        # Only requests without a body: a POST that is repeated elsewhere may act twice.
        follows = reply.status in REDIRECTS and method in ("GET", "HEAD")
        place = reply.headers.get("location", "") if follows else ""
        if not place or not policy.redirects:
            break
        # Its body is not read: the next hop opens a connection of its own.
        reply.close()
        if hops == policy.redirects:
            raise OutgoingFailed(OutgoingProblem.TOO_MANY_REDIRECTS(place=_origin(target)))
        target, policy, headers = _next_hop(target, place, policy, headers, inside=gate.inside)
    return reply, target


def _send(
    gate: AddressPolicy,
    policy: RequestPolicy,
    method: Method,
    target: Url,
    headers: Mapping[str, str],
    body: bytes | None,
) -> BaseHTTPResponse:
    gate.permitted = _permitted(policy)  # Anew for every hop, as a redirect narrows what is allowed.
    context = tls_context(policy.authority, policy.client_certificate) if target.scheme == "https" else None
    connection, path, extra = connection_to(gate, target, context, policy.timeout, _proxy(policy))
    connection.request(method, path, body=body, headers={**headers, **extra}, preload_content=False)
    return connection.getresponse()


def _permitted(policy: RequestPolicy) -> tuple[Network, ...]:
    operators = settings.VARDKASE_PRIVATE_NETWORKS if policy.inside else ()
    return networks((*operators, *policy.networks))


def _proxy(policy: RequestPolicy) -> str:
    return "" if policy.direct else str(settings.VARDKASE_PROXY)


def _parsed_url(url: str) -> Url:
    try:
        target = parse_url(url)
    except LocationParseError as error:
        raise OutgoingFailed(OutgoingProblem.BAD_ADDRESS()) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise OutgoingFailed(OutgoingProblem.BAD_SCHEME())
    if target.auth:
        raise OutgoingFailed(OutgoingProblem.CREDENTIALS_IN_ADDRESS())
    return target


def _next_hop(
    target: Url, place: str, policy: RequestPolicy, headers: Mapping[str, str], *, inside: bool
) -> tuple[Url, RequestPolicy, Mapping[str, str]]:
    """The target of a redirect, and what is sent along: to another server, neither keys nor network
    exceptions.

    A public server must not redirect us into the operator's networks: only one that is `inside` itself may.
    """
    following = _parsed_url(urljoin(target.url, place))
    # Also on the same host: headers with our key would go out in the clear.
    if target.scheme == "https" and following.scheme != "https":
        raise OutgoingFailed(OutgoingProblem.UNENCRYPTED_REDIRECT(place=_origin(target)))
    if (following.scheme, following.netloc) == (target.scheme, target.netloc):
        return following, policy, headers
    policy = replace(
        policy, authority="", client_certificate="", networks=(), inside=policy.inside and inside
    )
    kept = {name: value for name, value in headers.items() if name.lower() in HEADERS_FOR_ALL}
    return following, policy, kept


def _bounded_content(
    gate: AddressPolicy, reply: BaseHTTPResponse, target: Url, limit: int
) -> Iterator[bytes]:
    total = 0
    with _network_errors_as_failures(gate, target):
        while piece := reply.read(CHUNK, decode_content=True):
            total += len(piece)
            if total > limit:
                raise ReplyTooBig(OutgoingProblem.ANSWER_TOO_BIG(place=_origin(target), bytes=limit))
            yield piece
        if gate.timed_out:  # A connection closed by our timer reads like one that ended.
            raise TimedOut(OutgoingProblem.TIMED_OUT(place=_origin(target)))


@contextmanager
def _network_errors_as_failures(gate: AddressPolicy, target: Url) -> Iterator[None]:
    try:
        yield
    except (OSError, HTTPException, HTTPError, ValueError) as error:
        if gate.timed_out or isinstance(error, TimeoutError):
            raise TimedOut(OutgoingProblem.TIMED_OUT(place=_origin(target))) from error
        problem = OutgoingProblem.UNREACHABLE(
            place=_origin(target), **words_of(str(error).rpartition(": ")[2] or type(error).__name__)
        )
        raise Unreachable(problem) from error


def _origin(target: Url) -> str:
    return f"{target.scheme}://{target.netloc}"
