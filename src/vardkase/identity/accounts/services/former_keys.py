"""Keys that moved in from MISP, which keeps them hashed with bcrypt."""

from __future__ import annotations

import hashlib

import bcrypt

from vardkase.core.sql import cursor

KNOWN = "UPDATE auth_key SET digest = %s, former_hash = '' WHERE id = %s AND former_hash = %s"


def recognise(key_id: int, former_hash: str, raw: str) -> bool:
    """Whether `raw` is the key. If so, its digest recognises it from now on, at no cost."""
    try:
        if not bcrypt.checkpw(raw.encode(), former_hash.encode()):
            return False
    except ValueError:
        return False
    cursor().execute(KNOWN, (hashlib.sha256(raw.encode()).digest(), key_id, former_hash))
    return True
