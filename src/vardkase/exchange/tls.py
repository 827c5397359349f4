"""TLS: server verification and client certificates for outgoing connections."""

from __future__ import annotations

import ssl
from tempfile import NamedTemporaryFile

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.problems import OutgoingProblem


def tls_context(authority: str = "", client_certificate: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer, with certificates and host names verified.

    With `authority` (PEM), only that certificate or those it signed are trusted; else the system's
    authorities. `client_certificate` holds certificate and key (PEM). Raises OutgoingFailed.
    """
    try:
        context = ssl.create_default_context(cadata=authority or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if client_certificate:
            # Through a short-lived private file, as OpenSSL reads our certificate and its key from files only.
            with NamedTemporaryFile("w", suffix=".pem", encoding="utf-8") as file:
                file.write(client_certificate)
                file.flush()
                context.load_cert_chain(file.name)
    except (ssl.SSLError, ValueError) as error:
        raise OutgoingFailed(OutgoingProblem.UNREADABLE_CERTIFICATES()) from error
    return context


def unchecked_context(client_certificate: str = "") -> ssl.SSLContext:
    """A TLS context that accepts any certificate: only for inspecting an untrusted one, never for sending
    data."""
    context = tls_context(client_certificate=client_certificate)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
