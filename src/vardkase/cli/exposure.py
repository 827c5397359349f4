"""Which addresses the hub may listen on."""

from __future__ import annotations

from ipaddress import ip_address


def exposed_address(host: str, proxies: int) -> str | None:
    """Why the hub may not listen on `host` behind so many reverse proxies; None when it may.

    Whoever reaches the port directly passes over the reverse proxy, which holds the certificate, buffers slow clients
    and says whose address it is.
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
