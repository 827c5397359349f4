"""Galaxies, and the clusters that people made: forks, relations and their tags included."""

from __future__ import annotations

from vardkase.core.sql import cursor
from vardkase.hub.move_in.content.tags import NO_CONTENT
from vardkase.hub.move_in.content.upserts import (
    Upsert,
    distribution,
    flag,
    group,
    json,
    made_uuid,
    text,
    uuid,
)
from vardkase.hub.move_in.taking import Step, Taking, ids_reserved


def take_galaxies(taking: Taking) -> None:
    taking.execute("galaxies whose state was taken over", GALAXY_STATES)
    taking.leave_out_rows("galaxies", NO_CONTENT, UNKNOWN_GALAXIES)
    taking.execute("galaxies", GALAXIES.sql)
    ids_reserved("galaxy")


def take_clusters(taking: Taking) -> None:
    """Packaged clusters come with this hub's package, which is newer; MISP's are taken where it has none."""
    execute = cursor().execute
    execute(CHANGED_CLUSTERS)
    taking.execute("galaxy clusters", CLUSTERS.sql)
    execute("DELETE FROM galaxy_element here USING changed_cluster c WHERE here.galaxy_cluster_id = c.id")
    taking.execute("elements of galaxy clusters", ELEMENTS)
    execute(
        "DELETE FROM galaxy_cluster_relation here USING changed_cluster c WHERE here.galaxy_cluster_id = c.id"
    )
    taking.execute("relations of galaxy clusters", RELATIONS)
    execute("DROP TABLE changed_cluster")
    ids_reserved("galaxy_cluster", "galaxy_cluster_relation")


GALAXY_STATES = """
UPDATE galaxy here SET enabled = s.enabled <> 0, local_only = coalesce(s.local_only, 0) <> 0
FROM move_in.galaxies s WHERE s.id = here.id AND s.uuid = here.uuid::text
AND (here.enabled, here.local_only) IS DISTINCT FROM (s.enabled <> 0, coalesce(s.local_only, 0) <> 0)
"""
UNKNOWN_GALAXIES = """
SELECT s.name FROM move_in.galaxies s WHERE NOT EXISTS (SELECT 1 FROM galaxy g WHERE g.uuid::text = lower(s.uuid))
AND NOT EXISTS (SELECT 1 FROM move_in.galaxy_clusters c WHERE c.galaxy_id = s.id)
"""
GALAXIES = Upsert(
    "galaxy",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "galaxies"),
        "name": text("s.name"),
        "type": "s.type",
        "description": text("s.description"),
        "version": "coalesce(s.version, '1')",
        "icon": text("s.icon"),
        "namespace": "coalesce(s.namespace, 'misp')",
        "enabled": flag("s.enabled"),
        "local_only": flag("s.local_only"),
        "kill_chain_order": "CASE WHEN pg_input_is_valid(s.kill_chain_order, 'jsonb') "
        "THEN s.kill_chain_order::jsonb END",
        "default": "FALSE",
        "org_id": "0",
        "orgc_id": "0",
        "distribution": "3",
    },
    "move_in.galaxies s "
    "WHERE EXISTS (SELECT 1 FROM move_in.galaxy_clusters c WHERE c.galaxy_id = s.id) "
    "AND NOT EXISTS (SELECT 1 FROM galaxy g WHERE g.uuid::text = lower(s.uuid))",
    same="uuid",
    first={"created": "now()", "modified": "now()"},
)

CHANGED_CLUSTERS = f"""
CREATE TEMPORARY TABLE changed_cluster ON COMMIT DROP AS
SELECT s.id FROM move_in.galaxy_clusters s JOIN galaxy g ON g.id = s.galaxy_id
LEFT JOIN galaxy_cluster here ON here.uuid = {uuid("s.uuid")} AND here.galaxy_id = s.galaxy_id
WHERE here.id IS NULL OR NOT here."default" AND here.id = s.id AND here.version <= s.version
    AND (here.version, here.published, here.deleted, here.distribution)
        IS DISTINCT FROM (s.version, s.published <> 0, s.deleted <> 0, s.distribution)
"""
CLUSTERS = Upsert(
    "galaxy_cluster",
    {
        "id": "s.id",
        "uuid": made_uuid("s.uuid", "galaxy_clusters"),
        "collection_uuid": text("s.collection_uuid"),
        "type": "s.type",
        "value": text("s.value"),
        "tag_name": text("s.tag_name"),
        "description": text("s.description"),
        "galaxy_id": "s.galaxy_id",
        "source": text("s.source"),
        "authors": json("s.authors", "[]"),
        "version": "coalesce(s.version, 0)",
        "distribution": distribution(0),
        "sharing_group_id": group(),
        "org_id": "coalesce(s.org_id, 0)",
        "orgc_id": "coalesce(s.orgc_id, 0)",
        "default": flag('s."default"'),
        "locked": flag("s.locked"),
        "extends_uuid": uuid("s.extends_uuid"),
        "extends_version": "coalesce(s.extends_version, 0)",
        "published": flag("s.published"),
        "deleted": flag("s.deleted"),
    },
    "move_in.galaxy_clusters s JOIN changed_cluster c ON c.id = s.id",
    same="uuid",
)
ELEMENTS = """
INSERT INTO galaxy_element (galaxy_cluster_id, key, value)
SELECT s.galaxy_cluster_id, s.key, coalesce(s.value, '') FROM move_in.galaxy_elements s
JOIN changed_cluster c ON c.id = s.galaxy_cluster_id ORDER BY s.id
"""
RELATIONS = f"""
INSERT INTO galaxy_cluster_relation (galaxy_cluster_id, referenced_galaxy_cluster_uuid, referenced_galaxy_cluster_type,
    distribution, sharing_group_id, "default", tags)
SELECT s.galaxy_cluster_id, s.referenced_galaxy_cluster_uuid::uuid, left(s.referenced_galaxy_cluster_type, 255),
       {distribution(3)}, {group()}, s."default" <> 0, ARRAY(
           SELECT t.name FROM move_in.galaxy_cluster_relation_tags r JOIN move_in.tags t ON t.id = r.tag_id
           WHERE r.galaxy_cluster_relation_id = s.id ORDER BY r.id)
FROM move_in.galaxy_cluster_relations s JOIN changed_cluster c ON c.id = s.galaxy_cluster_id
WHERE pg_input_is_valid(s.referenced_galaxy_cluster_uuid, 'uuid') ORDER BY s.id
"""

GALAXY_STEPS = (
    Step("galaxies", ("galaxies",), take_galaxies),
    Step(
        "galaxy_clusters",
        ("galaxy_clusters", "galaxy_elements", "galaxy_cluster_relations", "galaxy_cluster_relation_tags"),
        take_clusters,
    ),
)
