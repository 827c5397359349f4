"""An event as PDF, with its TLP marking on each page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from vardkase.core.sandbox.problems import SandboxProblem
from vardkase.core.typeset import NotTypeset, pdf
from vardkase.identity.access.actor import Actor
from vardkase.intel.columns import EventRow
from vardkase.intel.event_graphs.queries import tags_of_event
from vardkase.intel.queries.attribute_lines import (
    AttributeLine,
    Entry,
    LineFilter,
    LineOrder,
    attribute_lines,
    opening,
)
from vardkase.intel.queries.event_parts import event_tags
from vardkase.intel.queries.object_lines import ObjectHead, object_heads
from vardkase.knowledge.galaxies.queries import custom_cluster_names
from vardkase.misp.galaxy_tags import is_custom_galaxy_tag, is_galaxy_tag
from vardkase.misp.tlp import strictest_label
from vardkase.misp.values.defang import defang

TEMPLATE = Path(__file__).parent / "event.typ"
MOST_ROWS = 2_000
"""Attributes and objects that are set, which takes seconds."""
LONGEST_VALUE = 2_000
MOST_CHARACTERS = 120_000
"""Of all rows together."""
SHORTER = 4
"""A document that still costs too much is set once more, with this part of its rows and characters."""


@dataclass(frozen=True, slots=True)
class PrintedEvent:
    """`facts`: label and words, of what stands above the attributes."""

    event: EventRow
    facts: Sequence[tuple[str, str]]


def event_pdf(actor: Actor, printed: PrintedEvent, *, language: str) -> bytes:
    """What `actor` may read of the event, as tagged PDF: at most MOST_ROWS rows, which it says."""
    event = printed.event
    extent, entries = opening(actor, event.id, LineFilter(), LineOrder(), MOST_ROWS)
    ids = [entry.attribute_id for entry in entries if entry.attribute_id]
    lines = attribute_lines(actor, event.id, ids, deleted=False)
    heads = object_heads(
        actor, [entry.object_id for entry in entries if entry.object_id and entry.attribute_id is None]
    )
    tags = [tag.name for tag in tags_of_event(actor, event.id)]
    of_lines = [tag.name for line in lines.values() for tag in line.tags]
    marked = strictest_label([*tags, *of_lines])
    words = _TagWords(actor, [*tags, *of_lines])
    local = {tag.name for tag in event_tags(event.id) if tag.local}
    data = {
        "title": event.info[:LONGEST_VALUE],
        "tlp": f"TLP:{marked.upper()}" if marked else "",
        "colour": marked.replace("white", "clear"),
        "meta": printed.facts,
        "tags": ", ".join(words.of(tags, local))[:LONGEST_VALUE],
        "head": [gettext("Type"), gettext("Value"), gettext("Detection")],
    }
    rows = list(_fitting(_rows(entries, lines, heads, words), MOST_CHARACTERS))
    try:
        return pdf(TEMPLATE, data | _printed(rows, extent.attributes), language=language)
    except NotTypeset as refused:
        if refused.has(SandboxProblem.BUSY):
            raise
    rows = list(_fitting(iter(rows[: MOST_ROWS // SHORTER]), MOST_CHARACTERS // SHORTER))
    return pdf(TEMPLATE, data | _printed(rows, extent.attributes), language=language)


def _printed(rows: Sequence[dict[str, Any]], attributes: int) -> dict[str, Any]:
    """`attributes`: how many the event has."""
    shown = sum(row["kind"] == "attribute" for row in rows)
    note = gettext(
        "The event has %(all)s attributes, of which the first %(shown)s are printed. "
        "Download it as JSON or CSV for all."
    )
    said = note % {"all": attributes, "shown": shown} if shown < attributes else ""
    return {"note": said, "rows": rows}


class _TagWords:
    """Tags in words: clusters by their names, and none of those that the actor may not see."""

    def __init__(self, actor: Actor, names: Iterable[str]) -> None:
        self._custom = custom_cluster_names(actor) if any(map(is_custom_galaxy_tag, names)) else {}

    def of(self, names: Iterable[str], local: Collection[str] = ()) -> list[str]:
        """`local`: those of them that stay on this hub, which is said."""
        stays = pgettext("tag", "local")
        found = [(name, words) for name in names if (words := self._word(name))]
        return [f"{words} ({stays})" if name in local else words for name, words in found]

    def _word(self, name: str) -> str:
        if name.lower().startswith("tlp:"):
            return name.upper()
        if is_custom_galaxy_tag(name):
            return self._custom.get(name.lower(), "")
        return name.partition('="')[2].removesuffix('"') if is_galaxy_tag(name) else name


def _rows(
    entries: Sequence[Entry],
    lines: dict[int, AttributeLine],
    heads: dict[int, ObjectHead],
    words: _TagWords,
) -> Iterator[dict[str, Any]]:
    is_inside = False
    for entry in entries:
        if is_inside and entry.object_id is None:
            yield {"kind": "object", "name": gettext("Attributes outside objects"), "identity": ""}
        is_inside = entry.object_id is not None
        if entry.attribute_id is None:
            if head := heads.get(entry.object_id or 0):
                identity = defang(head.identity, head.identity_type)
                yield {"kind": "object", "name": head.name, "identity": _cut(identity)}
        elif line := lines.get(entry.attribute_id):
            yield _attribute(line, words)


def _attribute(line: AttributeLine, words: _TagWords) -> dict[str, Any]:
    changed = timezone.localtime(datetime.fromtimestamp(line.timestamp, UTC))
    facts = [
        line.category,
        date_format(changed, "j F Y"),
        *words.of([tag.name for tag in line.tags], {tag.name for tag in line.tags if tag.local}),
        line.comment,
    ]
    return {
        "kind": "attribute",
        "inside": "yes" if line.object_id else "",
        "type": line.object_relation or line.type,
        "value": _cut(defang(line.value, line.type)),
        "facts": _cut(" · ".join(filter(None, facts))),
        "detection": pgettext("detect", "Yes") if line.to_ids else pgettext("detect", "No"),
    }


def _fitting(rows: Iterator[dict[str, Any]], characters: int) -> Iterator[dict[str, Any]]:
    left = characters
    for row in rows:
        left -= sum(map(len, row.values()))
        if left < 0:
            return
        yield row


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]} …"
