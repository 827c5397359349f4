"""Addresses the hub may connect to: public ones, and networks allowed by the operator."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

GLOBAL_UNICAST = IPv6Network("2000::/3")
TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052)."""
TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
"""6to4 and Teredo: retired, and they embed another address."""

METADATA = frozenset({IPv4Address("168.63.129.16")})
"""Public by number, yet local: where Azure serves a machine its secrets."""


def networks(written: Iterable[str]) -> tuple[Network, ...]:
    return tuple(ip_network(network, strict=False) for network in written)


def may_be_reached(address: str, permitted: Iterable[Network]) -> bool:
    """True if connections to `address` are allowed: it is public or in a `permitted` network."""
    plain = _plain(ip_address(address))
    return any(plain in network for network in permitted) or _is_public(plain)


def _plain(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)  # The last 32 bits are the IPv4 address.
    # Without the interface ("fe80::1%eth0"), which no network holds.
    return address.ipv4_mapped or IPv6Address(int(address))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and address not in METADATA
    hidden = any(address in tunnel for tunnel in TUNNELS)
    return address in GLOBAL_UNICAST and address.is_global and not hidden
