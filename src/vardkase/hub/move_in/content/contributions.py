"""What others have said: proposals, sightings, notes, opinions and relationships; delegations, collections, graphs."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.move_in.content.upserts import (
    Upsert,
    distribution,
    flag,
    group,
    made_uuid,
    moment,
    text,
    uuid,
)
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved
from vardkase.misp.analyst_data import LANGUAGE, LONGEST_LANGUAGE, LONGEST_NAME
from vardkase.misp.types import COMPOSITE_TYPES

NO_ATTRIBUTE = "The attribute that it is about is not there."
NO_ORGANISATION = "The organisation that it is from is not in MISP’s list of organisations."
NO_TARGET = "It does not say what it is about."


def take_proposals(taking: Taking) -> None:
    taking.leave_out_rows("proposals", NO_ORGANISATION, PROPOSALS_OF_NOBODY)
    taking.execute("proposals", PROPOSALS.sql, {"composite": sorted(COMPOSITE_TYPES)})
    taking.execute("proposals decided in MISP", DECIDED, {"greatest": taking.greatest("shadow_attributes")})
    ids_reserved("proposal")


def take_sightings(taking: Taking) -> None:
    taking.leave_out_rows("sightings", NO_ATTRIBUTE, LOST_SIGHTINGS)
    taking.execute("sightings", SIGHTINGS.sql)
    taking.execute("sightings deleted in MISP", DELETED_SIGHTINGS)
    ids_reserved("sighting")


def take_analyst_data(taking: Taking) -> None:
    # All three kinds are one table here: each keeps its number unless an earlier kind has it. Links go by UUID.
    cursor().execute(PAST_ALL_KINDS)
    for kind, (staged, what, own) in KINDS.items():
        taking.leave_out_rows(
            what, NO_ORGANISATION, f"SELECT s.uuid FROM move_in.{staged} s WHERE NOT ({OF_KNOWN})"
        )
        columns = {"kind": str(kind), **ANALYST_DATA, **own}
        source = f"(SELECT DISTINCT ON (lower(uuid)) * FROM move_in.{staged} WHERE pg_input_is_valid(uuid, 'uuid') AND "
        source += "pg_input_is_valid(object_uuid, 'uuid') ORDER BY lower(uuid), id) s "
        source += (
            "JOIN organisation owner ON owner.uuid::text = lower(s.org_uuid) "
            "JOIN organisation creator ON creator.uuid::text = lower(s.orgc_uuid) ORDER BY s.id"
        )
        rows = Upsert(
            "analyst_data", columns, source, key="uuid", newer="modified", first={"id": FREE_NUMBER}
        )
        taking.execute(what, rows.sql)
        invalid = "NOT pg_input_is_valid(uuid, 'uuid') OR NOT pg_input_is_valid(object_uuid, 'uuid')"
        taking.leave_out_rows(what, NO_TARGET, f"SELECT uuid FROM move_in.{staged} WHERE {invalid}")
    ids_reserved("analyst_data")


def take_delegations(taking: Taking) -> None:
    taking.execute("requests to take over an event", DELEGATIONS.sql)
    ids_reserved("event_delegation")


def take_collections(taking: Taking) -> None:
    taking.execute("collections", COLLECTIONS.sql)
    taking.execute("elements of collections", ELEMENTS.sql)
    ids_reserved("collection", "collection_element")


def take_graphs(taking: Taking) -> None:
    taking.execute("event graphs", GRAPHS.sql)
    ids_reserved("event_graph")


def leave_out_the_rest(taking: Taking) -> None:
    for kind, (why, names) in NO_PLACE.items():
        taking.leave_out_rows(kind, why, names)


PROPOSALS_OF_NOBODY = """
SELECT s.id::text FROM move_in.shadow_attributes s
WHERE NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = s.org_id) ORDER BY s.id
"""
PROPOSALS = Upsert(
    "proposal",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "shadow_attributes"),
        "event_id": "s.event_id",
        "attribute_id": "nullif(s.old_id, 0)",
        "org_id": "s.org_id",
        # MISP keeps the address of who proposed, not the account.
        "user_id": "coalesce((SELECT min(u.id) FROM move_in.users u WHERE lower(u.email) = lower(s.email)), 0)",
        "type": "s.type",
        "category": "s.category",
        "value1": text("s.value1"),
        "value2": "CASE WHEN s.type = ANY(%(composite)s::text[]) THEN coalesce(s.value2, '') END",
        "to_ids": flag("s.to_ids"),
        "comment": text("s.comment"),
        "first_seen": "s.first_seen",
        "last_seen": "s.last_seen",
        "disable_correlation": flag("s.disable_correlation"),
        "to_delete": flag("s.proposal_to_delete"),
        "deleted": flag("s.deleted"),
        "timestamp": "coalesce(s.timestamp, 0)",
    },
    "move_in.shadow_attributes s JOIN organisation o ON o.id = s.org_id",
    same="uuid",
    newer="timestamp",
)
# Its row goes in some cases, and over the API none is shown that was decided.
DECIDED = """
UPDATE proposal here SET deleted = true FROM move_in.events e
WHERE here.event_id = e.id AND here.id <= %(greatest)s AND NOT here.deleted
AND NOT EXISTS (SELECT FROM move_in.shadow_attributes s WHERE s.id = here.id)
"""

LOST_SIGHTINGS = """
SELECT s.id::text FROM move_in.sightings s
WHERE NOT EXISTS (SELECT 1 FROM attribute a WHERE a.id = s.attribute_id) ORDER BY s.id
"""
SIGHTINGS = Upsert(
    "sighting",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "sightings"),
        "attribute_id": "s.attribute_id",
        "event_id": "a.event_id",
        "org_id": "o.id",
        "date_sighting": "coalesce(s.date_sighting, 0)",
        "source": "left(coalesce(s.source, ''), 255)",
        "type": "CASE WHEN s.type IN (1, 2) THEN s.type ELSE 0 END",
    },
    "move_in.sightings s JOIN attribute a ON a.id = s.attribute_id LEFT JOIN organisation o ON o.id = s.org_id",
    same="uuid",
)
# Nobody changes a sighting. One that is gone in MISP was deleted there, if it has a number that MISP gave before.
DELETED_SIGHTINGS = """
DELETE FROM sighting here USING event e JOIN move_in.events s ON s.id = e.id AND s.timestamp >= e.timestamp
WHERE here.event_id = e.id AND here.id <= (SELECT max(id) FROM move_in.sightings)
AND NOT EXISTS (SELECT 1 FROM move_in.sightings m WHERE m.id = here.id)
"""

ANALYST_DATA = {
    "uuid": "s.uuid::uuid",
    "object_type": "left(s.object_type, 32)",
    "object_uuid": "s.object_uuid::uuid",
    "authors": text("s.authors"),
    "org_id": "owner.id",
    "orgc_id": "creator.id",
    "created": moment("s.created"),
    "modified": moment("s.modified"),
    "distribution": distribution(0),
    "sharing_group_id": group(),
    "locked": flag("s.locked"),
    "text": "NULL::text",
    "language": f"'{LANGUAGE}'",
    "opinion": "NULL::smallint",
    "relationship_type": "''",
    "related_object_type": "''",
    "related_object_uuid": "NULL::uuid",
}
KINDS = {
    0: (
        "notes",
        "notes",
        {
            "text": text("s.note"),
            "language": f"coalesce(nullif(left(s.language, {LONGEST_LANGUAGE}), ''), '{LANGUAGE}')",
        },
    ),
    1: ("opinions", "opinions", {"text": text("s.comment"), "opinion": "s.opinion"}),
    2: (
        "relationships",
        "relationships",
        {
            "relationship_type": f"left({text('s.relationship_type')}, {LONGEST_NAME})",
            "related_object_type": f"left({text('s.related_object_type')}, 32)",
            "related_object_uuid": uuid("s.related_object_uuid"),
        },
    ),
}
"""By `analyst_data.kind`: the staging table, what its rows are, and columns of that kind alone."""
FREE_NUMBER = """CASE WHEN EXISTS (SELECT FROM analyst_data h WHERE h.id = s.id)
    THEN nextval(pg_get_serial_sequence('analyst_data', 'id')) ELSE s.id END"""
PAST_ALL_KINDS = """
SELECT setval(pg_get_serial_sequence('analyst_data', 'id'),
    greatest(nextval(pg_get_serial_sequence('analyst_data', 'id')), (SELECT max(id) FROM (
        SELECT id FROM move_in.notes UNION ALL SELECT id FROM move_in.opinions
        UNION ALL SELECT id FROM move_in.relationships) AS given)))
"""
OF_KNOWN = """
EXISTS (SELECT 1 FROM organisation o WHERE o.uuid::text = lower(s.org_uuid))
AND EXISTS (SELECT 1 FROM organisation o WHERE o.uuid::text = lower(s.orgc_uuid))
"""

DELEGATIONS = Upsert(
    "event_delegation",
    {
        "id": "s.id",
        "event_id": "s.event_id",
        "org_id": "s.org_id",
        "requester_org_id": "s.requester_org_id",
        "message": text("s.message"),
        "distribution": distribution(-1),
        "sharing_group_id": group(),
    },
    # An event can be asked for once; the request that came last counts.
    "(SELECT DISTINCT ON (event_id) * FROM move_in.event_delegations ORDER BY event_id, id DESC) s "
    "JOIN event e ON e.id = s.event_id JOIN organisation o ON o.id = s.org_id "
    "JOIN organisation r ON r.id = s.requester_org_id",
    same="event_id",
)
COLLECTIONS = Upsert(
    "collection",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "collections"),
        "org_id": "s.org_id",
        "orgc_id": "s.orgc_id",
        "user_id": "coalesce(s.user_id, 0)",
        "created": moment("s.created"),
        "modified": moment("s.modified"),
        "distribution": distribution(0),
        "sharing_group_id": group(),
        "name": text("s.name"),
        "type": "coalesce(nullif(s.type, ''), 'other')",
        "description": text("s.description"),
        "locked": "FALSE",
    },
    "move_in.collections s JOIN organisation o ON o.id = s.org_id JOIN organisation c ON c.id = s.orgc_id",
    same="uuid",
    newer="modified",
)
ELEMENTS = Upsert(
    "collection_element",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "collection_elements"),
        "collection_id": "s.collection_id",
        "element_uuid": "s.element_uuid::uuid",
        "element_type": "s.element_type",
        "description": text("s.description"),
    },
    "(SELECT DISTINCT ON (collection_id, lower(element_uuid)) * FROM move_in.collection_elements "
    "WHERE pg_input_is_valid(element_uuid, 'uuid') ORDER BY collection_id, lower(element_uuid), id) s "
    "JOIN collection c ON c.id = s.collection_id",
    same="uuid",
)
GRAPHS = Upsert(
    "event_graph",
    {
        "id": "s.id",
        "event_id": "s.event_id",
        "org_id": "s.org_id",
        "user_id": "coalesce(s.user_id, 0)",
        "timestamp": "coalesce(s.timestamp, 0)",
        "network_name": "left(coalesce(s.network_name, ''), 255)",
        "network_json": text("s.network_json"),
        "preview": "CASE WHEN s.preview_img ~ '^data:image/png;base64,"
        "([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$' "
        "THEN decode(substr(s.preview_img, 23), 'base64') ELSE '' END",
    },
    "move_in.event_graph s JOIN event e ON e.id = s.event_id JOIN organisation o ON o.id = s.org_id",
    same="event_id",
    newer="timestamp",
)

NO_PLACE = {
    "workflows": (
        "Rules before publication, approvals and hooks do here what workflows do in MISP; set them up by hand.",
        "SELECT name FROM move_in.workflows ORDER BY id",
    ),
    "workflow blueprints": (
        "They are parts of workflows.",
        "SELECT name FROM move_in.workflow_blueprints ORDER BY id",
    ),
    "discussions": (
        "Discussions of events are notes here. Posts are kept beside MISP’s log: “vardkase move-in log --kind Post”.",
        "SELECT title FROM move_in.threads ORDER BY id",
    ),
}
"""By kind: why it has no place here, and the SELECT of its names."""

CONTRIBUTION_STEPS = (
    Step("proposals", ("shadow_attributes",), take_proposals),
    Step("sightings", ("sightings",), take_sightings),
    Step("analyst_data", ("notes", "opinions", "relationships"), take_analyst_data),
    Step("delegations", ("event_delegations",), take_delegations),
    Step("collections", ("collections", "collection_elements"), take_collections),
    Step("event_graphs", ("event_graph",), take_graphs),
    Step("without_a_place", ("workflows", "workflow_blueprints", "threads"), leave_out_the_rest),
)
