"""Attachments of attributes and proposals, as files."""

from __future__ import annotations

import mimetypes
from typing import Protocol

from django.utils.http import content_disposition_header

from vardkase.api.answers import Text
from vardkase.api.errors import MispError
from vardkase.core import files
from vardkase.intel.kernel.attachments import picture_type


class Attached(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def value1(self) -> str: ...
    @property
    def data_sha256(self) -> str | None: ...


def attachment(row: Attached) -> Text:
    content = _content(row)
    # The value may be a whole path, with either separator.
    name = row.value1.replace("\\", "/").rsplit("/", 1)[-1] or "attachment"
    # Plain text as such, all else as octets: a browser must not run what somebody has uploaded.
    is_text = mimetypes.guess_type(name)[0] == "text/plain"
    content_type = "text/plain; charset=UTF-8" if is_text else "application/octet-stream"
    if row.type == "malware-sample":
        name, content_type = f"{name}.zip", "application/zip"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return Text(content, content_type=content_type, headers={"Content-Disposition": disposition})


def picture(row: Attached) -> Text:
    """The picture of a row, recognised by its content and not its name; MispError 404 for other files."""
    content = _content(row) if row.type == "attachment" else b""
    kind = picture_type(content)
    if kind is None:
        raise MispError(404, "Attribute is not an image.")
    return Text(content, content_type=kind, headers={"X-Content-Type-Options": "nosniff"})


def _content(row: Attached) -> bytes:
    try:
        return files.read(row.data_sha256 or "")
    except FileNotFoundError as lost:
        raise MispError(404, "File does not exist") from lost
