"""Events and counts as the staging tables have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg.rows import dict_row

from vardkase.core.sql import cursor
from vardkase.hub.move_in.comparison.parts import Parts, part, tag
from vardkase.misp.types import COMPOSITE_TYPES


def event_ids() -> list[int]:
    return [row[0] for row in cursor().execute("SELECT id FROM move_in.events ORDER BY id").fetchall()]


def index() -> None:
    for table, column in INDEXED.items():
        cursor().execute(f"CREATE INDEX IF NOT EXISTS {table}_compared ON move_in.{table} ({column})")


def events(ids: Sequence[int]) -> dict[int, Parts]:
    found: dict[int, Parts] = {event_id: {} for event_id in ids}
    for kind, rows in ROWS.items():
        for row in _rows(rows, ids):
            key, fields = tag(row["carrier"], row) if kind == "Tag" else part(kind, row)
            found[row["of_event"]][key] = fields
    return {event_id: parts for event_id, parts in found.items() if parts}


def counts() -> dict[str, tuple[int, int]]:
    """Of what is not in events: how many there are in MISP, and how many of those are here."""
    found = {}
    for kind, (staged, here) in OUTSIDE.items():
        row = (
            cursor()
            .execute(f"SELECT count(*), count(*) FILTER (WHERE {here}) FROM move_in.{staged} s")
            .fetchone()
        )
        found[kind] = (row[0], row[1]) if row else (0, 0)
    return found


def _rows(statement: str, ids: Sequence[int]) -> Iterator[Mapping[str, Any]]:
    parameters = {"ids": list(ids), "composite": sorted(COMPOSITE_TYPES)}
    return cursor(row_factory=dict_row).execute(statement, parameters)


VALUE = """CASE WHEN s.type = ANY(%(composite)s::text[])
    THEN concat(s.value1, '|', s.value2) ELSE s.value1 END AS value"""
ROWS = {
    "Event": "SELECT s.*, id AS of_event FROM move_in.events s WHERE id = ANY(%(ids)s)",
    "Attribute": f"SELECT s.*, event_id AS of_event, {VALUE} FROM move_in.attributes s WHERE event_id = ANY(%(ids)s)",
    "Object": "SELECT s.*, event_id AS of_event FROM move_in.objects s WHERE event_id = ANY(%(ids)s)",
    # A reference is shown with its object.
    "ObjectReference": """SELECT s.*, s.event_id AS of_event FROM move_in.object_references s
        JOIN move_in.objects o ON o.id = s.object_id WHERE s.event_id = ANY(%(ids)s)""",
    "EventReport": "SELECT s.*, event_id AS of_event FROM move_in.event_reports s WHERE event_id = ANY(%(ids)s)",
    "CryptographicKey": """SELECT s.*, parent_id AS of_event FROM move_in.cryptographic_keys s
        WHERE parent_type = 'Event' AND parent_id = ANY(%(ids)s)""",
    # What was decided is not shown.
    "ShadowAttribute": f"""SELECT s.*, event_id AS of_event, {VALUE} FROM move_in.shadow_attributes s
        WHERE deleted = 0 AND event_id = ANY(%(ids)s)""",
    "Sighting": """SELECT s.*, a.event_id AS of_event FROM move_in.sightings s
        JOIN move_in.attributes a ON a.id = s.attribute_id WHERE a.event_id = ANY(%(ids)s)""",
    "Tag": """
        SELECT e.id AS of_event, e.uuid AS carrier, t.name, s.local, s.relationship_type
        FROM move_in.event_tags s JOIN move_in.events e ON e.id = s.event_id JOIN move_in.tags t ON t.id = s.tag_id
        WHERE e.id = ANY(%(ids)s)
        UNION ALL
        SELECT a.event_id, a.uuid, t.name, s.local, s.relationship_type
        FROM move_in.attribute_tags s JOIN move_in.attributes a ON a.id = s.attribute_id
        JOIN move_in.tags t ON t.id = s.tag_id WHERE a.event_id = ANY(%(ids)s)""",
}
INDEXED = {
    "attributes": "event_id",
    "objects": "event_id",
    "object_references": "event_id",
    "event_reports": "event_id",
    "cryptographic_keys": "parent_id",
    "shadow_attributes": "event_id",
    "sightings": "attribute_id",
    "event_tags": "event_id",
    "attribute_tags": "attribute_id",
}
BY_UUID = "EXISTS (SELECT 1 FROM {0} h WHERE h.uuid::text = lower(s.uuid))"
BY_ID = "EXISTS (SELECT 1 FROM {0} h WHERE h.id = s.id)"
OUTSIDE = {
    "organisations": ("organisations", BY_UUID.format("organisation")),
    "accounts": ("users", BY_ID.format("account")),
    "sharing groups": ("sharing_groups", BY_UUID.format("sharing_group")),
    "tags": ("tags", "EXISTS (SELECT 1 FROM tag h WHERE lower(h.name) = lower(s.name))"),
    "tag collections": ("tag_collections", BY_UUID.format("tag_collection")),
    "taxonomies": ("taxonomies", "EXISTS (SELECT 1 FROM taxonomy h WHERE h.namespace = s.namespace)"),
    "galaxies": ("galaxies", BY_UUID.format("galaxy")),
    "galaxy clusters": ("galaxy_clusters", BY_UUID.format("galaxy_cluster")),
    "object templates": (
        "object_templates",
        "EXISTS (SELECT 1 FROM object_template h WHERE h.uuid::text = lower(s.uuid) AND h.version = s.version)",
    ),
    "warninglists": ("warninglists", "EXISTS (SELECT 1 FROM warninglist h WHERE h.name = s.name)"),
    "noticelists": ("noticelists", "EXISTS (SELECT 1 FROM noticelist h WHERE h.name = s.name)"),
    "decaying models": ("decaying_models", BY_ID.format("decaying_model")),
    "import regexps": ("regexp", BY_ID.format("import_expression")),
    "correlation exclusions": ("correlation_exclusions", BY_ID.format("correlation_exclusion")),
    "blocked events": (
        "event_blocklists",
        "EXISTS (SELECT 1 FROM blocklist_entry h WHERE h.kind = 'event' AND h.uuid::text = lower(s.event_uuid))",
    ),
    "proposals": ("shadow_attributes", BY_ID.format("proposal")),
    "sightings": ("sightings", BY_ID.format("sighting")),
    "notes": ("notes", BY_UUID.format("analyst_data")),
    "opinions": ("opinions", BY_UUID.format("analyst_data")),
    "relationships": ("relationships", BY_UUID.format("analyst_data")),
    "requests to take over an event": ("event_delegations", BY_ID.format("event_delegation")),
    "collections": ("collections", BY_UUID.format("collection")),
    "event graphs": ("event_graph", BY_ID.format("event_graph")),
}
"""By kind: the staging table, and when one of its rows is here."""
