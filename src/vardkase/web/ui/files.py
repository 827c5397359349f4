"""File responses: streamed, and always downloaded instead of shown by the browser."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from vardkase.exchange.fetches.models import FetchChannel, FetchedKind
from vardkase.exchange.fetches.services import record_fetch
from vardkase.identity.access.actor import Actor


def event_download(
    actor: Actor, event_ids: Iterable[int], content: Iterable[bytes], name: str, content_type: str
) -> StreamingHttpResponse:
    """A file that says what is in events. Who took it out is on record: a spill asks for it."""
    record_fetch(actor, FetchChannel.EXPORT, FetchedKind.EVENT, event_ids)
    return download(content, name, content_type)


def download(content: Iterable[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(content, content_type=content_type, headers=headers)
