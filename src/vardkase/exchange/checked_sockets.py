"""Outgoing connections with address checks: urllib3 connections with name resolution done here."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Url, make_headers, parse_url

from vardkase.exchange.addresses import Network, may_be_reached
from vardkase.exchange.errors import AddressRefused
from vardkase.exchange.problems import OutgoingProblem

PORTS = {"http": 80, "https": 443}

type Opener = Callable[[str, int, float], socket.socket]
"""Host, port and the longest silence in seconds → a connected socket."""
type Endpoint = tuple[socket.AddressFamily, tuple[str, int]]


@dataclass(slots=True)
class AddressPolicy:
    """Opens the sockets of one exchange, only to permitted addresses, and closes them on timeout."""

    permitted: tuple[Network, ...] = ()
    timed_out: bool = False
    inside: bool = False
    """Whether the last connection leads to a non-public address, or may do so (through a proxy)."""
    _open: list[socket.socket] = field(default_factory=list)
    _leaving: ExitStack = field(default_factory=ExitStack)

    def connect(self, host: str, port: int, timeout: float, *, judged: bool = True) -> socket.socket:
        opened = connected(host, port, timeout, self.permitted if judged else None)
        self.inside = not judged or not may_be_reached(opened.getpeername()[0], ())
        # A duplicate: urllib3 may close its own, and shutting down either ends both.
        self._open.append(self._leaving.enter_context(opened.dup()))
        return opened

    def refuse_private(self, host: str, port: int) -> None:
        """Raise AddressRefused if the name resolves locally to an address that may not be reached."""
        # Where a proxy is needed, often only the proxy can resolve names outside.
        with contextlib.suppress(OSError):
            require_permitted(host, port, self.permitted)

    @contextmanager
    def closing_after(self, seconds: float) -> Iterator[None]:
        """Limit the block's total time: a server must not hold us by sending a byte now and then."""
        clock = threading.Timer(seconds, self._shut_down_all)
        clock.daemon = True
        clock.start()
        self._leaving.callback(clock.cancel)
        with self._leaving:
            yield

    def close_after(self, connection: HTTPConnection) -> HTTPConnection:
        self._leaving.callback(connection.close)
        return connection

    def _shut_down_all(self) -> None:
        self.timed_out = True
        for opened in self._open:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


def connected(
    host: str, port: int, timeout: float, permitted: Sequence[Network] | None, *, datagrams: bool = False
) -> socket.socket:
    """Connect to the first permitted address of `host` that answers; with None, any address is permitted.

    `timeout` is the longest silence in seconds. Raises AddressRefused, OSError.
    """
    found = [
        endpoint
        for endpoint in _addresses(host, port)
        if permitted is None or may_be_reached(endpoint[1][0], permitted)
    ]
    if not found:
        raise AddressRefused(OutgoingProblem.PRIVATE_ADDRESS(host=host))
    failure = OSError("no address")
    for family, address in found:
        # The address that was checked, not the name: it could resolve differently the second time.
        opened = socket.socket(family, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
        opened.settimeout(timeout)
        try:
            opened.connect(address)
        except OSError as error:
            opened.close()
            failure = error
        else:
            return opened
    raise failure


def require_permitted(host: str, port: int, permitted: Sequence[Network]) -> None:
    """Check all addresses of a name that third-party code will connect to; raises AddressRefused, OSError."""
    if not all(may_be_reached(endpoint[1][0], permitted) for endpoint in _addresses(host, port)):
        raise AddressRefused(OutgoingProblem.PRIVATE_ADDRESS(host=host))


def connection_to(
    gate: AddressPolicy, target: Url, context: ssl.SSLContext | None, timeout: float, proxy: str
) -> tuple[HTTPConnection, str, dict[str, str]]:
    """A connection for a request to `target`, with the path and headers to use.

    With a `proxy`, only the proxy is connected to, so the target is checked only if its name resolves
    locally. `context` is given if the target uses TLS.
    """
    host, port = _host_and_port(target)
    if not proxy:
        direct = _connection(host, port, context, timeout, gate.connect)
        return gate.close_after(direct), target.request_uri, {}
    gate.refuse_private(host, port)
    at = parse_url(proxy)
    credentials = make_headers(proxy_basic_auth=at.auth) if at.auth else {}
    through = partial(gate.connect, judged=False)
    connection = gate.close_after(_connection(*_host_and_port(at), context, timeout, through))
    if context is None:
        return connection, target.url, credentials
    connection.set_tunnel(host, port, credentials)
    return connection, target.request_uri, {}


def _connection(
    host: str, port: int, context: ssl.SSLContext | None, timeout: float, opener: Opener
) -> HTTPConnection:
    if context is None:
        return _Plain(host, port, timeout, opener)
    return _Encrypted(host, port, timeout, opener, context)


class _Plain(HTTPConnection):
    def __init__(self, host: str, port: int, timeout: float, opener: Opener) -> None:
        super().__init__(host, port, timeout=timeout)
        self._opener = partial(opener, host, port, timeout)

    def _new_conn(self) -> socket.socket:
        return self._opener()


class _Encrypted(HTTPSConnection):
    def __init__(self, host: str, port: int, timeout: float, opener: Opener, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=timeout, ssl_context=context)
        self._opener = partial(opener, host, port, timeout)

    def _new_conn(self) -> socket.socket:
        return self._opener()


def _host_and_port(target: Url) -> tuple[str, int]:
    return (target.host or "").strip("[]"), target.port or PORTS[target.scheme or "http"]


def _addresses(host: str, port: int) -> list[Endpoint]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError("not a host name") from error
    return [(family, address) for family, _, _, _, address in found]  # type: ignore[misc]
