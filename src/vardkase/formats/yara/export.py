"""YARA export of a search: rules generated from attributes, and user-written rules."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from typing import Any, Self

from vardkase.analysis.search.filters import Scope, Search
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.sandbox import Job, LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.formats.misp_json.stream import coalesced, joined
from vardkase.formats.search_results import rows_of
from vardkase.formats.yara import generated
from vardkase.identity.access.actor import Actor

GENERATED = "// ===================================== GENERATED ====================================\n"
AS_IS = "\n// =====================================   AS-IS  ====================================\n"
COLUMNS = "a.uuid::text, a.type, a.value1, a.value2, e.uuid::text, e.info"

ALL_SECONDS = 60.0
"""Wall-clock time for all rules of one export; the rest become comments. A rule takes a millisecond or two."""
reading = SandboxPool(
    "vardkase.formats.yara.program", Limits(memory=1 << 30, seconds=10), part=OptionalPart.YARA
)

type Rule = dict[str, Any]
"""``value``, the rule; ``comment``, how it was changed; ``valid``, whether YARA accepts it."""


def as_text(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """One file that YARA loads: invalid rules become comments. Raises PartMissing."""
    # At once, while the answer can still be an error: further on its first bytes are sent.
    OptionalPart.YARA.require()
    return coalesced(_text(actor, search, ids))


def as_json(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    """``{"generated": [rule, …], "as-is": [rule, …]}``. Raises PartMissing."""
    OptionalPart.YARA.require()
    return coalesced(_json(actor, search, ids))


def _text(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    yield GENERATED.encode()
    before = ""
    for value in _generated(actor, search, ids):
        yield f"{before}{value}".encode()
        before = "\n\n"
    yield AS_IS.encode()
    before = ""
    for rule in _as_is(actor, search, ids):
        value = rule["value"]
        if not rule["valid"]:
            value = "\n".join(f"// {line}" for line in f"{rule['comment']}\n{value}".splitlines())
        yield f"{before}{value}".encode()
        before = "\n\n"


def _json(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    rules = (
        {"value": value, "comment": "Generated. ", "valid": True} for value in _generated(actor, search, ids)
    )
    yield b'{"generated":['
    yield from joined(json.dumps(rule).encode() for rule in rules)
    yield b'],"as-is":['
    yield from joined(json.dumps(rule).encode() for rule in _as_is(actor, search, ids))
    yield b"]}"


def _generated(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[str]:
    pages = rows_of(actor, search, ids, COLUMNS, types=generated.TYPES)
    make: Callable[[Iterator[generated.Row]], Iterator[str]] = (
        generated.of_events if search.scope is Scope.EVENTS else generated.of_attributes
    )
    return make(map(generated.Row._make, chain.from_iterable(pages)))


def _as_is(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[Rule]:
    with _RuleReader() as reader:
        for rows in rows_of(actor, search, ids, COLUMNS, types=["yara"]):
            for row in map(generated.Row._make, rows):
                yield reader.read(row)


class _RuleReader:
    """Parses rules in a sandbox; if a rule crashes it, another process continues with the next."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._job: Job | None = None
        self._names: list[str] = []
        self._left = ALL_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def read(self, row: generated.Row) -> Rule:
        # Still an answer, so that the export has every rule: as a comment that says why.
        if self._left <= 0:
            comment = "Not read: the rules of this export take too long. Ask for fewer at once."
            return {"value": row.value1, "comment": comment, "valid": False}
        started = time.monotonic()
        try:
            return self._read(row)
        finally:
            self._left -= time.monotonic() - started

    def _read(self, row: generated.Row) -> Rule:
        request = {
            "text": row.value1,
            "uuid": row.uuid,
            "event_uuid": row.event_uuid,
            "event_info": row.event_info,
        }
        try:
            answer: Rule = json.loads(b"".join(self._running_job().ask(json.dumps(request).encode())))
        except (LimitReached, ProgramFailed) as error:
            self._stack.close()
            self._job = None
            return {"value": row.value1, "comment": f"Not valid: {error.wire}", "valid": False}
        self._names += answer.pop("names")
        return answer

    def _running_job(self) -> Job:
        if self._job is None:
            self._job = self._stack.enter_context(reading.job({}))
            # A new process has to know the names that earlier rules of the file have.
            names = json.dumps({"names": self._names}).encode()
            b"".join(self._job.ask(names))
        return self._job
