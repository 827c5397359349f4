"""Marks in the names of tags on attributes and reports, and what takes such tags off.

A tag of a galaxy cluster that people made says which one it is by a UUID alone: the cluster's name is read with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.tagging import require_may_tag
from vardkase.intel.kernel.audiences import Audiences, attribute_audiences, report_audiences
from vardkase.intel.models import Event
from vardkase.intel.personal_data.marking import NewMark, in_texts
from vardkase.intel.personal_data.models import MarkPlace
from vardkase.intel.personal_data.queries import answerable_marks

TAG_TEXT = """CASE WHEN NOT t.is_galaxy THEN t.name ELSE concat_ws(E'\\n', t.name, (
    SELECT string_agg(c.value, E'\\n' ORDER BY c.id) FROM galaxy_cluster c
    WHERE lower(c.tag_name) = lower(t.name) AND NOT c."default" AND NOT c.deleted)) END"""
"""SQL of what is searched of a tag `t`."""


def tag_texts(ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    sql = f"SELECT t.id, {TAG_TEXT} FROM tag t WHERE t.id = ANY(%s)"
    return dict(cursor().execute(sql, (list(ids),)).fetchall())


def mark_attribute_tags(event_id: int) -> None:
    """Search the tags of an event's attributes again: each name once, however many attributes carry it."""
    names = cursor().execute(NAMES, {"event": event_id}).fetchall()
    marks = in_texts(MarkPlace.ATTRIBUTE_TAG, [(tag, str(tag), text) for tag, text in names])
    columns = zip(*marks, strict=True) if marks else ([] for _ in NewMark._fields)
    given = dict(zip(NewMark._fields, map(list, columns), strict=True))
    cursor().execute(KEPT, given | {"event": event_id})


def tags_with(event_id: int, kind: str, place: MarkPlace) -> dict[int, set[int]]:
    # By attribute or report, the tags in which `kind` is marked.
    found: dict[int, set[int]] = defaultdict(set)
    marks = answerable_marks(event_id).filter(kind=kind, place=place)
    for part, tag in marks.order_by("part_id").values_list("part_id", "field"):
        found[part].add(int(tag))
    return dict(found)


def take_off_attributes(actor: Actor, event: Event, tags: Mapping[int, Collection[int]]) -> Audiences:
    """Take the tags off the attributes of a locked event; returns who may know of it: nobody, if all were local."""
    known = _take_off(actor, event, tags, TAKEN_OFF_ATTRIBUTES)
    return attribute_audiences(known) if known else frozenset()


def take_off_reports(actor: Actor, event: Event, tags: Mapping[int, Collection[int]]) -> Audiences:
    known = _take_off(actor, event, tags, TAKEN_OFF_REPORTS)
    return report_audiences(known) if known else frozenset()


def _take_off(actor: Actor, event: Event, tags: Mapping[int, Collection[int]], sql: str) -> list[int]:
    """Returns the parts that have lost a tag that others than this hub see."""
    pairs = [(part, tag) for part, ids in tags.items() for tag in ids]
    if not pairs:
        return []
    actor.require(Permission.TAGGER)
    parts, ids = map(list, zip(*pairs, strict=True))
    removed = cursor().execute(sql, {"event": event.pk, "parts": parts, "tags": ids}).fetchall()
    # Only now is it known which of them were local; a refusal rolls the deletion back.
    for local in {local for _, local in removed}:
        require_may_tag(actor, event, local=local)
    return sorted({part for part, local in removed if not local})


NAMES = f"""
SELECT t.id, {TAG_TEXT} FROM tag t
WHERE t.id IN (SELECT tag_id FROM attribute_tag WHERE event_id = %(event)s) ORDER BY t.id
"""
SAME = """(m.part_id, m.field, m.kind, m.start, m."end", m.says_offence, m.fingerprint)
    = (w.part_id, w.field, w.kind, w.start, w."end", w.says_offence, w.fingerprint)"""
# What is as before keeps its answer. `part_id` as given is the tag; of the mark, the attribute.
KEPT = f"""
WITH wanted AS (
    SELECT DISTINCT l.attribute_id AS part_id, s.field, s.kind, s.start, s."end", s.says_offence, s.fingerprint
    FROM unnest(%(part_id)s::bigint[], %(field)s::text[], %(kind)s::text[], %(start)s::int[], %(end)s::int[],
        %(says_offence)s::bool[], %(fingerprint)s::bigint[])
        AS s (tag_id, field, kind, start, "end", says_offence, fingerprint)
    JOIN attribute_tag l ON l.tag_id = s.tag_id AND l.event_id = %(event)s
), stored AS (
    SELECT * FROM personal_data_mark m WHERE m.event_id = %(event)s AND m.place = 'attribute-tag'
), gone AS (
    DELETE FROM personal_data_mark WHERE id IN (
        SELECT m.id FROM stored m WHERE NOT EXISTS (SELECT 1 FROM wanted w WHERE {SAME}))
)
INSERT INTO personal_data_mark
    (event_id, place, part_id, field, kind, start, "end", says_offence, fingerprint)
SELECT %(event)s, 'attribute-tag', w.* FROM wanted w WHERE NOT EXISTS (SELECT 1 FROM stored m WHERE {SAME})
"""
TAKEN_OFF_ATTRIBUTES = """
DELETE FROM attribute_tag l USING unnest(%(parts)s::bigint[], %(tags)s::bigint[]) AS given (part_id, tag_id)
WHERE l.event_id = %(event)s AND l.attribute_id = given.part_id AND l.tag_id = given.tag_id
RETURNING l.attribute_id, l.local
"""
TAKEN_OFF_REPORTS = """
DELETE FROM event_report_tag l USING event_report r,
    unnest(%(parts)s::bigint[], %(tags)s::bigint[]) AS given (part_id, tag_id)
WHERE r.event_id = %(event)s AND r.id = given.part_id AND l.event_report_id = r.id AND l.tag_id = given.tag_id
RETURNING l.event_report_id, l.local
"""
