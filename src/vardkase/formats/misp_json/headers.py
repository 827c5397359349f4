"""The head of an event document: the event's own members, its organisations and its extensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Raw

from vardkase.formats.misp_json.columns import EVENT, members_of
from vardkase.formats.misp_json.decay import add_event_scores
from vardkase.formats.misp_json.document_context import DocumentContext
from vardkase.formats.misp_json.selection import PAGE
from vardkase.formats.misp_json.structs import EventHeader, Organisation, encoder
from vardkase.identity.access.event_times import event_times, proposals_are_waiting
from vardkase.intel.queries.attribute_counts import visible_attribute_count

WIDTH = len(members_of(EventHeader))
"""Columns of EVENT; the creator's address and the two organisations follow."""

EVENTS_AT_ONCE = 100


def headers(context: DocumentContext, event_ids: Sequence[int]) -> list[EventHeader]:
    columns = EVENT.format(
        attribute_count=visible_attribute_count(context.actor),
        **event_times(context.actor),
        proposals_are_waiting=proposals_are_waiting(context.actor),
    )
    rows = context.rows(HEADERS.format(columns=columns, visible=context.event), events=list(event_ids))
    found = [_header(context, row) for row in rows]
    if not context.options.sg_reference_only:
        context.groups.add_to(found)
    if context.scorer and context.options.decay and context.options.decay.on_event:
        add_event_scores(context.scorer, found)
    return found


def batches(found: Iterable[EventHeader]) -> Iterator[list[EventHeader]]:
    """The headers in runs with about a page of attributes; a big event has its own run."""
    batch: list[EventHeader] = []
    attributes = 0
    for header in found:
        count = int(header.attribute_count)
        if batch and (attributes + count > PAGE or len(batch) == EVENTS_AT_ONCE):
            yield batch
            batch, attributes = [], 0
        batch.append(header)
        attributes += count
    if batch:
        yield batch


def extend(context: DocumentContext, header: EventHeader) -> list[int]:
    """Add the extending events to the header; returns those to merge into it."""
    options = context.options
    if not (options.extended or options.extension_list):
        return []
    rows = context.rows(EXTENSIONS.format(visible=context.event), uuid=header.uuid, event=int(header.id))
    if options.extension_list and rows:
        extending = [
            {"id": number, "uuid": uuid, "info": info, "Orgc": {"id": orgc, "uuid": orgc_uuid, "name": name}}
            for number, uuid, info, orgc, _user, name, orgc_uuid in rows
        ]
        header.ExtendedBy = Raw(encoder.encode(extending))
    if not options.extended or not rows:
        return []
    header.extensionEvents = Raw(encoder.encode({row[0]: _merged(*row) for row in rows}))
    return [int(row[0]) for row in rows]


def _header(context: DocumentContext, row: tuple[Any, ...]) -> EventHeader:
    own, (email, *organisations) = row[:WIDTH], row[WIDTH:]
    header = EventHeader(*own)
    # The address is personal data: MISP shows it to the creator's organisation and to site admins.
    if email and (context.actor.is_site_admin or int(header.orgc_id) == context.actor.organisation_id):
        header.event_creator_email = email
    header.Org = Organisation(*organisations[:4])
    header.Orgc = Organisation(*organisations[4:])
    return header


def _merged(number: str, _uuid: str, info: str, orgc: str, user: str, name: str, orgc_uuid: str) -> Any:
    creator = {"id": orgc, "name": name, "uuid": orgc_uuid}
    return {"id": number, "info": info, "orgc_id": orgc, "user_id": user, "Orgc": creator}


# In the order of the ids: `= ANY` would return the rows in any.
HEADERS = """
SELECT {columns}, u.email, org.id::text, org.name, org.uuid::text, org.local, orgc.id::text, orgc.name,
       orgc.uuid::text, orgc.local
FROM unnest(%(events)s::bigint[]) WITH ORDINALITY AS chosen (id, place)
JOIN event e ON e.id = chosen.id
JOIN organisation org ON org.id = e.org_id
JOIN organisation orgc ON orgc.id = e.orgc_id
LEFT JOIN account u ON u.id = e.user_id
WHERE {visible}
ORDER BY chosen.place
"""

EXTENSIONS = """
SELECT e.id::text, e.uuid::text, e.info, e.orgc_id::text, e.user_id::text, orgc.name, orgc.uuid::text
FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE e.extends_uuid = %(uuid)s::uuid AND e.id <> %(event)s AND {visible}
ORDER BY e.id
"""
