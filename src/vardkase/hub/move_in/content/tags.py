"""Taxonomies, tags, what carries them, tag collections, favourites."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.move_in.content.upserts import Upsert, flag, made_uuid, text
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved

SAME_NAME = "Another tag has the same name but for upper and lower case: what carried this one carries that."
NO_CONTENT = "Neither MISP’s database nor the packages of this hub say what is in it."


def take_taxonomies(taking: Taking) -> None:
    execute = cursor().execute
    execute(NEW_TAXONOMIES)
    taking.leave_out_rows("taxonomies", NO_CONTENT, UNKNOWN_TAXONOMIES)
    taking.execute("taxonomies", TAXONOMIES.sql)
    execute(FORGET_ENTRIES)
    execute(FORGET_PREDICATES)
    taking.execute("predicates of taxonomies", PREDICATES)
    taking.execute("values of taxonomies", ENTRIES)
    execute("DROP TABLE new_taxonomy")
    taking.execute("taxonomies whose state was taken over", TAXONOMY_STATES)
    ids_reserved("taxonomy")


def take_tags(taking: Taking) -> None:
    """Also writes `move_in.tag_here`: which tag here each of MISP's is."""
    cursor().execute("DROP TABLE IF EXISTS move_in.tag_here")
    cursor().execute(TAG_HERE)
    taking.leave_out_rows("tags", SAME_NAME, MERGED)
    taking.execute("tags", TAGS.sql)
    ids_reserved("tag")


def take_carried_tags(taking: Taking) -> None:
    for kind, holder in (("events", "event"), ("attributes", "attribute")):
        names = {"holder": holder, "staged": f"{holder}_tags"}
        taking.execute(f"tags taken off {kind} in MISP", REMOVED.format(**names))
        further, read = (", event_id", ", s.event_id") if holder == "attribute" else ("", "")
        taking.execute(f"tags on {kind}", CARRIED.format(**names, further=further, read=read))
        taking.leave_out_rows(
            f"tags on {kind}", "The tag, or what carried it, is not in MISP’s database.", LOST.format(**names)
        )
        ids_reserved(f"{holder}_tag")
    row = cursor().execute("SELECT to_regclass('move_in.event_report_tags') IS NOT NULL").fetchone()
    if row and row[0]:  # Since MISP 2.5.12.
        names = {"holder": "event_report", "staged": "event_report_tags"}
        taking.execute("tags on event reports", CARRIED.format(**names, further="", read=""))
        ids_reserved("event_report_tag")


def take_tag_collections(taking: Taking) -> None:
    taking.execute("tag collections", COLLECTIONS.sql)
    cursor().execute(FORGET_MEMBERS)
    taking.execute("tags in collections", MEMBERS)
    ids_reserved("tag_collection")


def take_known_names(taking: Taking) -> None:
    taking.execute("favourite tags", FAVOURITES)
    taking.execute("organisations that know a tag that nothing carries", MAKERS)


# MISP writes a taxonomy again only with a new version, from its files.
NEW_TAXONOMIES = """
CREATE TEMPORARY TABLE new_taxonomy ON COMMIT DROP AS
SELECT s.id FROM move_in.taxonomies s LEFT JOIN taxonomy t ON t.namespace = s.namespace
WHERE EXISTS (SELECT 1 FROM move_in.taxonomy_predicates p WHERE p.taxonomy_id = s.id)
AND (t.id IS NULL OR t.version < s.version)
"""
UNKNOWN_TAXONOMIES = """
SELECT s.namespace FROM move_in.taxonomies s
WHERE NOT EXISTS (SELECT 1 FROM taxonomy t WHERE t.namespace = s.namespace)
AND NOT EXISTS (SELECT 1 FROM new_taxonomy n WHERE n.id = s.id)
"""
TAXONOMIES = Upsert(
    "taxonomy",
    {
        "id": "s.id",
        "namespace": "s.namespace",
        "description": text("s.description"),
        "version": "coalesce(s.version, 0)",
        "enabled": flag("s.enabled"),
        "exclusive": flag("s.exclusive"),
        "required": flag("s.required"),
        "highlighted": flag("s.highlighted"),
    },
    "move_in.taxonomies s JOIN new_taxonomy n ON n.id = s.id",
    same="namespace",
)
FORGET_ENTRIES = """
DELETE FROM taxonomy_entry e USING taxonomy_predicate p, new_taxonomy n
WHERE p.id = e.predicate_id AND p.taxonomy_id = n.id
"""
FORGET_PREDICATES = "DELETE FROM taxonomy_predicate p USING new_taxonomy n WHERE p.taxonomy_id = n.id"
PREDICATES = """
INSERT INTO taxonomy_predicate
    (taxonomy_id, value, expanded, description, colour, exclusive, numerical_value)
SELECT s.taxonomy_id, s.value, coalesce(s.expanded, ''), coalesce(s.description, ''), coalesce(left(s.colour, 7), ''),
       coalesce(s.exclusive <> 0, FALSE), s.numerical_value
FROM move_in.taxonomy_predicates s JOIN new_taxonomy n ON n.id = s.taxonomy_id ORDER BY s.id
"""
ENTRIES = """
INSERT INTO taxonomy_entry (predicate_id, value, expanded, description, colour, numerical_value)
SELECT p.id, s.value, coalesce(s.expanded, ''), coalesce(s.description, ''), coalesce(left(s.colour, 7), ''),
       s.numerical_value
FROM move_in.taxonomy_entries s JOIN move_in.taxonomy_predicates m ON m.id = s.taxonomy_predicate_id
JOIN new_taxonomy n ON n.id = m.taxonomy_id
JOIN taxonomy_predicate p ON p.taxonomy_id = m.taxonomy_id AND p.value = m.value ORDER BY s.id
"""
TAXONOMY_STATES = """
UPDATE taxonomy here
SET enabled = s.enabled <> 0, required = s.required <> 0, highlighted = coalesce(s.highlighted, 0) <> 0
FROM move_in.taxonomies s WHERE s.namespace = here.namespace
AND (here.enabled, here.required, here.highlighted)
    IS DISTINCT FROM (s.enabled <> 0, s.required <> 0, coalesce(s.highlighted, 0) <> 0)
"""

# By name, as tags are looked up here; a tag that was renamed in MISP keeps its number.
TAG_HERE = """
CREATE TABLE move_in.tag_here AS
WITH one AS (SELECT DISTINCT ON (lower(name)) id, name FROM move_in.tags ORDER BY lower(name), id),
named AS (SELECT one.id, one.name, t.id AS here FROM one LEFT JOIN tag t ON lower(t.name) = lower(one.name)),
placed AS (
    SELECT id, name, CASE
        WHEN here IS NOT NULL THEN here
        WHEN id IN (SELECT here FROM named WHERE here IS NOT NULL)
            THEN (SELECT greatest(max(id), (SELECT coalesce(max(id), 0) FROM tag)) FROM move_in.tags)
                + row_number() OVER (ORDER BY id)
        ELSE id END AS here
    FROM named)
SELECT s.id AS misp_id, p.here AS here_id, s.id = p.id AS is_first
FROM move_in.tags s JOIN placed p ON lower(p.name) = lower(s.name)
"""
MERGED = """
SELECT s.name FROM move_in.tags s JOIN move_in.tag_here m ON m.misp_id = s.id WHERE NOT m.is_first ORDER BY s.id
"""
TAGS = Upsert(
    "tag",
    {
        "id": "m.here_id",
        "name": "s.name",
        "colour": "CASE WHEN s.colour ~ '^#[0-9A-Fa-f]{6}$' THEN s.colour ELSE '#0088cc' END",
        "exportable": flag("s.exportable"),
        "org_id": "coalesce(s.org_id, 0)",
        "user_id": "coalesce(s.user_id, 0)",
        "hide_tag": flag("s.hide_tag"),
        "numerical_value": "s.numerical_value",
        "is_galaxy": flag("s.is_galaxy"),
        "is_custom_galaxy": flag("s.is_custom_galaxy"),
        "local_only": flag("s.local_only"),
    },
    "move_in.tags s JOIN move_in.tag_here m ON m.misp_id = s.id AND m.is_first",
)

REMOVED = """
DELETE FROM {holder}_tag here USING event e JOIN move_in.events s ON s.id = e.id AND s.timestamp >= e.timestamp
WHERE here.event_id = e.id AND NOT EXISTS (
    SELECT 1 FROM move_in.{staged} m JOIN move_in.tag_here t ON t.misp_id = m.tag_id
    WHERE m.{holder}_id = here.{holder}_id AND t.here_id = here.tag_id AND (m.local <> 0) = here.local)
"""
CARRIED = """
INSERT INTO {holder}_tag AS here (id, {holder}_id, tag_id, local, relationship_type{further})
SELECT CASE WHEN EXISTS (SELECT 1 FROM {holder}_tag t WHERE t.id = found.id)
       THEN nextval(pg_get_serial_sequence('{holder}_tag', 'id')) + (SELECT max(id) FROM move_in.{staged}) ELSE id END,
       {holder}_id, here_id, local, relationship_type{further} FROM (
    SELECT DISTINCT ON (s.{holder}_id, t.here_id, s.local <> 0)
        s.id, s.{holder}_id, t.here_id, coalesce(s.local <> 0, FALSE) AS local,
        coalesce(left(s.relationship_type, 191), '') AS relationship_type{read}
    FROM move_in.{staged} s JOIN move_in.tag_here t ON t.misp_id = s.tag_id
    JOIN {holder} carrier ON carrier.id = s.{holder}_id
    ORDER BY s.{holder}_id, t.here_id, s.local <> 0, s.id
) found ORDER BY id
ON CONFLICT ({holder}_id, tag_id, local) DO UPDATE SET relationship_type = excluded.relationship_type
WHERE here.relationship_type <> excluded.relationship_type
"""
LOST = """
SELECT s.id::text FROM move_in.{staged} s
WHERE NOT EXISTS (SELECT 1 FROM move_in.tag_here t WHERE t.misp_id = s.tag_id)
OR NOT EXISTS (SELECT 1 FROM {holder} carrier WHERE carrier.id = s.{holder}_id) ORDER BY s.id
"""

COLLECTIONS = Upsert(
    "tag_collection",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "tag_collections"),
        "name": text("s.name"),
        "description": text("s.description"),
        "org_id": "s.org_id",
        "user_id": "coalesce(s.user_id, 0)",
        "all_orgs": flag("s.all_orgs"),
    },
    "move_in.tag_collections s JOIN organisation o ON o.id = s.org_id",
    same="uuid",
)
FORGET_MEMBERS = """
DELETE FROM tag_collection_tag here USING move_in.tag_collections s
WHERE here.tag_collection_id = s.id AND NOT EXISTS (
    SELECT 1 FROM move_in.tag_collection_tags m JOIN move_in.tag_here t ON t.misp_id = m.tag_id
    WHERE m.tag_collection_id = s.id AND t.here_id = here.tag_id)
"""
MEMBERS = """
INSERT INTO tag_collection_tag (tag_collection_id, tag_id)
SELECT s.tag_collection_id, t.here_id FROM move_in.tag_collection_tags s
JOIN move_in.tag_here t ON t.misp_id = s.tag_id JOIN tag_collection c ON c.id = s.tag_collection_id
GROUP BY 1, 2 ORDER BY min(s.id) ON CONFLICT DO NOTHING
"""

FAVOURITES = """
INSERT INTO favourite_tag (user_id, tag_id)
SELECT s.user_id, t.here_id FROM move_in.favourite_tags s JOIN move_in.tag_here t ON t.misp_id = s.tag_id
JOIN account u ON u.id = s.user_id GROUP BY 1, 2 ORDER BY min(s.id) ON CONFLICT DO NOTHING
"""
# MISP lists every tag for everybody. Here the name of one that something carries is for those who may read that, since
# a name may tell as much as what carries it.
MAKERS = """
INSERT INTO tag_maker (tag_id, org_id)
SELECT t.id, CASE WHEN t.org_id > 0 THEN t.org_id ELSE coalesce(u.org_id, 0) END
FROM tag t JOIN move_in.tag_here m ON m.here_id = t.id AND m.is_first LEFT JOIN account u ON u.id = t.user_id
WHERE t.org_id > 0 OR t.user_id > 0 OR NOT (
    t.is_galaxy
    OR EXISTS (SELECT 1 FROM event_tag c WHERE c.tag_id = t.id)
    OR EXISTS (SELECT 1 FROM attribute_tag c WHERE c.tag_id = t.id)
    OR EXISTS (SELECT 1 FROM event_report_tag c WHERE c.tag_id = t.id)
    OR EXISTS (SELECT 1 FROM tag_collection_tag c WHERE c.tag_id = t.id))
ON CONFLICT DO NOTHING
"""

TAXONOMY_STEP = Step("taxonomies", ("taxonomies", "taxonomy_predicates", "taxonomy_entries"), take_taxonomies)
TAG_STEP = Step("tags", ("tags",), take_tags)
CARRIED_STEP = Step("carried_tags", ("event_tags", "attribute_tags", "event_report_tags"), take_carried_tags)
COLLECTION_STEP = Step("tag_collections", ("tag_collections", "tag_collection_tags"), take_tag_collections)
NAMES_STEP = Step("tag_names", ("favourite_tags",), take_known_names)
