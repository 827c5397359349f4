"""Published events as MISP documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vardkase.analysis.search.filters import Scope
from vardkase.core.errors import NotFound
from vardkase.core.problems import Problem
from vardkase.exchange.streams.bodies.reader import StreamReader
from vardkase.exchange.streams.problems import ReceiverProblem, StreamProblem
from vardkase.formats.misp_json import event_document
from vardkase.formats.search_options import event_options

LARGEST = 32 * 1024 * 1024
"""Bytes that a message may have; an event that is larger goes without what is in it."""


def event_body(reader: StreamReader, event_id: int) -> tuple[bytes, Problem | None]:
    """``{"Event": {…}}`` as the reader may see it now, and what else there is to report. Raises NotFound."""
    if event_id not in reader.events([event_id]):
        raise NotFound(StreamProblem.EVENT_NOT_FOUND())
    options = replace(
        event_options(reader.actor, reader.search(Scope.EVENTS, [event_id])),
        include_event_correlations=False,
        no_sightings=True,
    )
    if (whole := joined(event_document(reader.actor, event_id, options))) is not None:
        return whole, None
    header = joined(event_document(reader.actor, event_id, replace(options, metadata=True)))
    return header or b"{}", ReceiverProblem.TOO_LARGE()


def joined(pieces: Iterable[bytes]) -> bytes | None:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        # Measured while it is rendered, so that a huge event is never whole in memory.
        if len(whole) > LARGEST:
            return None
    return bytes(whole)
