"""Attributes outside their event: attributes/restSearch, attributes/view and attributes/index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from vardkase.core.errors import NotFound
from vardkase.core.sql import array_of
from vardkase.formats.misp_json.columns import LISTED_ATTRIBUTE, SPLIT_ATTRIBUTE
from vardkase.formats.misp_json.data import encoded_data
from vardkase.formats.misp_json.decay import add_scores
from vardkase.formats.misp_json.options import AttributeOptions, EventOptions
from vardkase.formats.misp_json.proposals import listed_proposals
from vardkase.formats.misp_json.related import listed_related_attributes
from vardkase.formats.misp_json.scope import Scope, scope_of
from vardkase.formats.misp_json.selection import PAGE, Chosen, pages_of
from vardkase.formats.misp_json.sightings import sightings_of_attributes
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.misp_json.structs import EMPTY, ListedAttribute, SplitAttribute, encoder
from vardkase.formats.misp_json.warnings import add_warnings, clean
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_times
from vardkase.intel.problems import AttributeProblem

ATTACHMENTS_AT_ONCE = 20

WIDTH = 17
"""Columns of LISTED_ATTRIBUTE; what follows says what surrounds the attribute."""


@dataclass(slots=True)
class Listing:
    """One list for one reader; events and objects are rendered once, however many attributes they have."""

    scope: Scope
    options: AttributeOptions
    events: dict[int, Raw]

    def page(self, ids: Sequence[int]) -> list[ListedAttribute]:
        rows = self.scope.rows(
            LISTED.format(columns=LISTED_ATTRIBUTE, visible=_visible(self.scope)), ids=array_of(map(str, ids))
        )
        page = [ListedAttribute(*row[:WIDTH]) for row in rows]
        if self.options.enforce_warninglist:
            kept = clean(page)
            page, rows = list(compress(page, kept)), list(compress(rows, kept))
        if self.options.decay and self.scope.scorer and self.options.decay.exclude_decayed:
            kept = self.scope.scorer.kept([int(attribute.id) for attribute in page])
            page, rows = list(compress(page, kept)), list(compress(rows, kept))
        if self.options.include_warninglist_hits:
            add_warnings(page)
        event_ids = sorted({int(attribute.event_id) for attribute in page})
        event_tags = self._event_tags(event_ids)
        self._learn_events(event_ids, event_tags)
        self._surround(page, rows)
        self._add_tags(page, event_tags)
        self._add_flagged(page)
        return page

    def _surround(self, page: list[ListedAttribute], rows: Sequence[tuple[Any, ...]]) -> None:
        for attribute, row in zip(page, rows, strict=True):
            digest, event_uuid, object_distribution, object_group = row[WIDTH:]
            attribute.Event = self.events[int(attribute.event_id)]
            if object_distribution is not None:
                surrounding = (attribute.object_id, object_distribution, object_group)
                attribute.Object = Raw(encoder.encode(dict(zip(OBJECT_MEMBERS, surrounding, strict=True))))
            if self.options.include_event_uuid:
                attribute.event_uuid = event_uuid
            if self.options.include_attachments:
                attribute.data = encoded_data(digest, attribute.type)

    def _add_tags(self, page: list[ListedAttribute], event_tags: dict[int, list[Any]]) -> None:
        tags = self.scope.tags
        attached = tags.of_attributes(attribute.id for attribute in page)
        inherit = self.options.include_event_tags
        for attribute in page:
            shown = [tags.listed(each) for each in attached.get(int(attribute.id), ())]
            if inherit:
                shown += [tags.inherited(each) for each in event_tags.get(int(attribute.event_id), ())]
            if shown:
                attribute.Tag = shown

    def _add_flagged(self, page: list[ListedAttribute]) -> None:
        ids = [int(attribute.id) for attribute in page]
        related, sightings, proposals = {}, {}, {}
        if self.options.include_correlations:
            related = listed_related_attributes(self.scope.actor, ids)
        if self.options.include_sightings:
            sightings = sightings_of_attributes(self.scope.actor, ids)
        if self.options.include_proposals:
            proposals = listed_proposals(self.scope.actor, ids)
        if self.scope.scorer and self.options.decay and self.options.decay.include_score:
            add_scores(self.scope.scorer, page)
        for attribute in page:
            if self.options.include_correlations:
                attribute.RelatedAttribute = related.get(int(attribute.id), EMPTY)
            if self.options.include_sightings:
                attribute.Sighting = sightings.get(int(attribute.id), EMPTY)
            if self.options.include_proposals:
                attribute.ShadowAttribute = proposals.get(int(attribute.id), EMPTY)

    def _event_tags(self, event_ids: list[int]) -> dict[int, list[Any]]:
        wanted = self.options.include_context or self.options.include_event_tags
        return self.scope.tags.of_events(event_ids) if wanted else {}

    def _learn_events(self, event_ids: list[int], event_tags: dict[int, list[Any]]) -> None:
        missing = [event_id for event_id in event_ids if event_id not in self.events]
        if not missing:
            return
        sql = CONTEXT if self.options.include_context else EVENTS
        for number, *row in self.scope.rows(sql.format(**event_times(self.scope.actor)), ids=missing):
            if self.options.include_context:
                tags = [self.scope.tags.context(each) for each in event_tags.get(number, ())]
                self.events[number] = Raw(encoder.encode(_context(row, tags)))
            else:
                self.events[number] = Raw(encoder.encode(dict(zip(EVENT_MEMBERS, row, strict=True))))


def listing(actor: Actor, options: AttributeOptions) -> Listing:
    shared = EventOptions(
        deleted=options.deleted, include_all_tags=options.include_all_tags, decay=options.decay
    )
    scope = scope_of(actor, shared)
    return Listing(scope, options, {})


def attributes_document(
    actor: Actor, chosen: Chosen, options: AttributeOptions | None = None
) -> Iterator[bytes]:
    """Attributes as ``{"response": {"Attribute": […]}}``, in the order chosen, a thousand at a time."""
    pages = attribute_pages(actor, chosen, options)
    yield b'{"response": {"Attribute": ['
    yield from joined(encoder.encode(page)[1:-1] for page in pages)
    yield b"]}}\n"


def attribute_pages(
    actor: Actor, chosen: Chosen, options: AttributeOptions | None = None
) -> Iterator[list[ListedAttribute]]:
    options = options or AttributeOptions()
    listed = listing(actor, options)
    for ids in pages_of(chosen, ATTACHMENTS_AT_ONCE if options.include_attachments else PAGE):
        if page := listed.page(ids):
            yield page


def attribute_dict(
    actor: Actor, attribute_id: int, options: AttributeOptions | None = None
) -> dict[str, Any]:
    """One attribute as in attributes/view, without its event. Raises NotFound."""
    page = listing(actor, options or VIEW).page([attribute_id])
    if not page:
        raise NotFound(AttributeProblem.NOT_FOUND())
    page[0].Event = page[0].Object = UNSET
    row: dict[str, Any] = msgspec.json.decode(encoder.encode(page[0]))
    return row


def split_attributes(actor: Actor, ids: Sequence[int], options: EventOptions) -> list[SplitAttribute]:
    scope = scope_of(actor, options)
    rows = scope.rows(
        LISTED.format(columns=SPLIT_ATTRIBUTE, visible=_visible(scope)), ids=array_of(map(str, ids))
    )
    return [SplitAttribute(*row[:SPLIT_WIDTH]) for row in rows]


def _visible(scope: Scope) -> str:
    return f"{scope.event} AND {scope.attribute}"


def _context(row: list[Any], tags: list[Raw]) -> dict[str, Any]:
    event: dict[str, Any] = dict(zip(CONTEXT_MEMBERS, row, strict=False))
    event["Tag"] = tags
    event["Orgc"] = dict(zip(("id", "name", "uuid", "local"), row[len(CONTEXT_MEMBERS) :], strict=True))
    return event


VIEW = AttributeOptions(include_event_uuid=True, include_attachments=True)
"""What attributes/view shows."""

SPLIT_WIDTH = 19

OBJECT_MEMBERS = ("id", "distribution", "sharing_group_id")
EVENT_MEMBERS = ("org_id", "distribution", "publish_timestamp", "id", "info", "orgc_id", "uuid")
CONTEXT_MEMBERS = (
    "id", "orgc_id", "org_id", "date", "threat_level_id", "info", "published", "uuid", "analysis",
    "timestamp", "distribution", "publish_timestamp", "sharing_group_id", "extends_uuid",
)  # fmt: skip

# The subquery hides the array's length, or the statement would be planned anew for a short list.
LISTED = """
SELECT {columns}, a.data_sha256, e.uuid::text, o.distribution::text, coalesce(o.sharing_group_id, 0)::text
FROM unnest((SELECT %(ids)s::bigint[])) WITH ORDINALITY AS chosen (id, place)
JOIN attribute a ON a.id = chosen.id
JOIN event e ON e.id = a.event_id
LEFT JOIN object o ON o.id = a.object_id
WHERE {visible}
ORDER BY chosen.place
"""

EVENTS = """
SELECT e.id, e.org_id::text, e.distribution::text, ({publish_timestamp})::text, e.id::text, e.info, e.orgc_id::text,
       e.uuid::text
FROM event e WHERE e.id = ANY(%(ids)s)
"""

CONTEXT = """
SELECT e.id, e.id::text, e.orgc_id::text, e.org_id::text, e.date::text, e.threat_level_id::text, e.info,
       {published}, e.uuid::text, e.analysis::text, ({timestamp})::text, e.distribution::text,
       ({publish_timestamp})::text, coalesce(e.sharing_group_id, 0)::text, coalesce(e.extends_uuid::text, ''),
       orgc.id::text, orgc.name, orgc.uuid::text, orgc.local
FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE e.id = ANY(%(ids)s)
"""
