"""Attributes outside their event: attributes/restSearch, attributes/view and attributes/index."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import msgspec
import psycopg
from msgspec import UNSET, Raw

from vardkase.analysis.search.filters import Search
from vardkase.analysis.search.sql import attribute_query, query, walking_query
from vardkase.analysis.search.walking import goes_by_time, is_near_the_start
from vardkase.core.errors import NotFound
from vardkase.core.sql import SqlQuery, array_of, cursor
from vardkase.formats.misp_json.attachments import encoded_data
from vardkase.formats.misp_json.columns import LISTED_ATTRIBUTE, SPLIT_ATTRIBUTE, members_of, wire
from vardkase.formats.misp_json.decay import add_scores
from vardkase.formats.misp_json.document_context import DocumentContext, context_of
from vardkase.formats.misp_json.options import AttributeOptions, EventOptions
from vardkase.formats.misp_json.proposals import listed_proposals
from vardkase.formats.misp_json.related import listed_related_attributes
from vardkase.formats.misp_json.selection import PAGE, Chosen, chosen_ids, pages_of
from vardkase.formats.misp_json.sightings import sightings_of_attributes
from vardkase.formats.misp_json.stream import joined
from vardkase.formats.misp_json.structs import EMPTY, ListedAttribute, SplitAttribute, encoder
from vardkase.formats.misp_json.warnings import add_warnings, clean
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_publish_timestamp, event_times
from vardkase.intel.models import Event
from vardkase.intel.problems import AttributeProblem

ATTACHMENTS_AT_ONCE = 20

WIDTH = len(members_of(ListedAttribute))
"""Columns of LISTED_ATTRIBUTE; what follows in COLUMNS says what surrounds the attribute."""

EVENT = WIDTH + 4
"""Where in COLUMNS those of the event alone begin."""

COLUMNS = f"""{LISTED_ATTRIBUTE}, a.data_sha256, o.distribution::text, coalesce(o.sharing_group_id, 0)::text,
    e.uuid::text, e.org_id::text, e.orgc_id::text, e.distribution::text, e.info, ({{publish_timestamp}})::text"""

MOST_ROWS = 25_000
"""Rows of a search that are read in its own statement, and kept as PostgreSQL sent them: about 700 bytes each."""

type Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FoundAttributes:
    """What a search has found, with COLUMNS; converted page by page."""

    rows: psycopg.Cursor[Row]

    def __len__(self) -> int:
        return self.rows.rowcount

    @property
    def event_ids(self) -> set[int]:
        """Without converting the rows."""
        result = self.rows.pgresult
        values = {result.get_value(row, 1) for row in range(result.ntuples)} if result else set()
        return {int(value) for value in values if value}


def find_attributes(actor: Actor, search: Search) -> FoundAttributes | array[int]:
    """The rows that `search` finds, read in one statement if they are few; otherwise their ids, to read them later."""
    # A bound on the others could make the planner choose to go through the table in the order of the ids.
    by_value = any(terms and terms.wanted for terms in (search.value, search.value1, search.value2))
    if search.limit is None and by_value:
        bounded = replace(search, limit=MOST_ROWS + 1, page=1)
    elif search.limit is not None and search.limit <= MOST_ROWS:
        bounded = search
    else:
        return chosen_ids(query(actor, search))
    columns = COLUMNS.format(publish_timestamp=event_publish_timestamp(actor))
    if is_near_the_start(actor, bounded):
        found = _found(walking_query(actor, bounded, columns))
        if len(found) == bounded.limit:
            return found
    found = _found(attribute_query(actor, bounded, columns, by_time=goes_by_time(bounded)))
    return found if len(found) <= MOST_ROWS else chosen_ids(query(actor, search))


def _found(chosen: SqlQuery) -> FoundAttributes:
    return FoundAttributes(cursor().execute(chosen.sql, chosen.parameters, binary=True))


@dataclass(slots=True)
class Listing:
    """One list for one reader; events and objects are rendered once, however many attributes they have."""

    context: DocumentContext
    options: AttributeOptions
    events: dict[str, Raw]

    def read(self, ids: Sequence[int]) -> list[Row]:
        columns = COLUMNS.format(publish_timestamp=event_publish_timestamp(self.context.actor))
        sql = LISTED.format(columns=columns, visible=_visible(self.context))
        return self.context.rows(sql, ids=array_of(map(str, ids)))

    def page(self, rows: Sequence[Row]) -> list[ListedAttribute]:
        page = [ListedAttribute(*row[:WIDTH]) for row in rows]
        if self.options.enforce_warninglist:
            kept = clean(page)
            page, rows = list(compress(page, kept)), list(compress(rows, kept))
        if self.options.decay and self.context.scorer and self.options.decay.exclude_decayed:
            kept = self.context.scorer.kept([int(attribute.id) for attribute in page])
            page, rows = list(compress(page, kept)), list(compress(rows, kept))
        if self.options.include_warninglist_hits:
            add_warnings(page)
        event_tags = {}
        if self.options.include_context or self.options.include_event_tags:
            event_ids = sorted(map(int, {attribute.event_id for attribute in page}))
            event_tags = self.context.tags.of_events(event_ids)
            if self.options.include_context:
                self._learn_context(event_ids, event_tags)
        self._surround(page, rows)
        ids = [int(attribute.id) for attribute in page]
        self._add_tags(page, ids, event_tags)
        self._add_flagged(page, ids)
        return page

    def _surround(self, page: list[ListedAttribute], rows: Sequence[Row]) -> None:
        for attribute, row in zip(page, rows, strict=True):
            digest, object_distribution, object_group, event_uuid = row[WIDTH:EVENT]
            attribute.Event = self.events.get(attribute.event_id) or self._event(attribute, row)
            if object_distribution is not None:
                surrounding = (attribute.object_id, object_distribution, object_group)
                attribute.Object = Raw(encoder.encode(dict(zip(OBJECT_MEMBERS, surrounding, strict=True))))
            if self.options.include_event_uuid:
                attribute.event_uuid = event_uuid
            if self.options.include_attachments:
                attribute.data = encoded_data(digest, attribute.type)

    def _add_tags(
        self, page: list[ListedAttribute], ids: list[int], event_tags: dict[int, list[Any]]
    ) -> None:
        tags = self.context.tags
        attached = tags.of_attributes(attribute.id for attribute in page)
        inherit = self.options.include_event_tags
        for attribute, number in zip(page, ids, strict=True):
            shown = [tags.listed(each) for each in attached[number]] if number in attached else []
            if inherit:
                shown += [tags.inherited(each) for each in event_tags.get(int(attribute.event_id), ())]
            if shown:
                attribute.Tag = shown

    def _add_flagged(self, page: list[ListedAttribute], ids: list[int]) -> None:
        related, sightings, proposals = {}, {}, {}
        if self.options.include_correlations:
            related = listed_related_attributes(self.context.actor, ids)
        if self.options.include_sightings:
            sightings = sightings_of_attributes(self.context.actor, ids)
        if self.options.include_proposals:
            proposals = listed_proposals(self.context.actor, ids)
        if self.context.scorer and self.options.decay and self.options.decay.include_score:
            add_scores(self.context.scorer, page)
        for found, member, is_included in (
            (related, "RelatedAttribute", self.options.include_correlations),
            (sightings, "Sighting", self.options.include_sightings),
            (proposals, "ShadowAttribute", self.options.include_proposals),
        ):
            for attribute, number in zip(page, ids, strict=True) if is_included else ():
                setattr(attribute, member, found.get(number, EMPTY))

    def _event(self, attribute: ListedAttribute, row: Row) -> Raw:
        uuid, org_id, orgc_id, distribution, info, publish_timestamp = row[EVENT - 1 :]
        event = {
            "org_id": org_id,
            "distribution": distribution,
            "publish_timestamp": publish_timestamp,
            "id": attribute.event_id,
            "info": info,
            "orgc_id": orgc_id,
            "uuid": uuid,
        }
        rendered = self.events[attribute.event_id] = Raw(encoder.encode(event))
        return rendered

    def _learn_context(self, event_ids: list[int], event_tags: dict[int, list[Any]]) -> None:
        missing = [event_id for event_id in event_ids if str(event_id) not in self.events]
        if not missing:
            return
        for number, *row in self.context.rows(CONTEXT.format(**event_times(self.context.actor)), ids=missing):
            tags = [self.context.tags.context(each) for each in event_tags.get(number, ())]
            event: dict[str, Any] = dict(zip(CONTEXT_MEMBERS, row, strict=False))
            creator = row[len(CONTEXT_MEMBERS) :]
            event["Tag"] = tags
            event["Orgc"] = dict(zip(("id", "name", "uuid", "local"), creator, strict=True))
            self.events[str(number)] = Raw(encoder.encode(event))


def listing(actor: Actor, options: AttributeOptions) -> Listing:
    shared = EventOptions(
        deleted=options.deleted, include_all_tags=options.include_all_tags, decay=options.decay
    )
    context = context_of(actor, shared)
    return Listing(context, options, {})


def attributes_document(
    actor: Actor, chosen: Chosen | FoundAttributes, options: AttributeOptions | None = None
) -> Iterator[bytes]:
    """Attributes as ``{"response": {"Attribute": […]}}``, in the order chosen, a thousand at a time."""
    pages = attribute_pages(actor, chosen, options)
    yield b'{"response": {"Attribute": ['
    yield from joined(encoder.encode(page)[1:-1] for page in pages)
    yield b"]}}\n"


def attribute_pages(
    actor: Actor, chosen: Chosen | FoundAttributes, options: AttributeOptions | None = None
) -> Iterator[list[ListedAttribute]]:
    options = options or AttributeOptions()
    listed = listing(actor, options)
    size = ATTACHMENTS_AT_ONCE if options.include_attachments else PAGE
    if isinstance(chosen, FoundAttributes):
        pages = iter(lambda: chosen.rows.fetchmany(size), [])
    else:
        pages = map(listed.read, pages_of(chosen, size))
    for rows in pages:
        if page := listed.page(rows):
            yield page


def attribute_dict(
    actor: Actor, attribute_id: int, options: AttributeOptions | None = None
) -> dict[str, Any]:
    """One attribute as in attributes/view, without its event. Raises NotFound."""
    listed = listing(actor, options or VIEW)
    page = listed.page(listed.read([attribute_id]))
    if not page:
        raise NotFound(AttributeProblem.NOT_FOUND())
    page[0].Event = page[0].Object = UNSET
    row: dict[str, Any] = msgspec.json.decode(encoder.encode(page[0]))
    return row


def split_attributes(actor: Actor, ids: Sequence[int], options: EventOptions) -> list[SplitAttribute]:
    context = context_of(actor, options)
    rows = context.rows(
        LISTED.format(columns=SPLIT_ATTRIBUTE, visible=_visible(context)), ids=array_of(map(str, ids))
    )
    return [SplitAttribute(*row[:SPLIT_WIDTH]) for row in rows]


def _visible(context: DocumentContext) -> str:
    return f"{context.event} AND {context.attribute}"


VIEW = AttributeOptions(include_event_uuid=True, include_attachments=True)
"""What attributes/view shows."""

SPLIT_WIDTH = len(members_of(SplitAttribute))

OBJECT_MEMBERS = ("id", "distribution", "sharing_group_id")
CONTEXT_MEMBERS = (
    "id", "orgc_id", "org_id", "date", "threat_level_id", "info", "published", "uuid", "analysis",
    "timestamp", "distribution", "publish_timestamp", "sharing_group_id", "extends_uuid",
)  # fmt: skip

# The subquery hides the array's length, or the statement would be planned anew for a short list.
LISTED = """
SELECT {columns}
FROM unnest((SELECT %(ids)s::bigint[])) WITH ORDINALITY AS chosen (id, place)
JOIN attribute a ON a.id = chosen.id
JOIN event e ON e.id = a.event_id
LEFT JOIN object o ON o.id = a.object_id
WHERE {visible}
ORDER BY chosen.place
"""

CONTEXT_COLUMNS = wire(
    Event,
    "e",
    CONTEXT_MEMBERS,
    published="{published}",
    timestamp="({timestamp})::text",
    publish_timestamp="({publish_timestamp})::text",
)
CONTEXT = f"""
SELECT e.id, {CONTEXT_COLUMNS}, orgc.id::text, orgc.name, orgc.uuid::text, orgc.local
FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE e.id = ANY(%(ids)s)
"""
