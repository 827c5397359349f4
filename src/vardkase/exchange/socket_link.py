"""Outgoing plain socket connections for services without HTTP, with the same address checks, timeouts and TLS as
`http`.
"""

from __future__ import annotations

import fcntl
import socket
import ssl
import struct
import termios
import time
from contextlib import closing, suppress

from django.conf import settings

from vardkase.exchange.addresses import networks
from vardkase.exchange.checked_sockets import connected, require_permitted
from vardkase.exchange.errors import OutgoingFailed, TimedOut
from vardkase.exchange.problems import OutgoingProblem, words_of
from vardkase.exchange.tls import tls_context

TIMEOUT = 20.0
"""Seconds to connect, and for the other side to acknowledge what was sent."""
GLANCE = 0.01


class Link:
    """A send-only connection. With `tls`, `authority` (PEM) can name the only trusted certificate."""

    def __init__(
        self, host: str, port: int, *, datagrams: bool = False, tls: bool = False, authority: str = ""
    ) -> None:
        self.place = f"{host}:{port}"
        self._stream = not datagrams
        try:
            self._socket = connected(
                host, port, TIMEOUT, networks(settings.VARDKASE_PRIVATE_NETWORKS), datagrams=datagrams
            )
            if tls:
                self._socket = tls_context(authority).wrap_socket(self._socket, server_hostname=host)
        except OSError as error:
            raise self._failed(error) from error

    def send(self, data: bytes) -> None:
        """Send all of `data`; returns when the peer's machine has received it, or (datagrams) when it is
        sent.

        Raises OutgoingFailed; how much arrived is then unknown.
        """
        try:
            if self._stream and self._has_ended():
                raise ConnectionResetError("the other side has closed the connection")
            self._socket.sendall(data)
            if self._stream:
                self._wait_for_acknowledgement()
        except OSError as error:
            raise self._failed(error) from error

    def close(self) -> None:
        with suppress(OSError), closing(self._socket):
            if self._stream:
                self._socket.shutdown(socket.SHUT_RDWR)

    def _has_ended(self) -> bool:
        self._socket.setblocking(False)
        try:
            while self._socket.recv(4096):  # Whatever was received is discarded: an empty read means closed.
                pass
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            self._socket.settimeout(TIMEOUT)
        return True

    def _wait_for_acknowledgement(self) -> None:
        """Wait until the peer's kernel has acknowledged everything sent."""
        deadline = time.monotonic() + TIMEOUT
        # Linux counts what the peer's kernel has not acknowledged (SIOCOUTQ): `sendall` returns much earlier, and
        # syslog has no answer of its own.
        while struct.unpack("i", fcntl.ioctl(self._socket, termios.TIOCOUTQ, struct.pack("i", 0)))[0]:
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(GLANCE)
        if self._has_ended():
            raise ConnectionResetError("the other side has closed the connection")

    def _failed(self, error: OSError) -> OutgoingFailed:
        if isinstance(error, TimeoutError):
            return TimedOut(OutgoingProblem.TIMED_OUT(place=self.place))
        return OutgoingFailed(
            OutgoingProblem.UNREACHABLE(place=self.place, **words_of(str(error.strerror or error)))
        )


def require_reachable(host: str, port: int) -> None:
    """Check a host name that third-party code will connect to. Raises OutgoingFailed."""
    try:
        require_permitted(host, port, networks(settings.VARDKASE_PRIVATE_NETWORKS))
    except OSError as error:
        raise OutgoingFailed(OutgoingProblem.NAME_NOT_FOUND(host=host, **words_of(str(error)))) from error
