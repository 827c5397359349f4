"""File responses: streamed, and always downloaded instead of shown by the browser."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header


def download(content: Iterable[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(content, content_type=content_type, headers=headers)
