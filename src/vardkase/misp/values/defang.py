"""Defanging of values for display, so that no program turns them into links."""

from __future__ import annotations

import re

HOST_TYPES = frozenset(
    {
        "domain",
        "domain|ip",
        "hostname",
        "hostname|port",
        "email",
        "email-src",
        "email-reply-to",
        "email-message-id",
    }
)
"""Attribute types whose first part is a host name or ends in one."""

URL_TYPES = frozenset({"url", "uri"})


def is_defanged(kind: str) -> bool:
    return kind in HOST_TYPES or kind in URL_TYPES


def defang(value: str, kind: str) -> str:
    """`value` defanged: hxxp and [.] in URLs, host names and sender addresses; others unchanged."""
    if kind in URL_TYPES:
        return _defang_url(value)
    if kind in HOST_TYPES:
        name, bar, rest = value.partition("|")
        return _defang_host(name) + bar + rest
    return value


def _defang_url(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = "", value
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    defanged = re.sub("^http", "hxxp", scheme, flags=re.IGNORECASE) + separator + _defang_host(host)
    return defanged + rest[len(host) :]


def _defang_host(host: str) -> str:
    local, at, name = host.rpartition("@")
    return local + at + name.replace(".", "[.]")
