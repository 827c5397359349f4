"""Archives with malware samples and the password that the field has agreed on. Runs inside a sandbox process."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import msgspec
import pyzipper

from vardkase.core.archives import ArchiveLimits, ArchiveProblem, members
from vardkase.core.errors import InvalidValue

PASSWORD = b"infected"
BOUNDS = ArchiveLimits(size=32 * 1024 * 1024, members=20)


def read_samples(document: bytes) -> Iterator[bytes]:
    for path, content in _members(document):
        name = path.replace("\\", "/").rpartition("/")[2]
        yield msgspec.json.encode({"name": name, "content": base64.b64encode(content).decode()})


def _members(document: bytes) -> list[tuple[str, bytes]]:
    try:
        return list(members(document, BOUNDS, PASSWORD, pyzipper.AESZipFile))
    except pyzipper.BadZipFile as error:  # Not the one of the standard library.
        raise InvalidValue(ArchiveProblem.UNREADABLE(reason=str(error))) from error
