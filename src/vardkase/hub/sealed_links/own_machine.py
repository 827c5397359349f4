"""What an officer's own machine does with a released file: no hub, no database, no network."""

from __future__ import annotations

import json
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity

from vardkase.hub.sealed_links.container import AGE

LARGEST = 1 << 20


class CannotOpen(Exception):
    pass


def open_layer(file: Path, key: Path) -> bytes:
    """What is in an age file, read with the identities in another. Raises CannotOpen, OSError."""
    identities = _identities(key)
    content = _read(file)
    if not content.startswith((AGE, b"-----BEGIN AGE ENCRYPTED FILE-----")):
        raise CannotOpen(f"{file} is not an encrypted file of age.")
    try:
        plain: bytes = pyrage.decrypt(content, identities)
    except pyrage.DecryptError:
        raise CannotOpen(
            f"{file} cannot be opened with {key}: it is the other officer’s layer, or the file was altered."
        ) from None
    return plain


def is_nested(plain: bytes) -> bool:
    return plain.startswith(AGE)


def readable(plain: bytes) -> str:
    """The identity in a file of which both layers are open."""
    try:
        found = json.loads(plain)
        return f"Organisation: {found['organisation']} ({found['uuid']})\nPerson: {found['person']}"
    except (ValueError, KeyError, TypeError):
        raise CannotOpen("The file opens, but was not made by a hub.") from None


def _identities(file: Path) -> list[Identity]:
    lines = [line.strip() for line in _read(file).decode("ascii", "replace").splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if any(line.upper().startswith("AGE-PLUGIN-") for line in keys):
        raise CannotOpen(f"{file} leads to a key on hardware: open the file with age -d -i {file}.")
    try:
        found = [Identity.from_str(line) for line in keys]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise CannotOpen(f"{file} holds no private key of age.")
    return found


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise CannotOpen(f"{file} is too large.")
    return content
