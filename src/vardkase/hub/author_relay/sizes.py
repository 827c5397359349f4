"""Texts encrypted to an author, in one of a few sizes: the length of what is stored says little about what it says."""

from __future__ import annotations

import secrets

import pyrage
from pyrage.x25519 import Recipient

SIZES = (1024, 4 * 1024, 16 * 1024)
LONGEST = 3000
"""Characters; what takes more bytes than the largest size holds is refused by it."""
HEADER = 640
"""More than the header of an age file takes, with the stanza of random size that the library adds."""


def sealed(text: str, author_key: str) -> bytes:
    """`text` as an age file that is padded to one of `SIZES`. Raises ValueError if it is too long."""
    raw = text.encode()
    size = next((each for each in SIZES if len(raw) + HEADER <= each), None)
    if size is None:
        raise ValueError("too long")
    recipient = Recipient.from_str(author_key)
    plain = len(raw).to_bytes(4) + raw.ljust(size - HEADER, b"\0")
    file: bytes = pyrage.encrypt(plain, [recipient])
    return len(file).to_bytes(4) + file + secrets.token_bytes(size - len(file))


def content_of(padded: bytes) -> bytes:
    """The age file in what `sealed` made."""
    return padded[4 : 4 + int.from_bytes(padded[:4])]


def text_of(plain: bytes) -> str:
    return plain[4 : 4 + int.from_bytes(plain[:4])].decode()
