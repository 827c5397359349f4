"""Refanging: restores defanged values (attribute-types.md §3)."""

from __future__ import annotations

import re

SCHEME = re.compile(r"^(?:hxxp|hxtp|htxp|meow|h\[tt\]p)", re.IGNORECASE)
DOT = re.compile(r"\[\.\]|\[dot\]|\(dot\)", re.IGNORECASE)
AT = re.compile(r"\[@\]|\[at\]", re.IGNORECASE)
WRAPPED_SCHEME = re.compile(r"\[hxxp://\]", re.IGNORECASE)

URLS = frozenset({"link", "url"})
EMAILS = frozenset({"email", "email-src", "email-dst"})
DOTTED = URLS | EMAILS | {"ip-dst", "ip-src", "domain|ip", "domain", "hostname"}


def refang(type_name: str, value: str) -> str:
    """`value` refanged; types that are never defanged are returned unchanged."""
    if type_name not in DOTTED:
        return value
    if "[" in value or "(" in value:
        value = DOT.sub(".", value)
        if type_name in EMAILS:
            value = AT.sub("@", value)
        elif type_name in URLS:
            value = WRAPPED_SCHEME.sub("http://", value).replace("[:]", ":")
    return SCHEME.sub("http", value) if type_name in URLS else value
