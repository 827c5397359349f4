"""Addresses on which the hub is allowed to listen."""

from __future__ import annotations

from ipaddress import ip_address


def exposed_address(host: str, proxies: int) -> str | None:
    """Why the hub may not listen on `host` behind this number of reverse proxies; None if it may.

    Direct access to the port bypasses the reverse proxy, which holds the certificate, buffers slow clients
    and reports client addresses.
    """
    if proxies or _is_loopback(host):
        return None
    return (
        f"{host} can be reached from other machines, and no reverse proxy is declared. Listen on 127.0.0.1 with a "
        "reverse proxy in front, and set VARDKASE_TRUSTED_PROXIES to how many there are (docs/deploy.md)."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
