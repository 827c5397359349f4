"""Whole events as MISP JSON, streamed: a page of attributes at a time, never a query per row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Raw

from vardkase.core.errors import NotFound
from vardkase.formats.misp_json.attributes import event_attributes
from vardkase.formats.misp_json.chosen import Chosen, pages_of
from vardkase.formats.misp_json.columns import EVENT, REPORT
from vardkase.formats.misp_json.objects import event_objects
from vardkase.formats.misp_json.options import Deleted, EventOptions
from vardkase.formats.misp_json.related import related_event_blocks
from vardkase.formats.misp_json.scope import Scope, scope_of
from vardkase.formats.misp_json.stream import coalesced, joined
from vardkase.formats.misp_json.structs import EventHeader, EventReport, Organisation, encoder
from vardkase.formats.misp_json.tags import Attachment
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import part_predicate

EXPORT = EventOptions(
    deleted=Deleted.BOTH, include_attachments=True, include_all_tags=True, include_event_correlations=False
)

HEADER_WIDTH = 19
"""Columns of EVENT; the creator's address and the two organisations follow."""


def event_document(actor: Actor, event_id: int, options: EventOptions | None = None) -> Iterator[bytes]:
    """One event as ``{"Event": {…}}``. Raises NotFound, before the first byte, when it may not be read."""
    scope = scope_of(actor, options or EventOptions())
    header = _header(scope, event_id)
    if header is None:
        raise NotFound("Invalid event")
    return coalesced(_event(scope, event_id, header))


def events_document(actor: Actor, chosen: Chosen, options: EventOptions | None = None) -> Iterator[bytes]:
    """Events as ``{"response": [{"Event": {…}}, …]}``; what may not be read is left out."""
    return coalesced(_response(actor, chosen, options or EventOptions()))


def export_events(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    """Events for a file that is to be imported elsewhere: with deleted parts and attachments."""
    return events_document(actor, chosen, EXPORT)


def _response(actor: Actor, chosen: Chosen, options: EventOptions) -> Iterator[bytes]:
    scope = scope_of(actor, options)
    separator = b""
    yield b'{"response": ['
    for event_id in (each for ids in pages_of(chosen) for each in ids):
        header = _header(scope, event_id)
        if header is not None:
            yield separator
            yield from _event(scope, event_id, header)
            separator = b","
    yield b"]}\n"


def _event(scope: Scope, event_id: int, header: EventHeader) -> Iterator[bytes]:
    members = [event_id, *_extend(scope, event_id, header)]
    yield b'{"Event":' + encoder.encode(header)[:-1]
    yield from _sections(scope, members)
    yield b"}}"


def _sections(scope: Scope, members: list[int]) -> Iterator[bytes]:
    """What stands below the header, in MISP's order; `members` are the event and those merged into it."""
    options = scope.options
    whole = not options.metadata
    tagged = _with_tagged_attributes(scope, members) if whole else set()
    if whole:
        pages = (page for each in members for page in event_attributes(scope, each, tagged=each in tagged))
        yield from _array("Attribute", (encoder.encode(page)[1:-1] for page in pages))
        if not options.no_shadow_attributes:
            yield b',"ShadowAttribute":[]'
    attachments = _event_tags(scope, members)
    yield from _context(scope, members[0], attachments)
    if whole and not options.flatten:
        objects = (part for each in members for part in event_objects(scope, each, tagged=each in tagged))
        yield from _array("Object", objects)
    if whole and not options.no_event_reports:
        yield _member("EventReport", _reports(scope, members))
    yield b',"CryptographicKey":[]'
    if attachments:
        yield _member("Tag", [scope.tags.tag(attachment) for attachment in attachments])


def _context(scope: Scope, event_id: int, attachments: list[Attachment]) -> Iterator[bytes]:
    if scope.options.include_event_correlations:
        related = related_event_blocks(scope.actor, event_id)
        if scope.options.include_analyst_data:
            related = [{**block, "RelationshipInbound": []} for block in related]
        yield _member("RelatedEvent", related)
    galaxies: list[Raw] = []
    if attachments and not scope.options.exclude_galaxy:
        scope.galaxies.learn([attachments])
        galaxies = scope.galaxies.blocks(attachments, "event_tag_id")
    yield _member("Galaxy", galaxies)


def _array(name: str, items: Iterator[bytes]) -> Iterator[bytes]:
    yield f',"{name}":['.encode()
    yield from joined(items)
    yield b"]"


def _member(name: str, value: Any) -> bytes:
    return f',"{name}":'.encode() + encoder.encode(value)


def _header(scope: Scope, event_id: int) -> EventHeader | None:
    rows = scope.rows(HEADER.format(columns=EVENT, visible=scope.event), event=event_id)
    if not rows:
        return None
    own, (email, *organisations) = rows[0][:HEADER_WIDTH], rows[0][HEADER_WIDTH:]
    header = EventHeader(*own)
    if email and (scope.actor.is_site_admin or int(header.org_id) == scope.actor.organisation_id):
        header.event_creator_email = email
    header.Org = Organisation(*organisations[:4])
    header.Orgc = Organisation(*organisations[4:])
    if header.distribution == "4" and not scope.options.sg_reference_only:
        scope.groups.learn([header.sharing_group_id])
        header.SharingGroup = scope.groups.block(header.sharing_group_id)
    return header


def _extend(scope: Scope, event_id: int, header: EventHeader) -> list[int]:
    """Name the events that extend this one in its header; return those to merge into it."""
    options = scope.options
    if not (options.extended or options.extension_list):
        return []
    rows = scope.rows(EXTENSIONS.format(visible=scope.event), uuid=header.uuid, event=event_id)
    if options.extension_list:
        header.ExtendedBy = Raw(encoder.encode([_extending(*row) for row in rows]))
    if not options.extended or not rows:
        return []
    header.extensionEvents = Raw(encoder.encode({row[0]: _merged(*row) for row in rows}))
    return [int(row[0]) for row in rows]


def _extending(number: str, uuid: str, info: str, orgc: str, _user: str, name: str, orgc_uuid: str) -> Any:
    return {"id": number, "uuid": uuid, "info": info, "Orgc": {"id": orgc, "uuid": orgc_uuid, "name": name}}


def _merged(number: str, _uuid: str, info: str, orgc: str, user: str, name: str, orgc_uuid: str) -> Any:
    creator = {"id": orgc, "name": name, "uuid": orgc_uuid}
    return {"id": number, "info": info, "orgc_id": orgc, "user_id": user, "Orgc": creator}


def _with_tagged_attributes(scope: Scope, members: list[int]) -> set[int]:
    return {row[0] for row in scope.rows(TAGGED, events=members)}


def _event_tags(scope: Scope, members: list[int]) -> list[Attachment]:
    """What is attached to the event and those merged into it; a tag counts once."""
    attached = scope.tags.of_events(members)
    every = (attachment for member in members for attachment in attached.get(member, ()))
    once = {(attachment.tag_id, attachment.local): attachment for attachment in every}
    return list(once.values())


def _reports(scope: Scope, members: list[int]) -> list[EventReport]:
    """The reports, deleted ones too: a reader that synchronises learns of the deletion only so."""
    visible = part_predicate(scope.actor, "p")
    rows = scope.rows(REPORTS.format(columns=REPORT, visible=visible), events=members)
    reports = [EventReport(*row) for row in rows]
    shared = [each for each in reports if each.distribution == "4" and not scope.options.sg_reference_only]
    scope.groups.learn({each.sharing_group_id for each in shared})
    for each in shared:
        each.SharingGroup = scope.groups.block(each.sharing_group_id)
    return reports


HEADER = """
SELECT {columns}, u.email, org.id::text, org.name, org.uuid::text, org.local, orgc.id::text, orgc.name,
       orgc.uuid::text, orgc.local
FROM event e JOIN organisation org ON org.id = e.org_id JOIN organisation orgc ON orgc.id = e.orgc_id
LEFT JOIN account u ON u.id = e.user_id
WHERE e.id = %(event)s AND {visible}
"""

EXTENSIONS = """
SELECT e.id::text, e.uuid::text, e.info, e.orgc_id::text, e.user_id::text, orgc.name, orgc.uuid::text
FROM event e JOIN organisation orgc ON orgc.id = e.orgc_id
WHERE e.extends_uuid = %(uuid)s::uuid AND e.id <> %(event)s AND {visible}
ORDER BY e.id
"""

TAGGED = """
SELECT id FROM event WHERE id = ANY(%(events)s)
  AND EXISTS (SELECT 1 FROM attribute_tag t WHERE t.event_id = event.id)
"""

REPORTS = """
SELECT {columns} FROM event_report p JOIN event e ON e.id = p.event_id
WHERE p.event_id = ANY(%(events)s) AND {visible}
ORDER BY p.id
"""
