"""Indicators of a search for Zeek's intelligence framework (formerly Bro), tab-separated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from vardkase.analysis.search.filters import Search
from vardkase.formats.dns_names import dns_name
from vardkase.formats.hashes import PLAIN, WITH_FILENAME
from vardkase.formats.search_results import rows_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.types import IP_TYPES, network_of

# Of the last two, T has Zeek report a match, and - is for anywhere that the value is seen.
HEAD = "#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\tmeta.url\tmeta.do_notice\tmeta.if_in\n"
COLUMNS = "a.type, a.value1, a.value2, e.id, e.info"

NOT_IN_FIELD = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029]|\A[#-]|\A\(empty\)\Z")
"""What ends a field or a line, starts a comment, or means an empty value in Zeek's files."""
SCHEME = re.compile(r"\A[a-z][a-z0-9+.-]{0,20}://", re.IGNORECASE)

type Renderer = Callable[[Actor, Search, Sequence[int]], Iterator[bytes]]
type Items = Callable[[str, str, str | None], Sequence[tuple[str, str]]]
"""From an attribute's type and parts to values and Zeek's names of their kinds."""


def intelligence(family: str) -> Renderer:
    """The renderer of one family, or of ALL; links point to `search.base_url`."""
    items = items_of(family)

    def render(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
        yield HEAD.encode()
        for rows in rows_of(actor, search, ids, COLUMNS, types=items):
            lines = [
                f"{field(value)}\tIntel::{kind}\tMISP\t{field(f'Event {event} - {info}')}\t"
                f"{search.base_url}/events/view/{event}\tT\t-\n"
                for type, value1, value2, event, info in rows
                for values_of in items[type]
                for value, kind in values_of(type, value1, value2)
            ]
            if lines:
                yield "".join(lines).encode()

    return render


def items_of(family: str) -> Mapping[str, Sequence[Items]]:
    """Attribute type → function that makes its lines; for ALL, of every family. KeyError for an unknown one."""
    families = FAMILIES.values() if family == ALL else [FAMILIES[family]]
    by_type: dict[str, list[Items]] = {}
    for family_items in families:
        for type, items in family_items.items():
            by_type.setdefault(type, []).append(items)
    return by_type


def field(value: str) -> str:
    """`value` as one field; characters special to Zeek become hexadecimal bytes."""
    return NOT_IN_FIELD.sub(lambda match: "".join(f"\\x{byte:02x}" for byte in match[0].encode()), value)


def first_part(kind: str) -> Items:
    return lambda _type, value1, _value2: [(value1, kind)] if value1 else []


def address_items(type: str, value1: str, value2: str | None) -> Sequence[tuple[str, str]]:
    network = network_of(type, value1, value2)
    return [(network, "SUBNET" if "/" in network else "ADDR")] if network else []


def domain_items(_type: str, value1: str, _value2: str | None) -> Sequence[tuple[str, str]]:
    name = dns_name(value1)
    return [(name, "DOMAIN")] if name else []


def url_items(_type: str, value1: str, _value2: str | None) -> Sequence[tuple[str, str]]:
    """Zeek expects URLs without their scheme."""
    rest = SCHEME.sub("", value1, count=1)
    return [(rest, "URL")] if rest else []


def hash_items(_type: str, value1: str, value2: str | None) -> Sequence[tuple[str, str]]:
    digest = value1 if value2 is None else value2
    return [(digest, "FILE_HASH")] if digest else []


CERTIFICATES = frozenset(name for name in PLAIN if name.startswith("x509"))

FAMILIES: Mapping[str, Mapping[str, Items]] = {
    "ip": dict.fromkeys(sorted(IP_TYPES), address_items),
    "url": {"url": url_items},
    "domain": dict.fromkeys(("domain", "hostname", "domain|ip", "hostname|port"), domain_items),
    "ja3-fingerprint-md5": {"ja3-fingerprint-md5": first_part("JA3")},
    "email": dict.fromkeys(("email", "email-src", "email-dst"), first_part("EMAIL")),
    "filename": dict.fromkeys(
        ("filename", "attachment", "email-attachment", *sorted(WITH_FILENAME)), first_part("FILE_NAME")
    ),
    "filehash": dict.fromkeys(sorted((PLAIN - CERTIFICATES) | WITH_FILENAME), hash_items),
    "certhash": dict.fromkeys(sorted(CERTIFICATES), first_part("CERT_HASH")),
    "software": {"user-agent": first_part("SOFTWARE")},
}
"""Family → attribute types and the functions that make their lines."""
ALL = "all"
