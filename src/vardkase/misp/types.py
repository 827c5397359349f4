"""Attribute types and categories: valid combinations, and which part of a value correlates.

The table is PyMISP's own file, so a new type arrives with a new pymisp. attribute-types §1 and §4.
"""

from __future__ import annotations

import json
import re
from ipaddress import ip_network
from typing import Any

from vardkase.misp.datafiles import data_file

PLAIN_IPV4 = re.compile(
    r"(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)", re.ASCII
)
"""An IPv4 address and nothing else: most addresses are, and this is twenty times faster than parsing them."""

_FILE = data_file("pymisp", "data/describeTypes.json").read_bytes()
_TABLE: dict[str, Any] = json.loads(_FILE)["result"]

TYPES: tuple[str, ...] = tuple(_TABLE["types"])
CATEGORIES: tuple[str, ...] = tuple(_TABLE["categories"])
TYPES_OF: dict[str, frozenset[str]] = {
    category: frozenset(types) for category, types in _TABLE["category_type_mappings"].items()
}
"""Category → the types it allows."""

DEFAULTS: dict[str, tuple[str, bool]] = {
    name: (default["default_category"], bool(default["to_ids"]))
    for name, default in _TABLE["sane_defaults"].items()
}
"""Type → (default category, default to_ids)."""

ATTACHMENT_TYPES = frozenset(("attachment", "malware-sample"))
COMPOSITE_TYPES = frozenset(name for name in TYPES if "|" in name) | {"malware-sample"}

NON_CORRELATING = frozenset(
    (
        "comment", "http-method", "aba-rtn", "gender", "counter", "integer",
        "float", "port", "nationality", "cortex", "boolean", "anonymised",
    )
)  # fmt: skip
VALUE1_ONLY_CORRELATING = frozenset(("ip-src|port", "ip-dst|port", "hostname|port"))

HASH_LENGTHS: dict[str, int] = {
    "md5": 32, "imphash": 32, "dom-hash": 32, "ja3-fingerprint-md5": 32, "hassh-md5": 32,
    "hasshserver-md5": 32, "x509-fingerprint-md5": 32,
    "sha1": 40, "pehash": 40, "git-commit-id": 40, "x509-fingerprint-sha1": 40,
    "sha224": 56, "sha512/224": 56, "sha3-224": 56,
    "jarm-fingerprint": 62,
    "sha256": 64, "sha512/256": 64, "sha3-256": 64, "authentihash": 64, "x509-fingerprint-sha256": 64,
    "sha384": 96, "sha3-384": 96,
    "sha512": 128, "sha3-512": 128,
}  # fmt: skip
"""Types whose value is one hexadecimal number of fixed length → that length."""

HASH_TYPES = frozenset(HASH_LENGTHS) | {"cdhash", "telfhash"}
"""Types whose values are nothing but hexadecimal digits."""

IP_TYPES = frozenset(("ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain|ip"))


def describe_types_bytes() -> bytes:
    """The response of ``GET /attributes/describeTypes``, byte for byte as PyMISP compares it."""
    return _FILE


def category_allows(category: str, type: str) -> bool:
    return type in TYPES_OF.get(category, ())


def default_category(type: str) -> str:
    return DEFAULTS[type][0]


def default_to_ids(type: str) -> bool:
    return DEFAULTS[type][1]


def search_parts(type: str, value1: str, value2: str | None) -> tuple[str, ...]:
    """The parts under which an exact search finds a value, case-folded, without duplicates."""
    first = value1.casefold()
    if not value2:
        return (first,)
    second = value2.casefold()
    return (first,) if first == second else (first, second)


def correlation_parts(type: str, value1: str, value2: str | None) -> tuple[str, ...]:
    """Those of `search_parts` that correlate; none for non-correlating types."""
    if type in NON_CORRELATING:
        return ()
    return search_parts(type, value1, None if type in VALUE1_ONLY_CORRELATING else value2)


def ssdeep_of(type: str, value1: str, value2: str | None) -> str | None:
    if type == "ssdeep":
        return value1
    return value2 if type == "filename|ssdeep" else None


def network_of(type: str, value1: str, value2: str | None) -> str | None:
    """The address or network of a valid attribute, host bits cleared; None for other types."""
    if type not in IP_TYPES:
        return None
    text = value2 if type == "domain|ip" else value1
    if not text or PLAIN_IPV4.fullmatch(text):
        return text or None
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return None
