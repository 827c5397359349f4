"""SQL that casts columns to wire formats, in the order of the structs they fill."""

from __future__ import annotations

MICROSECONDS = 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'


def moment(column: str) -> str:
    """SQL for a time in µs since 1970 as ISO 8601 with microseconds; null stays null."""
    return f"to_char(timestamp 'epoch' + {column} * interval '1 microsecond', '{MICROSECONDS}')"


def value(alias: str) -> str:
    """SQL for an attribute's value in the wire format."""
    return f"{alias}.value1 || coalesce('|' || {alias}.value2, '')"


EVENT = """e.id::text, e.orgc_id::text, e.org_id::text, e.date::text, e.threat_level_id::text, e.info,
    {published}, e.uuid::text, ({attribute_count})::text, e.analysis::text, ({timestamp})::text,
    e.distribution::text, {proposals_are_waiting}, e.locked, ({publish_timestamp})::text,
    coalesce(e.sharing_group_id, 0)::text, e.disable_correlation, coalesce(e.extends_uuid::text, ''),
    e.protected"""

ATTRIBUTE = f"""a.id::text, a.type, a.category, a.to_ids, a.uuid::text, a.event_id::text,
    a.distribution::text, a.timestamp::text, a.comment, coalesce(a.sharing_group_id, 0)::text, a.deleted,
    a.disable_correlation, coalesce(a.object_id, 0)::text, a.object_relation, {moment("a.first_seen")},
    {moment("a.last_seen")}, {value("a")}"""

LISTED_ATTRIBUTE = f"""a.id::text, a.event_id::text, coalesce(a.object_id, 0)::text, a.object_relation,
    a.category, a.type, a.to_ids, a.uuid::text, a.timestamp::text, a.distribution::text,
    coalesce(a.sharing_group_id, 0)::text, a.comment, a.deleted, a.disable_correlation,
    {moment("a.first_seen")}, {moment("a.last_seen")}, {value("a")}"""

SPLIT_ATTRIBUTE = f"""a.id::text, a.event_id::text, coalesce(a.object_id, 0)::text, a.object_relation,
    a.category, a.type, a.value1, coalesce(a.value2, ''), a.to_ids, a.uuid::text, a.timestamp::text,
    a.distribution::text, coalesce(a.sharing_group_id, 0)::text, a.comment, a.deleted, a.disable_correlation,
    {moment("a.first_seen")}, {moment("a.last_seen")}, {value("a")}"""

OBJECT = f"""o.id::text, o.name, o.meta_category, o.description, o.template_uuid, o.template_version::text,
    o.event_id::text, o.uuid::text, ({{object_timestamp}})::text, o.distribution::text,
    coalesce(o.sharing_group_id, 0)::text, o.comment, o.deleted, {moment("o.first_seen")},
    {moment("o.last_seen")}"""

REFERENCE = """r.id::text, r.uuid::text, r.timestamp::text, r.object_id::text, r.referenced_uuid::text,
    r.referenced_id::text, r.referenced_type::text, r.relationship_type, r.comment, r.deleted,
    r.event_id::text, r.source_uuid::text"""

REPORT = """p.id::text, p.uuid::text, p.event_id::text, p.name, p.content, p.distribution::text,
    coalesce(p.sharing_group_id, 0)::text, p.timestamp::text, p.deleted"""
