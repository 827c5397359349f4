"""Hashing of cached values with MD5, as in the hash lists of MISP feeds."""

from __future__ import annotations

import hashlib

from vardkase.misp.types import COMPOSITE_TYPES


def md5_of(value: str) -> str:
    """The hexadecimal MD5 by which a value is cached, of its exact text."""
    # With "replace", because JSON can spell half a surrogate pair, which UTF-8 cannot.
    return hashlib.md5(value.strip().encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def parts_of(kind: str, value: str) -> list[str]:
    """The cached and searched parts of a value of MISP type `kind`: itself and, if composite, its halves."""
    return [value, *value.split("|", 1)] if kind in COMPOSITE_TYPES else [value]
