"""Attributes of an event document, a page at a time, with all their related data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from msgspec import UNSET

from vardkase.formats.misp_json.attachments import encoded_data
from vardkase.formats.misp_json.columns import ATTRIBUTE, members_of
from vardkase.formats.misp_json.decay import add_scores
from vardkase.formats.misp_json.document_context import DocumentContext, add_analyst_data
from vardkase.formats.misp_json.proposals import proposals_of_attributes
from vardkase.formats.misp_json.related import related_attributes
from vardkase.formats.misp_json.selection import PAGE
from vardkase.formats.misp_json.sightings import sightings_of_attributes
from vardkase.formats.misp_json.structs import EMPTY, Attribute
from vardkase.formats.misp_json.warnings import add_warnings, clean

type Page = list[Attribute]


@dataclass(frozen=True, slots=True)
class CarriedParts:
    """What exists in some events or on their attributes: kinds that do not occur are not queried again."""

    tags: bool = False
    sightings: bool = False
    proposals: bool = False
    objects: bool = False
    reports: bool = False
    keys: bool = False


OWN = members_of(Attribute)
WIDTH = len(OWN)  # The name of the attachment follows.
OBJECT_ID = OWN.index("object_id")


def event_attributes(context: DocumentContext, event_id: int, carried: CarriedParts) -> Iterator[Page]:
    """The event's attributes by id: those outside objects, or all when the document is flattened.

    `carried` says what occurs on any attribute of the event.
    """
    outside = "" if context.options.flatten else " AND a.object_id IS NULL"
    sql = EVENT_ATTRIBUTES.format(columns=ATTRIBUTE, visible=context.attribute, outside=outside)
    rows: Sequence[tuple[Any, ...]] = ()
    while not rows or len(rows) == PAGE:
        rows = context.rows(sql, event=event_id, last=int(rows[-1][0]) if rows else 0, limit=PAGE)
        if not rows:
            return
        yield from _pages(context, rows, carried)


def object_attributes(
    context: DocumentContext, object_ids: Sequence[int], carried: CarriedParts
) -> Iterator[Page]:
    sql = OBJECT_ATTRIBUTES.format(columns=ATTRIBUTE, visible=context.attribute)
    objects = list(object_ids)
    rows: Sequence[tuple[Any, ...]] = ()
    while not rows or len(rows) == PAGE:
        after, last = (int(rows[-1][OBJECT_ID]), int(rows[-1][0])) if rows else (0, 0)
        rows = context.rows(sql, objects=objects, object=after, last=last, limit=PAGE)
        if not rows:
            return
        yield from _pages(context, rows, carried)


def few_attributes(context: DocumentContext, event_ids: Sequence[int], carried: CarriedParts) -> Page | None:
    """All attributes of some small events, by event and id.

    None if they exceed a page, or if there are attachments, which must be read one at a time.
    """
    sql = FEW_ATTRIBUTES.format(columns=ATTRIBUTE, visible=context.attribute)
    # One more than a page, to see whether there are more.
    rows = context.rows(sql, events=list(event_ids), limit=PAGE + 1)
    if len(rows) > PAGE or (context.options.include_attachments and any(row[WIDTH] for row in rows)):
        return None
    return next(_pages(context, rows, carried))


def _pages(
    context: DocumentContext, rows: Sequence[tuple[Any, ...]], carried: CarriedParts
) -> Iterator[Page]:
    page = [Attribute(*row[:WIDTH]) for row in rows]
    # First, so that nothing is looked up for attributes that are left out.
    if context.options.enforce_warninglist:
        kept = clean(page)
        page, rows = list(compress(page, kept)), list(compress(rows, kept))
    if context.options.include_warninglist_hits:
        add_warnings(page)
    if context.scorer and context.options.decay and context.options.decay.include_score:
        add_scores(context.scorer, page)
    _complete(context, page, carried)
    if context.options.include_attachments:
        yield from _with_data(page, [row[WIDTH] for row in rows])
    else:
        yield page


def _complete(context: DocumentContext, page: Page, carried: CarriedParts) -> None:
    """Give the attributes what hangs on them."""
    if carried.tags:
        _add_tags(context, page)
    if carried.sightings:
        found = sightings_of_attributes(context.actor, [int(attribute.id) for attribute in page])
        for attribute in page:
            attribute.Sighting = found.get(int(attribute.id), UNSET)
    if carried.proposals:
        proposals = proposals_of_attributes(context, [int(attribute.id) for attribute in page])
        for attribute in page:
            attribute.ShadowAttribute = proposals.get(int(attribute.id), EMPTY)
    if not context.options.sg_reference_only:
        context.groups.add_to(page)
    if context.options.include_granular_correlations:
        _add_correlations(context, page)
    if context.elsewhere:
        context.elsewhere.add(page)
    add_analyst_data(context, page)


def _with_data(page: Page, digests: Sequence[str | None]) -> Iterator[Page]:
    """The page split after each attachment, so that only one at a time is in memory."""
    part: Page = []
    for attribute, digest in zip(page, digests, strict=True):
        part.append(attribute)
        attribute.data = encoded_data(digest, attribute.type)
        if attribute.data:
            yield part
            # Written by now; the page would otherwise keep every file until its end.
            attribute.data = UNSET
            part = []
    if part or not page:
        yield part


def _add_tags(context: DocumentContext, page: Page) -> None:
    attached = context.tags.of_attributes(attribute.id for attribute in page)
    if not context.options.exclude_galaxy:
        context.galaxies.learn(attached.values())
    for attribute in page:
        if attachments := attached.get(int(attribute.id)):
            attribute.Tag = [context.tags.tag(attachment) for attachment in attachments]
            if not context.options.exclude_galaxy:
                attribute.Galaxy = context.galaxies.blocks(attachments, "attribute_tag_id")


def _add_correlations(context: DocumentContext, page: Page) -> None:
    related = related_attributes(context.actor, [int(attribute.id) for attribute in page])
    for attribute in page:
        if found := related.get(int(attribute.id)):
            attribute.RelatedAttribute = found


# From the last id and not by OFFSET, so that the last page of a large event costs no more than the first.
EVENT_ATTRIBUTES = """
SELECT {columns}, a.data_sha256
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND a.id > %(last)s{outside} AND {visible}
ORDER BY a.id LIMIT %(limit)s
"""

OBJECT_ATTRIBUTES = """
SELECT {columns}, a.data_sha256
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.object_id = ANY(%(objects)s) AND (a.object_id, a.id) > (%(object)s::bigint, %(last)s::bigint)
  AND {visible}
ORDER BY a.object_id, a.id LIMIT %(limit)s
"""

FEW_ATTRIBUTES = """
SELECT {columns}, a.data_sha256
FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = ANY(%(events)s) AND {visible}
ORDER BY a.event_id, a.id LIMIT %(limit)s
"""
