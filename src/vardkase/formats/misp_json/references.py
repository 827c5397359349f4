"""References between parts of events, outside their objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardkase.formats.misp_json.columns import REFERENCE
from vardkase.formats.misp_json.document_context import context_of
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.formats.misp_json.structs import ObjectReference, encoder
from vardkase.identity.access.actor import Actor


def reference_rows(actor: Actor, ids: Sequence[int]) -> Iterator[bytes]:
    context = context_of(actor, EventOptions(deleted=Deleted.BOTH))
    sql = CHOSEN.format(columns=REFERENCE, visible=f"{context.event} AND {context.object('o')}")
    for row in context.rows(sql, ids=list(ids)):
        yield b'{"ObjectReference":' + encoder.encode(ObjectReference(*row)) + b"}"


CHOSEN = """
SELECT {columns}
FROM object_reference r JOIN object o ON o.id = r.object_id JOIN event e ON e.id = r.event_id
WHERE r.id = ANY(%(ids)s) AND {visible}
ORDER BY r.id
"""
