"""STIX export of a search: MISP JSON is passed to a sandbox process in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from vardkase.analysis.search.filters import Scope, Search
from vardkase.core.errors import Invalid
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.sandbox import Limits, SandboxPool
from vardkase.core.sql import cursor
from vardkase.formats.misp_json import attributes_document, events_document
from vardkase.formats.problems import ExportProblem
from vardkase.formats.search_options import attribute_options, event_options
from vardkase.identity.access.actor import Actor

AT_ONCE = 15_000
"""Attributes given to the library together; an event is never divided."""
STIX1_VERSIONS = ("1.1.1", "1.2")
STIX2_VERSIONS = ("2.1", "2.0")

writing = SandboxPool(
    "vardkase.formats.stix.program", Limits(memory=4 << 30, seconds=300), part=OptionalPart.STIX
)

SIZES = """
SELECT chosen.id, e.attribute_count
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place) JOIN event e ON e.id = chosen.id
ORDER BY chosen.place
"""


def stix1(form: str) -> Callable[[Actor, Search, Sequence[int]], Iterator[bytes]]:
    def render(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
        scope = "events" if search.scope is Scope.EVENTS else "attributes"
        # STIX 1 makes an XML namespace prefix of the name, which must begin with a letter.
        first = next(
            (character for character in actor.organisation_name if character.isalnum() or character == "_"),
            "",
        )
        job = {
            "job": f"write stix1 {scope}",
            "form": form,
            "version": version_of(search, STIX1_VERSIONS),
            "organisation": actor.organisation_name if first.isalpha() else f"ORG {actor.organisation_name}",
            "namespace": search.base_url,
        }
        return _with_first_produced(_converted(job, _documents(actor, search, ids)))

    return render


def stix2(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    job = {"job": "write stix2", "version": version_of(search, STIX2_VERSIONS)}
    return _with_first_produced(_converted(job, _documents(actor, search, ids)))


def version_of(search: Search, known: Sequence[str]) -> str:
    """The option ``stix-version``, by default the first of `known`. Raises Invalid for one that is not known."""
    version = search.options.get("stix-version")
    if version in (None, ""):
        return known[0]
    if str(version) not in known:
        raise Invalid(ExportProblem.UNKNOWN_STIX_VERSION(version=str(version)[:20], known=known))
    return str(version)


def _converted(job: dict[str, Any], documents: Iterator[bytes]) -> Iterator[bytes]:
    with writing.job(job) as process:
        for document in documents:
            yield from process.ask(document)
        yield from process.ask(b"")  # The end: what the library held back, and closing brackets.


def _with_first_produced(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """`pieces`, with the first one already produced: errors there can still set the HTTP status."""
    first = next(pieces)

    def all_pieces() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_pieces()


def _documents(actor: Actor, search: Search, ids: Sequence[int]) -> Iterator[bytes]:
    if search.scope is Scope.EVENTS:
        # misp-stix takes nothing from correlations, so they need not be looked up.
        options = replace(event_options(actor, search), include_event_correlations=False)
        for part in _runs_of_events(ids):
            yield b"".join(events_document(actor, part, options))
    else:
        listed = replace(attribute_options(search), include_context=True, include_event_tags=True)
        for start in range(0, len(ids), AT_ONCE):
            yield b"".join(attributes_document(actor, ids[start : start + AT_ONCE], listed))


def _runs_of_events(event_ids: Sequence[int]) -> Iterator[list[int]]:
    """The events in runs of at most AT_ONCE attributes, or of one event that has more."""
    run: list[int] = []
    total = 0
    for event_id, count in cursor().execute(SIZES, {"ids": list(event_ids)}).fetchall():
        if run and total + count > AT_ONCE:
            yield run
            run, total = [], 0
        run.append(event_id)
        total += count
    if run:
        yield run
