"""SQL of what a change replaced in texts outside attributes, and of taking that back."""

from __future__ import annotations

TEXTS = """
SELECT 'event' AS holder, e.id, 'info' AS field, e.info AS text FROM event e WHERE e.id = %(event)s
UNION ALL
SELECT 'event_tag', e.id, 'tags', (
    SELECT coalesce(
        jsonb_agg(jsonb_build_array(l.tag_id, l.local, l.relationship_type) ORDER BY l.tag_id, l.local), '[]')
    FROM event_tag l WHERE l.event_id = e.id)::text
FROM event e WHERE e.id = %(event)s
UNION ALL
SELECT 'report_tag', r.id, 'tags', (
    SELECT coalesce(
        jsonb_agg(jsonb_build_array(l.tag_id, l.local, l.relationship_type) ORDER BY l.tag_id, l.local), '[]')
    FROM event_report_tag l WHERE l.event_report_id = r.id)::text
FROM event_report r WHERE r.event_id = %(event)s
UNION ALL
SELECT 'event_report', r.id, unnest(ARRAY['name', 'content']), unnest(ARRAY[r.name, r.content])
FROM event_report r WHERE r.event_id = %(event)s
UNION ALL
SELECT 'object', o.id, 'comment', o.comment FROM object o WHERE o.event_id = %(event)s AND o.comment <> ''
"""

KEEP_TEXTS = f"""
INSERT INTO text_before (point_id, holder, row_id, field, text, after)
SELECT %(point)s, b.holder, b.id, b.field, b.text, md5(now.text)
FROM undo_texts b JOIN ({TEXTS}) now ON (now.holder, now.id, now.field) = (b.holder, b.id, b.field)
WHERE now.text <> b.text
"""

TEXTS_CHANGED_SINCE = f"""
SELECT count(*) FROM text_before b
LEFT JOIN ({TEXTS}) now ON (now.holder, now.id, now.field) = (b.holder, b.row_id, b.field)
WHERE b.point_id = %(point)s AND (now.text IS NULL OR md5(now.text) <> b.after)
"""

RESTORE_TITLE = """
UPDATE event e SET info = b.text FROM text_before b
WHERE b.point_id = %(point)s AND b.holder = 'event' AND e.id = b.row_id
"""

RESTORE_REPORTS = """
UPDATE event_report r SET timestamp = %(now)s,
    name = coalesce(b.name, r.name), content = coalesce(b.content, r.content)
FROM (
    SELECT row_id, max(text) FILTER (WHERE field = 'name') AS name,
        max(text) FILTER (WHERE field = 'content') AS content
    FROM text_before WHERE point_id = %(point)s AND holder = 'event_report' GROUP BY row_id
) b WHERE r.id = b.row_id
"""

RESTORE_COMMENTS = """
UPDATE object o SET timestamp = %(now)s, comment = b.text FROM text_before b
WHERE b.point_id = %(point)s AND b.holder = 'object' AND o.id = b.row_id
"""

FORMER_TAGS = """
SELECT (e->>0)::bigint AS tag_id, (e->>1)::boolean AS local, e->>2 AS relationship_type
FROM text_before b, jsonb_array_elements(b.text::jsonb) e WHERE b.point_id = %(point)s AND b.holder = 'event_tag'
"""

# A tag that has been deleted since does not come back.
LINK_TAGS = f"""
INSERT INTO event_tag (event_id, tag_id, local, relationship_type)
SELECT %(event)s, f.tag_id, f.local, f.relationship_type FROM ({FORMER_TAGS}) f JOIN tag ON tag.id = f.tag_id
ON CONFLICT DO NOTHING
RETURNING local, tag_id
"""

# Nothing that is taken back adds tags to reports: those that are gone come back.
LINK_REPORT_TAGS = """
INSERT INTO event_report_tag (event_report_id, tag_id, local, relationship_type)
SELECT b.row_id, tag.id, (e->>1)::boolean, e->>2
FROM text_before b, jsonb_array_elements(b.text::jsonb) e, tag
WHERE b.point_id = %(point)s AND b.holder = 'report_tag' AND tag.id = (e->>0)::bigint
ON CONFLICT DO NOTHING
RETURNING local, tag_id, event_report_id
"""
