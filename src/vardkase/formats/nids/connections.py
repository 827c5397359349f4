"""Objects that describe a connection: one rule for all their attributes."""

from __future__ import annotations

from collections.abc import Sequence

from vardkase.formats.nids.common_rules import Alert, Indicator, port_of
from vardkase.misp.types import network_of

CONNECTIONS = {"network-connection": "layer4-protocol", "ddos": "protocol"}
"""Object → the relation of its protocol."""

PART_TYPES = frozenset(("ip-src", "ip-dst", "port", "text"))
PROTOCOLS = frozenset(("tcp", "udp", "icmp", "ip"))


def connection(parts: Sequence[Indicator]) -> Sequence[Alert]:
    by_relation = {part.relation: part for part in parts}
    protocol = by_relation.get(CONNECTIONS[parts[0].object or ""])
    name = protocol.value1.lower() if protocol else ""
    source, target = _address(by_relation.get("ip-src")), _address(by_relation.get("ip-dst"))
    if not source and not target:
        return ()
    from_port, to_port = _port(by_relation.get("src-port")), _port(by_relation.get("dst-port"))
    ends = f"{source or '$HOME_NET'} {from_port} -> {target or '$HOME_NET'} {to_port}"
    head = f"{name if name in PROTOCOLS else 'ip'} {ends}"
    return [Alert(head, f"Network connection: {source or 'any'} to {target or 'any'}")]


def _address(part: Indicator | None) -> str | None:
    return network_of(part.type, part.value1, part.value2) if part else None


def _port(part: Indicator | None) -> str:
    return (port_of(part.value1) if part else None) or "any"
