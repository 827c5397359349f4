"""Signatures in the format of Standard Webhooks (standardwebhooks.com), verifiable with any of its libraries.

HMAC-SHA256 over ``id.timestamp.body``. The id stays the same when a message is sent again, and the time is signed: a
receiver that remembers the ids of the last minutes and refuses older times is safe from replays.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signed(message_id: str, timestamp: int, body: bytes, keys: Iterable[str]) -> dict[str, str]:
    """The headers of a message, signed with each of `keys` (`new_secret`); `timestamp` is Unix seconds."""
    content = f"{message_id}.{timestamp}.".encode() + body
    raw_keys = (base64.b64decode(key.removeprefix(PREFIX)) for key in keys)
    digests = (hmac.digest(key, content, hashlib.sha256) for key in raw_keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }
