"""Contents of events, fetched in batches for small events and in pages for large ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardkase.formats.misp_json.attributes import CarriedParts, Page, event_attributes, few_attributes
from vardkase.formats.misp_json.columns import REPORT
from vardkase.formats.misp_json.document_context import DocumentContext, add_analyst_data
from vardkase.formats.misp_json.keys import keys_of_events
from vardkase.formats.misp_json.objects import event_objects, few_objects
from vardkase.formats.misp_json.proposals import event_proposals
from vardkase.formats.misp_json.reports import add_report_tags
from vardkase.formats.misp_json.structs import CryptographicKey, EventReport
from vardkase.formats.misp_json.tags import Attachment
from vardkase.identity.access.visibility import report_predicate


class Contents:
    """The contents of a batch of events; holds only what was fetched already."""

    def __init__(self, context: DocumentContext, event_ids: Sequence[int]) -> None:
        self._scope = context
        self._tags = context.tags.of_events(event_ids)
        self._reports: dict[int, list[EventReport]] = {}
        self._attributes: dict[int, Page] | None = None
        self._objects: dict[int, list[bytes]] = {}
        shows_sightings = not context.options.no_sightings
        shows_proposals = not context.options.no_shadow_attributes
        self._carried = {
            event_id: CarriedParts(tags, sightings and shows_sightings, proposals and shows_proposals, *parts)
            for event_id, tags, sightings, proposals, *parts in context.rows(CARRIED, events=list(event_ids))
        }
        self._keys = keys_of_events([number for number, each in self._carried.items() if each.keys])
        if context.options.metadata:
            return
        if not context.options.no_event_reports:
            self._reports = _reports(
                context, [number for number, each in self._carried.items() if each.reports]
            )
        # A batch of one event may be a large one, which is read in pages.
        if len(event_ids) > 1:
            self._fetch_small(event_ids)

    def attributes(self, event_ids: Sequence[int]) -> Iterator[Page]:
        for event_id in event_ids:
            if self._attributes is None:
                yield from event_attributes(self._scope, event_id, self._carried.get(event_id, NOTHING))
            elif page := self._attributes.get(event_id):
                yield page

    def objects(self, event_ids: Sequence[int]) -> Iterator[bytes]:
        for event_id in event_ids:
            if self._attributes is None:
                carried = self._carried.get(event_id, NOTHING)
                yield from event_objects(self._scope, event_id, carried) if carried.objects else ()
            else:
                yield from self._objects.get(event_id, ())

    def reports(self, event_ids: Sequence[int]) -> list[EventReport]:
        return [report for event_id in event_ids for report in self._reports.get(event_id, ())]

    def keys(self, event_ids: Sequence[int]) -> list[CryptographicKey]:
        """The keys of the first event; events merged into it are signed with their own."""
        return self._keys.get(event_ids[0], [])

    def proposals(self, event_ids: Sequence[int]) -> Iterator[bytes]:
        for event_id in event_ids:
            if self._carried.get(event_id, NOTHING).proposals:
                yield from event_proposals(self._scope, event_id)

    def tags(self, event_ids: Sequence[int]) -> list[Attachment]:
        every = (attachment for event_id in event_ids for attachment in self._tags.get(event_id, ()))
        once = {(attachment.tag_id, attachment.local): attachment for attachment in every}
        return list(once.values())

    def _fetch_small(self, event_ids: Sequence[int]) -> None:
        every = self._carried.values()
        carried = CarriedParts(
            any(each.tags for each in every),
            any(each.sightings for each in every),
            any(each.proposals for each in every),
        )
        fetched = few_attributes(self._scope, event_ids, carried)
        if fetched is None:
            return
        self._attributes = {}
        for attribute in fetched:
            if attribute.object_id == "0" or self._scope.options.flatten:
                self._attributes.setdefault(int(attribute.event_id), []).append(attribute)
        if not self._scope.options.flatten:
            objects = few_objects(self._scope, fetched)
            self._objects = {int(event_id): documents for event_id, documents in objects.items()}


def _reports(context: DocumentContext, event_ids: Sequence[int]) -> dict[int, list[EventReport]]:
    """The reports including deleted ones: synchronising readers learn of a deletion only this way."""
    if not event_ids:
        return {}
    visible = report_predicate(context.actor, "p")
    rows = context.rows(REPORTS.format(columns=REPORT, visible=visible), events=list(event_ids))
    reports = [EventReport(*row) for row in rows]
    if not context.options.sg_reference_only:
        context.groups.add_to(reports)
    if reports:
        add_report_tags(context, reports)
        add_analyst_data(context, reports)
    found: dict[int, list[EventReport]] = {}
    for each in reports:
        found.setdefault(int(each.event_id), []).append(each)
    return found


NOTHING = CarriedParts()

CARRIED = """
SELECT id, EXISTS (SELECT 1 FROM attribute_tag t WHERE t.event_id = event.id),
    EXISTS (SELECT 1 FROM sighting s WHERE s.event_id = event.id),
    EXISTS (SELECT 1 FROM proposal s WHERE s.event_id = event.id AND NOT s.deleted),
    EXISTS (SELECT 1 FROM object o WHERE o.event_id = event.id),
    EXISTS (SELECT 1 FROM event_report p WHERE p.event_id = event.id),
    EXISTS (SELECT 1 FROM cryptographic_key k WHERE k.event_id = event.id)
FROM event WHERE id = ANY(%(events)s)
"""

REPORTS = """
SELECT {columns} FROM event_report p JOIN event e ON e.id = p.event_id
WHERE p.event_id = ANY(%(events)s) AND {visible}
ORDER BY p.event_id, p.id
"""
