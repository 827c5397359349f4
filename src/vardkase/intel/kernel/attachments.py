"""Attachments and malware samples: decoded, zipped as in MISP, stored by content hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from vardkase.core import files
from vardkase.core.errors import Invalid
from vardkase.core.zipcrypto import encrypted_zip
from vardkase.intel.problems import AttributeProblem
from vardkase.misp.flags import as_bool
from vardkase.misp.types import ATTACHMENT_TYPES

SAMPLE_PASSWORD = b"infected"
"""The convention of the field, which keeps scanners from deleting a sample; no secret."""
MALWARE_SAMPLE = "malware-sample"


PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
"""How the pictures that are shown begin; drawings (SVG) may hold scripts and are not among them."""


def picture_type(content: bytes) -> str | None:
    """The type of a picture that browsers may show, recognised by its content; None for any other file."""
    return next((kind for start, kind in PICTURES if content.startswith(start)), None)


def take_data(data: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Store the file of an incoming attribute; returns the rewritten attribute and the file's SHA-256.

    A `malware-sample` with ``encrypt`` is zipped here, and its value becomes ``name|md5`` of the plain
    content. Raises Invalid for malformed base64.
    """
    encoded = data.get("data") or data.get("base64")
    if not encoded or str(data.get("type")) not in ATTACHMENT_TYPES:
        return data, None
    try:
        # Without validation, as PHP decodes: clients send line breaks in it.
        content = base64.b64decode(str(encoded), validate=False)
    except (binascii.Error, ValueError):
        raise Invalid({"data": [AttributeProblem.BAD_FILE()]}) from None
    if data.get("type") == MALWARE_SAMPLE and as_bool(data.get("encrypt")):
        name = str(data.get("value") or "").split("|", 1)[0]
        digest, content = zip_sample(name, content)
        data = {**data, "value": f"{name}|{digest}"}
    return data, files.store(content)


def zip_sample(name: str, content: bytes) -> tuple[str, bytes]:
    # MISP names the archive's file by the MD5 of its content, and adds the real name in a text file.
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    archive = encrypted_zip({digest: content, f"{digest}.filename.txt": name.encode()}, SAMPLE_PASSWORD)
    return digest, archive
