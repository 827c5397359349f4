"""Addresses on which the hub is allowed to listen."""

from __future__ import annotations

from ipaddress import ip_address


def gettext_noop(text: str) -> str:
    """Mark a text for the catalogue. Django’s own would load the settings, which is too early here."""
    return text


EXPOSED = gettext_noop(
    "%(host)s can be reached from other machines, and no reverse proxy is declared. Listen on 127.0.0.1 with a "
    "reverse proxy in front, and set VARDKASE_TRUSTED_PROXIES to how many there are (docs/deploy.md)."
)
"""Why. Not translated where settings cannot be loaded yet."""


def is_exposed(host: str, proxies: int) -> bool:
    """Whether the hub may not listen on `host` behind this number of reverse proxies.

    Direct access to the port bypasses the reverse proxy, which holds the certificate, buffers slow clients
    and reports client addresses.
    """
    return not proxies and not _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
