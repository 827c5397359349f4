"""Archives with malware samples and the password that the field has agreed on. Runs inside a sandbox process."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import msgspec

from vardkase.core.archives import ArchiveLimits, members

PASSWORD = b"infected"
BOUNDS = ArchiveLimits(size=32 * 1024 * 1024, members=20)


def read_samples(document: bytes) -> Iterator[bytes]:
    for path, content in list(members(document, BOUNDS, PASSWORD)):
        name = path.replace("\\", "/").rpartition("/")[2]
        yield msgspec.json.encode({"name": name, "content": base64.b64encode(content).decode()})
