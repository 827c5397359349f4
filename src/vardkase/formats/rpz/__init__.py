"""Addresses and names of a search as a response policy zone (RPZ) for DNS resolvers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network

from vardkase.analysis.search.filters import Search
from vardkase.formats.dns_names import dns_name
from vardkase.formats.rpz.head import head, policy_of
from vardkase.formats.search_results import MatchedValue, rows_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.types import network_of

ZEROS = re.compile(r"\b0(?::0)+\b")
LONGEST_NAME = 190
"""Longer names leave no room for the zone's own name behind them, and a resolver refuses a zone with one such line."""


def zone(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """The zone: head, addresses, domains with their subdomains, hosts; each value once, empty blocks left
    out."""
    yield head(search).encode()
    record, effect = policy_of(search)
    for types, title, owners in BLOCKS:
        seen = MatchedValue()
        before = f"; The following {title} will {effect}\n"
        for rows in rows_of(actor, search, ids, "a.type, a.value1, a.value2", types=types):
            names = [name for row in rows for name in owners(*row) if seen.first_time(name)]
            if names:
                yield (before + "".join(f"{name} {record}\n" for name in names)).encode()
                before = ""
        if not before:
            yield b"\n"


def require_options(search: Search) -> None:
    # Both raise Invalid; an export that has begun could no longer be refused.
    head(search)
    policy_of(search)


def address_owners(type: str, value1: str, value2: str | None) -> list[str]:
    network = network_of(type, value1, value2)
    return [trigger(network)] if network else []


def domain_owners(type: str, value1: str, value2: str | None) -> list[str]:
    names = host_owners(type, value1, value2)
    # In DNS a wildcard does not match the name itself.
    return [*names, *(f"*.{name}" for name in names)]


def host_owners(_type: str, value1: str, _value2: str | None) -> list[str]:
    name = dns_name(value1)
    return [name] if name and len(name) <= LONGEST_NAME else []


def trigger(network: str) -> str:
    """The owner name of an address: prefix length and reversed parts, ``32.1.2.0.192.rpz-ip``."""
    parsed = ip_network(network)
    if parsed.version == 4:
        parts = str(parsed.network_address).split(".")
    else:
        number = int(parsed.network_address)
        text = ":".join(f"{number >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
        # As in an address, but once only and as "zz": a label cannot be empty.
        longest = max(ZEROS.findall(text), key=len, default="")
        parts = (text.replace(longest, "zz", 1) if longest else text).split(":")
    return ".".join((str(parsed.prefixlen), *reversed(parts), "rpz-ip"))


type Owners = Callable[[str, str, str | None], list[str]]

BLOCKS: tuple[tuple[tuple[str, ...], str, Owners], ...] = (
    (("ip-src", "ip-dst", "domain|ip"), "list of IP addresses", address_owners),
    (("domain", "domain|ip"), "domain names and all of their sub-domains", domain_owners),
    (("hostname",), "hostnames", host_owners),
)
"""Types, what the comment calls them, and the owner names that a value gets."""
