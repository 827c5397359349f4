"""A real SMTP server on a free local port, and a hub configured to use it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from tests.support.ports import free_port


@dataclass
class MailServer:
    """The received mails: recipients and document of each. `refusal`, when set, is the response to every
    recipient.
    """

    port: int
    arrived: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    signed_in: list[tuple[bytes, bytes]] = field(default_factory=list)
    refusal: str = ""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.arrived.append((list(envelope.rcpt_tos), message_from_bytes(content, policy=default)))
        return "250 OK"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        """Accept everyone with the password "right"."""
        self.signed_in.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    @property
    def recipients(self) -> list[str]:
        """All recipients, sorted."""
        return sorted(address for addresses, _ in self.arrived for address in addresses)


@contextmanager
def mail_server(
    port: int = 0, *, certificate: ssl.SSLContext | None = None, **options: Any
) -> Iterator[MailServer]:
    """Run one for the length of a block."""
    server = MailServer(port or free_port())
    options = {"authenticator": server.authenticate, "auth_require_tls": False, **options}
    controller = Controller(
        server, hostname="127.0.0.1", port=server.port, tls_context=certificate, **options
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def use(settings: Any, port: int, **more: str) -> None:
    """Point the hub at the server on `port`, without encryption."""
    settings.VARDKASE_SMTP_HOST = "127.0.0.1"
    settings.VARDKASE_SMTP_PORT = port
    settings.VARDKASE_SMTP_SECURITY = "none"
    settings.VARDKASE_MAIL_FROM = "hub@hub.example"
    for name, value in more.items():
        setattr(settings, name, value)
