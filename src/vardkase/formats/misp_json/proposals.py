"""Proposals as MISP JSON: in event documents, on listed attributes, and standalone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType

from vardkase.core.sql import array_of, cursor
from vardkase.formats.misp_json.attachments import encoded_data
from vardkase.formats.misp_json.columns import members_of, wire
from vardkase.formats.misp_json.document_context import DocumentContext
from vardkase.formats.misp_json.selection import Chosen, pages_of
from vardkase.formats.misp_json.structs import Organisation, encoder
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import reader_parameters
from vardkase.intel.proposals.models import Proposal
from vardkase.intel.proposals.queries import SOURCE, readable


class ShadowAttribute(Struct, gc=False):
    """A proposal inside an event document."""

    id: str
    type: str
    category: str
    to_ids: bool
    uuid: str
    event_uuid: str
    event_id: str
    old_id: str
    comment: str
    org_id: str
    proposal_to_delete: bool
    timestamp: str
    first_seen: str | None
    last_seen: str | None
    value: str
    data: str | UnsetType = UNSET
    Org: Organisation | UnsetType = UNSET


class ListedShadowAttribute(Struct, gc=False):
    """A proposal in shadow_attributes/index, which peers read."""

    id: str
    old_id: str
    event_id: str
    type: str
    category: str
    uuid: str
    to_ids: bool
    comment: str
    org_id: str
    timestamp: str
    first_seen: str | None
    last_seen: str | None
    deleted: bool
    proposal_to_delete: bool
    disable_correlation: bool
    value: str
    org_uuid: str
    old_uuid: str | UnsetType = UNSET
    event_uuid: str | UnsetType = UNSET
    data: str | UnsetType = UNSET
    Org: Raw | UnsetType = UNSET


def event_proposals(context: DocumentContext, event_id: int) -> Iterator[bytes]:
    sql = OF_EVENT.format(columns=DOCUMENT, source=SOURCE, visible=readable(context.actor))
    for row in context.rows(sql, event=event_id):
        yield encoder.encode(_proposal(context, row))


def proposals_of_attributes(context: DocumentContext, attribute_ids: Sequence[int]) -> dict[int, Raw]:
    sql = OF_ATTRIBUTES.format(columns=DOCUMENT, source=SOURCE, visible=readable(context.actor))
    rows = context.rows(sql, ids=list(attribute_ids))
    return {
        int(attribute_id): Raw(encoder.encode([_proposal(context, row) for row in group]))
        for attribute_id, group in groupby(rows, key=lambda row: row[OLD_ID])
    }


def listed_proposals(actor: Actor, attribute_ids: Sequence[int]) -> dict[int, Raw]:
    sql = OF_ATTRIBUTES.format(columns=WITH_COLUMNS, source=SOURCE, visible=readable(actor))
    rows = cursor().execute(
        sql, {**reader_parameters(actor), "ids": array_of(map(str, attribute_ids))}, binary=True
    )
    return {
        int(attribute_id): Raw(
            encoder.encode([dict(zip(LISTED_MEMBERS, row, strict=False)) for row in group])
        )
        for attribute_id, group in groupby(rows, key=lambda row: row[1])
    }


def proposal_rows(actor: Actor, chosen: Chosen) -> Iterator[bytes]:
    sql = CHOSEN.format(columns=LISTED, source=SOURCE, visible=readable(actor))
    for ids in pages_of(chosen):
        parameters = {**reader_parameters(actor), "ids": array_of(map(str, ids))}
        for row in cursor().execute(sql, parameters, binary=True).fetchall():
            yield b'{"ShadowAttribute":' + encoder.encode(_listed(row)) + b"}"


def _proposal(context: DocumentContext, row: Sequence[Any]) -> ShadowAttribute:
    own, digest, organisation = row[:WIDTH], row[WIDTH], row[WIDTH + 1 :]
    proposal = ShadowAttribute(*own)
    if context.options.include_attachments:
        proposal.data = encoded_data(digest, proposal.type)
    proposal.Org = Organisation(*organisation)
    return proposal


def _listed(row: Sequence[Any]) -> ListedShadowAttribute:
    own, (old_uuid, event_uuid, digest, name) = row[:LISTED_WIDTH], row[LISTED_WIDTH:]
    proposal = ListedShadowAttribute(*own)
    if old_uuid is not None:
        proposal.old_uuid = old_uuid
    proposal.event_uuid = event_uuid
    proposal.data = encoded_data(digest, proposal.type)
    organisation = {"name": name, "uuid": proposal.org_uuid, "id": proposal.org_id}
    proposal.Org = Raw(encoder.encode(organisation))
    return proposal


OWN = members_of(ShadowAttribute)
WIDTH = len(OWN)
LISTED_WIDTH = len(members_of(ListedShadowAttribute))
OLD_ID = OWN.index("old_id")
LISTED_MEMBERS = (
    "id", "old_id", "event_id", "type", "category", "value1", "to_ids", "uuid", "value2", "org_id",
    "event_org_id", "comment", "event_uuid", "deleted", "timestamp", "proposal_to_delete",
    "disable_correlation", "value",
)  # fmt: skip

GIVEN = {
    "old_id": "coalesce(s.attribute_id, 0)::text",
    "proposal_to_delete": "s.to_delete",
    "event_uuid": "e.uuid::text",
    "event_org_id": "e.orgc_id::text",
    "org_uuid": "org.uuid::text",
}
"""Members that have another name than their column, or come from another table."""

DOCUMENT = f"""{wire(Proposal, "s", OWN, **GIVEN)},
    s.data_sha256, org.id::text, org.name, org.uuid::text, org.local"""
WITH_COLUMNS = wire(Proposal, "s", LISTED_MEMBERS, **GIVEN)
LISTED = f"""{wire(Proposal, "s", members_of(ListedShadowAttribute), **GIVEN)},
    a.uuid::text, e.uuid::text, s.data_sha256, org.name"""

# Only proposals for a new attribute: the others are shown on the attribute that they would change.
OF_EVENT = """
SELECT {columns} {source} JOIN organisation org ON org.id = s.org_id
WHERE s.event_id = %(event)s AND s.attribute_id IS NULL AND NOT s.deleted AND {visible}
ORDER BY s.id
"""

OF_ATTRIBUTES = """
SELECT {columns} {source} JOIN organisation org ON org.id = s.org_id
WHERE s.attribute_id = ANY(%(ids)s::bigint[]) AND NOT s.deleted AND {visible}
ORDER BY s.attribute_id, s.id
"""

CHOSEN = """
SELECT {columns} {source} JOIN organisation org ON org.id = s.org_id
JOIN unnest(%(ids)s::bigint[]) WITH ORDINALITY AS chosen (id, place) ON chosen.id = s.id
WHERE {visible}
ORDER BY chosen.place
"""
