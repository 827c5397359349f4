"""Client addresses in the form in which limits count them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

SUBSCRIBER = 64
"""Bits of an IPv6 address that one subscriber is given at least (RFC 6177): the rest they choose as they like."""


def counted_as(address: str | None) -> str:
    """The key under which attempts from `address` are counted: an IPv4 address, or an IPv6 /64; "" for none."""
    network = subscriber_of(address)
    return str(network.network_address) if network else address or ""


def subscriber_of(address: str | None) -> IPv4Network | IPv6Network | None:
    """The addresses of one subscriber: an IPv4 address, also in IPv6 form, or an IPv6 /64; None for none."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(parsed, IPv4Address):
        return IPv4Network(parsed)
    # A socket that serves both shows an IPv4 client as ::ffff:192.0.2.1.
    if parsed.ipv4_mapped is not None:
        return IPv4Network(parsed.ipv4_mapped)
    return IPv6Network((int(parsed), SUBSCRIBER), strict=False)
