"""SQL about kinds of readers: all in one organisation may read the same, except site administrators, who read all.

Aliases: r a kind of reader (columns `org_id`, `sees_all`, `group_ids`), e an event, a its attribute, `tagged` a tag on
either, t that tag.
"""

from __future__ import annotations

from vardkase.identity.access.actor import SHARING_GROUPS_OF_ORGANISATION
from vardkase.identity.access.visibility import attribute_predicate, cluster_predicate, for_each_reader

GROUPS = "(" + SHARING_GROUPS_OF_ORGANISATION.replace("%(org)s", "given.org_id") + ")"
"""The groups of the organisation `given.org_id`."""

ORGANISATIONS = f"""
given AS (SELECT DISTINCT org_id, FALSE AS sees_all FROM unnest(%(orgs)s::bigint[]) AS known (org_id)
), r AS MATERIALIZED (SELECT given.org_id, given.sees_all, {GROUPS} AS group_ids FROM given)
"""
"""What follows WITH for the people of organisations, without site administrators."""

ATTRIBUTE = for_each_reader(attribute_predicate)
CLUSTER = for_each_reader(cluster_predicate)
READABLE_TAG = f"""
    (NOT tagged.local OR e.org_id = r.org_id OR r.sees_all)
    AND (NOT t.is_galaxy OR NOT EXISTS (
        SELECT 1 FROM galaxy_cluster c
        WHERE lower(c.tag_name) = lower(t.name) AND NOT c."default" AND NOT {CLUSTER}
    ))
"""
