"""SQL of what changes replaced, and of taking them back."""

from __future__ import annotations

from vardkase.intel.columns import changeable
from vardkase.intel.models import Attribute, Object

CONTENT = [name for name in changeable(Attribute) if name != "timestamp"]
MEMBERS = ", ".join(f"'{name}', a.{name}" for name in CONTENT)
STATE = f"""
jsonb_build_object({MEMBERS}, 'tags', (
    SELECT jsonb_agg(jsonb_build_array(t.tag_id, t.local, t.relationship_type) ORDER BY t.tag_id, t.local)
    FROM attribute_tag t WHERE t.attribute_id = a.id))
"""

STATES = f"""
SELECT a.id, {STATE} AS content FROM attribute a
WHERE a.event_id = %(event)s AND a.id = ANY(%(ids)s::bigint[])
"""

# An attribute that the act has removed is gone for good.
KEEP = f"""
INSERT INTO attribute_before (point_id, attribute_id, content, after, data_sha256)
SELECT %(point)s, b.id, b.content, md5(now.content::text), b.content->>'data_sha256'
FROM undo_before b JOIN LATERAL (SELECT {STATE} AS content FROM attribute a WHERE a.id = b.id) now ON true
WHERE now.content <> b.content
"""

REFERENCES = """
SELECT r.id FROM object_reference r JOIN attribute a ON a.uuid = r.referenced_uuid
WHERE r.event_id = %(event)s AND NOT r.deleted AND a.id = ANY(%(ids)s::bigint[])
UNION SELECT r.id FROM object_reference r LEFT JOIN object o ON o.uuid = r.referenced_uuid
WHERE r.event_id = %(event)s AND NOT r.deleted
  AND (r.object_id = ANY(%(objects)s::bigint[]) OR o.id = ANY(%(objects)s::bigint[]))
"""

OBJECT_CONTENT = [name for name in changeable(Object) if name not in ("timestamp", "private_timestamp")]
OBJECT_STATE = f"jsonb_build_object({', '.join(f"'{name}', o.{name}" for name in OBJECT_CONTENT)})"

OBJECT_STATES = f"""
SELECT o.id, {OBJECT_STATE} AS content FROM object o
WHERE o.event_id = %(event)s AND o.id = ANY(%(objects)s::bigint[])
"""

# A digest of the state after the change is enough to notice a later one.
KEEP_OBJECTS = f"""
INSERT INTO object_before (point_id, object_id, content, after)
SELECT %(point)s, b.id, b.content, md5(now.content::text)
FROM undo_objects b JOIN LATERAL (SELECT {OBJECT_STATE} AS content FROM object o WHERE o.id = b.id) now ON true
WHERE now.content <> b.content
"""

# What an act has added, to an object or by these UUIDs, was not there before: as if it had been deleted then.
KEEP_ADDED = f"""
INSERT INTO attribute_before (point_id, attribute_id, content, after, data_sha256)
SELECT %(point)s, a.id, now.content || '{{"deleted": true}}', md5(now.content::text), a.data_sha256
FROM attribute a JOIN LATERAL (SELECT {STATE} AS content) now ON true
WHERE a.event_id = %(event)s AND a.id <> ALL(%(ids)s::bigint[]) AND NOT a.deleted
  AND (a.object_id = ANY(%(objects)s::bigint[]) AND a.id <> ALL(%(inside)s::bigint[])
    OR a.uuid = ANY(%(new)s::uuid[]))
"""

OBJECTS_CHANGED_SINCE = f"""
SELECT count(*) FROM object_before b LEFT JOIN object o ON o.id = b.object_id
WHERE b.point_id = %(point)s AND (o.id IS NULL OR md5(({OBJECT_STATE})::text) <> b.after)
"""

RESTORE_OBJECTS = f"""
UPDATE object o SET {", ".join(f"{name} = r.{name}" for name in OBJECT_CONTENT)}, timestamp = %(now)s
FROM object_before b, jsonb_populate_record(NULL::object, b.content) r
WHERE b.point_id = %(point)s AND o.id = b.object_id
"""

ANY_DELETED = """
SELECT 1 FROM attribute_before b JOIN attribute a ON a.id = b.attribute_id
WHERE b.point_id = %(point)s AND a.deleted LIMIT 1
"""

# An attribute does not come back into an object that has been deleted since.
CHANGED_SINCE = f"""
SELECT count(*) FROM attribute_before b LEFT JOIN attribute a ON a.id = b.attribute_id
LEFT JOIN object o ON o.id = a.object_id
WHERE b.point_id = %(point)s AND a.id IS NOT NULL
  AND (md5(({STATE})::text) <> b.after OR (o.deleted AND NOT (b.content->>'deleted')::boolean AND NOT EXISTS (
    SELECT 1 FROM object_before again WHERE again.point_id = b.point_id AND again.object_id = o.id)))
"""

EDITED = f"""
SELECT a.id FROM attribute_before b JOIN attribute a ON a.id = b.attribute_id
WHERE b.point_id = %(point)s AND jsonb_build_object({MEMBERS}) <> b.content - 'tags'
"""

GROUPS_THAT_COME_BACK = """
SELECT DISTINCT (b.content->>'sharing_group_id')::bigint
FROM attribute_before b JOIN attribute a ON a.id = b.attribute_id
WHERE b.point_id = %(point)s AND (b.content->>'distribution')::int = 4
  AND (b.content->>'sharing_group_id')::bigint IS DISTINCT FROM a.sharing_group_id
UNION SELECT (b.content->>'sharing_group_id')::bigint FROM object_before b JOIN object o ON o.id = b.object_id
WHERE b.point_id = %(point)s AND (b.content->>'distribution')::int = 4
  AND (b.content->>'sharing_group_id')::bigint IS DISTINCT FROM o.sharing_group_id
"""

RESTORE = f"""
UPDATE attribute a SET {", ".join(f"{name} = r.{name}" for name in CONTENT)}, timestamp = %(now)s
FROM attribute_before b, jsonb_populate_record(NULL::attribute, b.content) r
WHERE b.point_id = %(point)s AND a.id = b.attribute_id AND a.id = ANY(%(ids)s::bigint[])
"""

RESTORE_REFERENCES = """
UPDATE object_reference r SET deleted = FALSE, timestamp = %(now)s
WHERE r.event_id = %(event)s AND r.id = ANY(%(references)s::bigint[]) AND r.deleted
  AND EXISTS (SELECT 1 FROM object o WHERE o.id = r.object_id AND NOT o.deleted)
"""

OF_TAGS = "jsonb_array_elements(coalesce(nullif(b.content->'tags', 'null'), '[]'))"

UNLINK = f"""
DELETE FROM attribute_tag t USING attribute_before b
WHERE b.point_id = %(point)s AND t.attribute_id = b.attribute_id AND NOT EXISTS (
    SELECT 1 FROM {OF_TAGS} e WHERE (e->>0)::bigint = t.tag_id AND (e->>1)::boolean = t.local)
RETURNING t.local
"""

# A tag that has been deleted since does not come back.
LINK = f"""
INSERT INTO attribute_tag (attribute_id, event_id, tag_id, local, relationship_type)
SELECT b.attribute_id, %(event)s, (e->>0)::bigint, (e->>1)::boolean, e->>2
FROM attribute_before b, {OF_TAGS} e JOIN tag ON tag.id = (e->>0)::bigint
WHERE b.point_id = %(point)s
ON CONFLICT DO NOTHING
RETURNING local, tag_id
"""
