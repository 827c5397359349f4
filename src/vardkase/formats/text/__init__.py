"""Plain text formats of a search: values, digests of values, a count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from vardkase.analysis.search.filters import Search
from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.formats.found import attributes_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_bool

VALUES = """
SELECT concat_ws('|', a.value1, a.value2), e.uuid::text
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN attribute a ON a.id = chosen.id
JOIN event e ON e.id = a.event_id
ORDER BY chosen.place
"""


def values(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """Each different value once, in the order first met, a line each; what was met is kept as 8 bytes."""
    met: set[int] = set()
    empty = True
    for page in _values(actor, search, ids):
        fresh = [value for value, _ in page if _first_time(value, met)]
        if fresh:
            empty = False
            yield "".join(f"{value}\n" for value in fresh).encode()
    if empty:
        yield b"\n"


def digests(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """A digest of each value (`hash_type`, MD5 unless said otherwise), and the event's uuid when asked for."""
    digest = _digest(str(search.options.get("hash_type") or "md5"))
    with_event = as_bool(search.options.get("includeEventUuid"))
    empty = True
    for page in _values(actor, search, ids):
        empty = False
        lines = (f"{digest(value)},{uuid}\n" if with_event else f"{digest(value)}\n" for value, uuid in page)
        yield "".join(lines).encode()
    if empty:
        yield b"\n"


def count(_actor: Actor, _search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """How many were found."""
    yield str(len(ids)).encode()


def require_digest(search: Search) -> None:
    """Raise Invalid, before anything is sent, when `hash_type` names no known digest."""
    _digest(str(search.options.get("hash_type") or "md5"))


def _values(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[list[tuple[str, str]]]:
    for page in attributes_of(actor, search, ids):
        yield cursor().execute(VALUES, {"ids": page}, binary=True).fetchall()


def _first_time(value: str, met: set[int]) -> bool:
    mark = int.from_bytes(hashlib.blake2b(value.encode(), digest_size=8).digest())
    if mark in met:
        return False
    met.add(mark)
    return True


def _digest(name: str) -> Any:
    if name not in hashlib.algorithms_guaranteed or name.startswith("shake"):
        raise Invalid(f"Invalid hash type: {name}.")
    return lambda value: hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()
