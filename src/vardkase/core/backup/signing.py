"""The hub's signature over the list of what is in a backup, so that nobody else can pass off a backup of their own."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FILE = Path("secrets") / "backup"


def own_key(data_dir: Path) -> Ed25519PrivateKey:
    file = data_dir / FILE
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_text(encoding="ascii")))
    except FileNotFoundError:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = Ed25519PrivateKey.generate()
        with open(file, "w", encoding="ascii", opener=_private) as stream:
            stream.write(base64.b64encode(key.private_bytes_raw()).decode())
        return key


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def public_text(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def is_signed_by(public: str, signature: str, content: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
        key.verify(base64.b64decode(signature), content)
    except (ValueError, InvalidSignature):
        return False
    return True
