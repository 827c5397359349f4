"""Columns of a CSV export by MISP's names, with their SQL."""

from __future__ import annotations

from vardkase.formats.misp_json.columns import members_of
from vardkase.formats.misp_json.structs import SplitAttribute
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.event_times import event_times, object_timestamp

DEFAULT = (
    "uuid",
    "event_id",
    "category",
    "type",
    "value",
    "comment",
    "to_ids",
    "date",
    "object_relation",
    "attribute_tag",
    "object_uuid",
    "object_name",
    "object_meta_category",
)

CONTEXT = (
    "event_info",
    "event_member_org",
    "event_source_org",
    "event_distribution",
    "event_threat_level_id",
    "event_analysis",
    "event_date",
    "event_tag",
    "event_timestamp",
)

# A tag that is not exportable stays out unless `includeAllTags` asks for it.
ATTRIBUTE_TAGS = """(
    SELECT string_agg(t.name, ',' ORDER BY at.id) FROM attribute_tag at JOIN tag t ON t.id = at.tag_id
    WHERE at.attribute_id = a.id AND (t.exportable OR %(all_tags)s::boolean))"""

EVENT_TAGS = """(
    SELECT string_agg(t.name, ',' ORDER BY et.id) FROM event_tag et JOIN tag t ON t.id = et.tag_id
    WHERE et.event_id = e.id AND (t.exportable OR %(all_tags)s::boolean))"""

# PostgreSQL's arrays begin at 1, as the levels do.
THREAT_LEVEL = "(ARRAY['High', 'Medium', 'Low', 'Undefined'])[e.threat_level_id]"

COLUMNS: dict[str, str] = {
    **{name: f"a.{name}" for name in members_of(SplitAttribute)},
    "uuid": "a.uuid::text",
    # MISP writes 0, not nothing, for no object and no sharing group.
    "object_id": "coalesce(a.object_id, 0)",
    "sharing_group_id": "coalesce(a.sharing_group_id, 0)",
    "value": "concat_ws('|', a.value1, a.value2)",
    # Not a date: MISP's column of this name is the attribute's Unix timestamp.
    "date": "a.timestamp",
    "attribute_tag": ATTRIBUTE_TAGS,
    "event_uuid": "e.uuid::text",
    "event_info": "e.info",
    # In MISP's names, the member is the owner (Org) and the source is the creator (Orgc).
    "event_member_org": "(SELECT o.name FROM organisation o WHERE o.id = e.org_id)",
    "event_source_org": "(SELECT o.name FROM organisation o WHERE o.id = e.orgc_id)",
    "event_distribution": "e.distribution",
    "event_threat_level_id": THREAT_LEVEL,
    "event_analysis": "e.analysis",
    "event_date": "e.date::text",
    "event_tag": EVENT_TAGS,
}

OBJECT_TIMESTAMP = "object_timestamp"
OBJECT_COLUMNS: dict[str, str] = {
    "object_uuid": "o.uuid::text",
    "object_name": "o.name",
    "object_meta_category": "o.meta_category",
    "object_description": "o.description",
    "object_comment": "o.comment",
    "object_distribution": "o.distribution",
    "object_template_uuid": "o.template_uuid",
    "object_template_version": "o.template_version",
}
"""Filled only in exports of events, as in MISP."""


TIMES = {
    "event_timestamp": "timestamp",
    "event_publish_timestamp": "publish_timestamp",
    "event_published": "published",
}
"""Name of a column → what of `event_times` it shows."""

EVENT_COLUMNS = frozenset(name for name in COLUMNS if name.startswith("event_")) - {"event_id"} | TIMES.keys()
"""The same for every attribute of an event."""


def column_sql(actor: Actor, name: str, *, of_events: bool) -> str:
    """The SQL expression of a column; unknown ones are empty, as in MISP."""
    if name in TIMES:
        return event_times(actor)[TIMES[name]]
    if name == OBJECT_TIMESTAMP:
        return object_timestamp(actor) if of_events else "NULL"
    if name in OBJECT_COLUMNS:
        return OBJECT_COLUMNS[name] if of_events else "NULL"
    return COLUMNS.get(name, "NULL")
