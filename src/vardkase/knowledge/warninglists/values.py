"""The forms of a value in which lists are looked up."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

LONGEST_HOST = 253
"""Characters of a host name. A longer text is not one, and would have many long ends."""


def lookup_form(value: str) -> str:
    """The lookup form of a value: lists write host names with a leading dot, a trailing dot, or neither."""
    return value.lower().strip(".")


def host_ends(value: str) -> Iterator[str]:
    """``a.b.se`` → ``a.b.se``, ``b.se``, ``se``."""
    host = _host(value)
    labels = host.split(".") if len(host) <= LONGEST_HOST else []
    for start in range(len(labels)):
        if labels[start]:
            yield ".".join(labels[start:])


def _host(value: str) -> str:
    if "://" in value:
        try:
            return (urlsplit(value).hostname or "").strip(".")
        except ValueError:
            return ""
    return value.partition("/")[0].lower().strip(".")


def network_of_value(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    text = value.strip()
    # Most values are no addresses: this spares the exception that parsing them would raise.
    if not text or text[-1] not in "0123456789abcdefABCDEF:":
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
