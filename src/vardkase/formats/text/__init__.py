"""Plain text exports of a search: values, digests of values, a count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from vardkase.analysis.search.filters import Search
from vardkase.core.errors import Invalid
from vardkase.formats.problems import ExportProblem
from vardkase.formats.search_results import MatchedValue, rows_of
from vardkase.identity.access.actor import Actor
from vardkase.misp.flags import as_bool

COLUMNS = "concat_ws('|', a.value1, a.value2), e.uuid::text"


def values(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    seen = MatchedValue()  # Values are in several events; the list has each once.
    empty = True
    for page in rows_of(actor, search, ids, COLUMNS):
        fresh = [value for value, _ in page if seen.first_time(value)]
        if fresh:
            empty = False
            yield "".join(f"{value}\n" for value in fresh).encode()
    if empty:
        yield b"\n"


def digests(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    digest = digest_of(search)
    with_event = as_bool(search.options.get("includeEventUuid"))
    empty = True
    for page in rows_of(actor, search, ids, COLUMNS):
        empty = False
        lines = (f"{digest(value)},{uuid}\n" if with_event else f"{digest(value)}\n" for value, uuid in page)
        yield "".join(lines).encode()
    if empty:
        yield b"\n"


def count(_actor: Actor, _search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    yield str(len(ids)).encode()


def digest_of(search: Search) -> Callable[[str], str]:
    """The digest of a value by `hash_type`. Raises Invalid for an algorithm that Python does not know."""
    name = str(search.options.get("hash_type") or "md5")
    # The lengths of SHAKE digests vary.
    if name not in hashlib.algorithms_guaranteed or name.startswith("shake"):
        raise Invalid(ExportProblem.UNKNOWN_HASH_TYPE(name=name))
    return lambda value: hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()
