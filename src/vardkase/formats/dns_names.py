"""Host names as devices accept them; invalid names must not reach a zone, a rule or a hosts file."""

from __future__ import annotations

import re

# Underscores are not for host names, but names such as _dmarc.example are looked up all the same.
LABEL = r"[A-Za-z0-9_-]{1,63}"
NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*", re.ASCII)


def dns_name(value: str) -> str | None:
    """`value` as a name without a dot at the end, IDNs as `xn--…`; None if it is not a name."""
    name = value.removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError:
            return None
    return name if NAME.fullmatch(name) else None
