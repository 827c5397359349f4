"""How values are cached: by their MD5, as the lists of hashes of MISP feeds have them."""

from __future__ import annotations

import hashlib

from vardkase.misp.types import COMPOSITE_TYPES


def md5_of(value: str) -> str:
    """The MD5 by which a value is cached, in hexadecimal: of its text as it is."""
    return hashlib.md5(value.strip().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def parts_of(kind: str, value: str) -> list[str]:
    """What of a value of MISP type `kind` is cached and looked for: it and, when it is composed, its halves."""
    return [value, *value.split("|", 1)] if kind in COMPOSITE_TYPES else [value]
