"""A file of a form, as the services of case files take it."""

from __future__ import annotations

from typing import Any, TypedDict

from django.core.files.uploadedfile import UploadedFile

from vardkase.hub.case_files.services import MOST_BYTES


class SentFile(TypedDict, total=False):
    content: bytes
    media_type: str
    file_name: str


def sent_file(file: UploadedFile[Any] | None) -> SentFile:
    """Empty if none was sent. No more is read than shows that it is too large."""
    if not file:
        return {}
    return {
        "content": file.read(MOST_BYTES + 1),
        "media_type": file.content_type or "application/octet-stream",
        "file_name": file.name or "",
    }
