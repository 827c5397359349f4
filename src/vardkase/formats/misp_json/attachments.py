"""Attachments in JSON documents."""

from __future__ import annotations

import base64

from msgspec import UNSET, UnsetType

from vardkase.core import files
from vardkase.misp.types import ATTACHMENT_TYPES


def encoded_data(digest: str | None, attribute_type: str) -> str | UnsetType:
    """Base64 of an attachment, or of a sample's zip: "" without a file, as in MISP; unset for other types."""
    if attribute_type not in ATTACHMENT_TYPES:
        return UNSET
    try:
        return base64.b64encode(files.read(digest)).decode() if digest else ""
    except FileNotFoundError:
        return ""
