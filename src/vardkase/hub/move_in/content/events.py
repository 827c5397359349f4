"""Events, and what is inside them: objects, attributes, references, reports, keys of protected events."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.move_in.content.upserts import Upsert, distribution, flag, group, made_uuid, text, uuid
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.intel.editing.deletion import remove_attributes, remove_event
from vardkase.intel.models import Event
from vardkase.misp.types import COMPOSITE_TYPES, TYPES

PARTS = {
    "attributes": "attributes",
    "objects": "objects",
    "object_references": "references between objects",
    "event_reports": "event reports",
    "shadow_attributes": "proposals",
    "sightings": "sightings",
    "event_tags": "tags on events",
    "attribute_tags": "tags on attributes",
    "event_delegations": "requests to take over an event",
    "event_graph": "event graphs",
}
"""Staging tables with an `event_id`, and what their rows are."""
IDENTIFIED = {
    "events": "event",
    "attributes": "attribute",
    "objects": "object",
    "event_reports": "event_report",
}
"""Staging tables with a UUID of their own that links point to, and our tables."""

NO_UUID = "It has no valid UUID, or that of another one in MISP."
ID_TAKEN = "This hub has given its number or its UUID to something of its own since the last move."
NO_ORGANISATION = "The organisation that owns or created it is not in MISP’s list of organisations."
NO_EVENT = "The event that it belongs to is not there."


def leave_behind(taking: Taking) -> None:
    """Takes out of the staging tables what cannot come, so that no later step meets it."""
    cursor().execute(
        f"CREATE TABLE IF NOT EXISTS {STAYED_BEHIND} (staged text, id bigint, PRIMARY KEY (staged, id))"
    )
    for table, kind in (
        ("events", "events"),
        *((table, PARTS[table]) for table in IDENTIFIED if table != "events"),
    ):
        _leave_out(taking, kind, table, NO_UUID, TWICE.format(table=table))
        _leave_out(taking, kind, table, ID_TAKEN, TAKEN.format(table=table, here=IDENTIFIED[table]))
    _leave_out(taking, "events", "events", NO_ORGANISATION, WITHOUT_ORGANISATION)
    # What is in an event that stays behind stays behind too.
    for table, kind in PARTS.items():
        _leave_out(taking, kind, table, NO_EVENT, WITHOUT_EVENT.format(table=table))


def take_events(taking: Taking) -> None:
    gone = cursor().execute(GONE, {"greatest": taking.greatest("events")}).fetchall()
    for event in Event.objects.select_for_update(of=("self",)).filter(pk__in=[row[0] for row in gone]):
        remove_event(event, event.info)
        taking.count("events deleted in MISP", 1)
    taking.execute("events", EVENTS.sql)
    ids_reserved("event")


def take_objects(taking: Taking) -> None:
    taking.execute("objects", OBJECTS.sql)
    ids_reserved("object")


def take_attributes(taking: Taking) -> None:
    """Also lists, in a staging table of its own, those whose correlations have to be computed again."""
    unknown = "SELECT DISTINCT type FROM move_in.attributes WHERE NOT type = ANY(%s)"
    for (name,) in cursor().execute(unknown, (sorted(TYPES),)).fetchall():
        taking.leave_out(
            "attribute types",
            [name],
            "This hub does not know the type. Its attributes were taken over as they are.",
        )
    cursor().execute("CREATE TABLE IF NOT EXISTS move_in.changed_attribute (id bigint PRIMARY KEY)")
    composite = {"composite": sorted(COMPOSITE_TYPES)}
    changed = f"WITH written AS ({ATTRIBUTES.sql} RETURNING id) {NOTE_CHANGED}"
    taking.execute("attributes", changed, composite)
    # The event decides whether its attributes correlate.
    cursor().execute(NOTE_SWITCHED)
    _remove_deleted(taking)
    # The hourly search for personal data goes through what has changed.
    cursor().execute(SEARCH_AGAIN)
    cursor().execute(COUNT)
    ids_reserved("attribute")


def take_references(taking: Taking) -> None:
    taking.execute("references between objects", REFERENCES.sql)
    taking.execute(
        "references deleted in MISP", DELETED.format(here="object_reference", table="object_references")
    )
    ids_reserved("object_reference")


def take_reports(taking: Taking) -> None:
    taking.execute("event reports", REPORTS.sql)
    taking.execute(
        "event reports deleted in MISP", DELETED.format(here="event_report", table="event_reports")
    )
    ids_reserved("event_report")


def take_keys(taking: Taking) -> None:
    taking.execute("keys of protected events", KEYS.sql)
    taking.leave_out_rows("keys of protected events", NO_EVENT, OTHER_KEYS)
    ids_reserved("cryptographic_key")


def _remove_deleted(taking: Taking) -> None:
    for event_id, ids in cursor().execute(DELETED_ATTRIBUTES).fetchall():
        remove_attributes(event_id, ids)
        taking.count("attributes deleted in MISP", len(ids))
    taking.execute("objects deleted in MISP", DELETED.format(here="object", table="objects"))


def _leave_out(taking: Taking, kind: str, table: str, why: str, condition: str) -> None:
    removed = f"WITH gone AS (DELETE FROM move_in.{table} s WHERE {condition} RETURNING s.id)"
    if why != NO_EVENT:
        removed += (
            f", noted AS (INSERT INTO {STAYED_BEHIND} SELECT '{table}', id FROM gone ON CONFLICT DO NOTHING)"
        )
    taking.leave_out_rows(kind, why, f"{removed} SELECT id::text FROM gone ORDER BY id")


STAYED_BEHIND = "move_in.stayed_behind"
"""By staging table, numbers of what never came: `deleted_here` tells it from what was deleted here."""
GONE = """
SELECT e.id FROM event e WHERE e.id <= %(greatest)s AND NOT EXISTS (SELECT 1 FROM move_in.events s WHERE s.id = e.id)
AND NOT EXISTS (SELECT 1 FROM move_in.unchanged_event u WHERE u.id = e.id)
ORDER BY e.id
"""
# One pass each over the table, by hashing.
TWICE = """
s.id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY lower(uuid) ORDER BY id) AS number, uuid FROM move_in.{table}
    ) found WHERE number > 1 OR NOT pg_input_is_valid(uuid, 'uuid') OR uuid IS NULL)
"""
TAKEN = """
s.id IN (
    SELECT m.id FROM move_in.{table} m JOIN {here} t ON t.id = m.id WHERE t.uuid <> m.uuid::uuid
    UNION ALL
    SELECT m.id FROM move_in.{table} m JOIN {here} t ON t.uuid = m.uuid::uuid WHERE t.id <> m.id)
"""
WITHOUT_ORGANISATION = """
NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = s.org_id)
OR NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = s.orgc_id)
"""
# Over the API, an event that has not changed since the last run comes without what is in it.
WITHOUT_EVENT = """
NOT EXISTS (SELECT 1 FROM move_in.events e WHERE e.id = s.event_id)
AND NOT EXISTS (SELECT 1 FROM move_in.unchanged_event u JOIN event e ON e.id = u.id WHERE u.id = s.event_id)
"""

EVENTS = Upsert(
    "event",
    {
        "id": "s.id",
        "uuid": "s.uuid::uuid",
        "org_id": "s.org_id",
        "orgc_id": "s.orgc_id",
        "user_id": "coalesce(s.user_id, 0)",
        "date": "CASE WHEN pg_input_is_valid(s.date, 'date') THEN s.date::date "
        "ELSE (to_timestamp(s.timestamp) AT TIME ZONE 'UTC')::date END",
        "info": text("s.info"),
        "threat_level_id": "coalesce(s.threat_level_id, 4)",
        "analysis": "coalesce(s.analysis, 0)",
        "distribution": distribution(0),
        "sharing_group_id": group(),
        "timestamp": "coalesce(s.timestamp, 0)",
        "publish_timestamp": "coalesce(s.publish_timestamp, 0)",
        "sighting_timestamp": "coalesce(s.sighting_timestamp, 0)",
        "published": flag("s.published"),
        "locked": flag("s.locked"),
        "proposal_email_lock": flag("s.proposal_email_lock"),
        "disable_correlation": flag("s.disable_correlation"),
        "protected": "s.protected <> 0",
        "extends_uuid": uuid("s.extends_uuid"),
    },
    "move_in.events s",
    same="uuid",
    newer="timestamp",
    # Nobody knows when it reached MISP: its own times say when it reached readers.
    first={"attribute_count": "0", "arrived": "0"},
)

OBJECTS = Upsert(
    "object",
    {
        "id": "s.id",
        "uuid": "s.uuid::uuid",
        "event_id": "s.event_id",
        "name": text("s.name"),
        "meta_category": text('s."meta-category"'),
        "description": "s.description",
        "template_uuid": "nullif(s.template_uuid, '')",
        "template_version": "coalesce(s.template_version, 1)",
        "timestamp": "coalesce(s.timestamp, 0)",
        "distribution": distribution(5),
        "sharing_group_id": group(),
        "comment": text("s.comment"),
        "deleted": flag("s.deleted"),
        "first_seen": "s.first_seen",
        "last_seen": "s.last_seen",
    },
    "move_in.objects s",
    same="uuid",
    newer="timestamp",
)

ATTRIBUTES = Upsert(
    "attribute",
    {
        "id": "s.id",
        "uuid": "s.uuid::uuid",
        "event_id": "s.event_id",
        "object_id": "nullif(s.object_id, 0)",
        "object_relation": "nullif(s.object_relation, '')",
        "type": "s.type",
        "category": "s.category",
        "value1": "s.value1",
        "value2": "CASE WHEN s.type = ANY(%(composite)s::text[]) THEN coalesce(s.value2, '') END",
        "to_ids": flag("s.to_ids"),
        "distribution": distribution(5),
        "sharing_group_id": group(),
        "timestamp": "coalesce(s.timestamp, 0)",
        "comment": text("s.comment"),
        "deleted": flag("s.deleted"),
        "disable_correlation": flag("s.disable_correlation"),
        "first_seen": "s.first_seen",
        "last_seen": "s.last_seen",
    },
    "move_in.attributes s",
    same="uuid",
    newer="timestamp",
)
NOTE_CHANGED = "INSERT INTO move_in.changed_attribute SELECT id FROM written ON CONFLICT DO NOTHING"
NOTE_SWITCHED = """
INSERT INTO move_in.changed_attribute
SELECT k.attribute_id FROM event e JOIN move_in.events s ON s.id = e.id
JOIN attribute_key k ON k.event_id = e.id AND k.correlates AND e.disable_correlation
UNION
SELECT a.id FROM event e JOIN move_in.events s ON s.id = e.id AND NOT e.disable_correlation
JOIN attribute a ON a.event_id = e.id AND NOT a.deleted AND NOT a.disable_correlation
WHERE EXISTS (SELECT 1 FROM attribute_key k WHERE k.event_id = e.id)
AND NOT EXISTS (SELECT 1 FROM attribute_key k WHERE k.event_id = e.id AND k.correlates)
ON CONFLICT DO NOTHING
"""
# Of events that have not been changed here since: there MISP's state is the later one.
DELETED = """
DELETE FROM {here} here USING event e JOIN move_in.events s ON s.id = e.id AND s.timestamp >= e.timestamp
WHERE here.event_id = e.id AND NOT EXISTS (SELECT 1 FROM move_in.{table} m WHERE m.id = here.id)
"""
DELETED_ATTRIBUTES = """
SELECT a.event_id, array_agg(a.id ORDER BY a.id)
FROM attribute a JOIN event e ON e.id = a.event_id JOIN move_in.events s ON s.id = e.id AND s.timestamp >= e.timestamp
WHERE NOT EXISTS (SELECT 1 FROM move_in.attributes m WHERE m.id = a.id) GROUP BY a.event_id
"""
SEARCH_AGAIN = """
DELETE FROM personal_data_scan p USING attribute a JOIN move_in.changed_attribute c ON c.id = a.id
WHERE p.event_id = a.event_id
"""
COUNT = """
UPDATE event e SET attribute_count = coalesce(counted.number, 0)
FROM move_in.events s LEFT JOIN (
    SELECT event_id, count(*) AS number FROM attribute WHERE NOT deleted GROUP BY event_id
) counted ON counted.event_id = s.id
WHERE e.id = s.id AND e.attribute_count <> coalesce(counted.number, 0)
"""

REFERENCES = Upsert(
    "object_reference",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "object_references"),
        "event_id": "s.event_id",
        "object_id": "s.object_id",
        "source_uuid": "o.uuid",
        "referenced_uuid": f"coalesce({uuid('s.referenced_uuid')}, target.uuid, part.uuid)",
        "referenced_id": "coalesce(s.referenced_id, 0)",
        "referenced_type": "coalesce(s.referenced_type, 0)",
        "relationship_type": text("s.relationship_type"),
        "comment": text("s.comment"),
        "timestamp": "coalesce(s.timestamp, 0)",
        "deleted": flag("s.deleted"),
    },
    "move_in.object_references s JOIN object o ON o.id = s.object_id "
    "LEFT JOIN object target ON s.referenced_type = 1 AND target.id = s.referenced_id "
    "LEFT JOIN attribute part ON s.referenced_type = 0 AND part.id = s.referenced_id "
    f"WHERE coalesce({uuid('s.referenced_uuid')}, target.uuid, part.uuid) IS NOT NULL",
    same="uuid",
    newer="timestamp",
)

REPORTS = Upsert(
    "event_report",
    {
        "id": "s.id",
        "uuid": "s.uuid::uuid",
        "event_id": "s.event_id",
        "name": text("s.name"),
        "content": text("s.content"),
        "distribution": distribution(5),
        "sharing_group_id": group(),
        "timestamp": "coalesce(s.timestamp, 0)",
        "deleted": flag("s.deleted"),
    },
    "move_in.event_reports s",
    same="uuid",
    newer="timestamp",
)

KEYS = Upsert(
    "cryptographic_key",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "cryptographic_keys"),
        "event_id": "s.parent_id",
        "type": "coalesce(nullif(s.type, ''), 'pgp')",
        "timestamp": "coalesce(s.timestamp, 0)",
        "key_data": text("s.key_data"),
        "revoked": flag("s.revoked"),
        "fingerprint": "upper(left(s.fingerprint, 64))",
    },
    "move_in.cryptographic_keys s JOIN event e ON e.id = s.parent_id WHERE s.parent_type = 'Event'",
    same="uuid",
)
OTHER_KEYS = """
SELECT fingerprint FROM move_in.cryptographic_keys s
WHERE parent_type <> 'Event' OR NOT EXISTS (SELECT 1 FROM event e WHERE e.id = s.parent_id)
"""

BEHIND_STEP = Step("what stays behind", (), leave_behind)
EVENT_STEPS = (
    BEHIND_STEP,
    Step("events", ("events", "unchanged_event"), take_events),
    Step("objects", ("objects",), take_objects),
    Step("attributes", ("attributes",), take_attributes),
    Step("references", ("object_references",), take_references),
    Step("reports", ("event_reports",), take_reports),
    Step("protected_events", ("cryptographic_keys",), take_keys),
)
