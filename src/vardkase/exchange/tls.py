"""How others prove who they are to us, and we to them."""

from __future__ import annotations

import ssl
from tempfile import NamedTemporaryFile

from vardkase.exchange.errors import OutgoingFailed


def tls_context(authority: str = "", client_certificate: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates and names checked.

    With `authority` (PEM) only what it signed is trusted, or that very certificate; else the system's
    authorities are. `client_certificate` holds certificate and key (PEM). Raises OutgoingFailed.
    """
    try:
        context = ssl.create_default_context(cadata=authority or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if client_certificate:
            _present(context, client_certificate)
    except (ssl.SSLError, ValueError) as error:
        raise OutgoingFailed("The certificates for this server cannot be read.") from error
    return context


def unchecked_context(client_certificate: str = "") -> ssl.SSLContext:
    """TLS that takes any certificate: to look at one that is not trusted, never to send anything to its owner."""
    context = tls_context(client_certificate=client_certificate)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _present(context: ssl.SSLContext, certificate: str) -> None:
    """OpenSSL takes certificates of one's own from files only; this one is readable by us, and for a moment."""
    with NamedTemporaryFile("w", suffix=".pem", encoding="utf-8") as file:
        file.write(certificate)
        file.flush()
        context.load_cert_chain(file.name)
