"""Attachments as they travel in JSON."""

from __future__ import annotations

import base64

from vardkase.core import files
from vardkase.misp.types import ATTACHMENT_TYPES


def encoded_data(digest: str | None, attribute_type: str) -> str | None:
    """Base64 of an attachment, or of a sample's zip; None when there is none, or its file is lost."""
    if digest is None or attribute_type not in ATTACHMENT_TYPES:
        return None
    try:
        return base64.b64encode(files.read(digest)).decode()
    except FileNotFoundError:
        return None
