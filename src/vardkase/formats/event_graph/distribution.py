"""Distribution graph of an event: number of parts per distribution level."""

from __future__ import annotations

from collections import Counter
from typing import Any

from vardkase.core.sql import cursor
from vardkase.formats.misp_json import EventOptions
from vardkase.formats.misp_json.document_context import context_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import report_predicate
from vardkase.misp.distribution import Distribution

NAMES = {
    Distribution.ORGANISATION: "Your organisation only",
    Distribution.COMMUNITY: "This community only",
    Distribution.CONNECTED: "Connected communities",
    Distribution.ALL: "All communities",
    Distribution.SHARING_GROUP: "Sharing group",
    Distribution.INHERIT: "Inherit event",
}
KINDS = ("event", "attribute", "object", "obj_attr", "event_report")


def distribution_graph(actor: Actor, event_id: int) -> dict[str, Any]:
    """For each kind of part, the readable ones counted by distribution, and their sharing groups."""
    context = context_of(actor, EventOptions())
    report = f"{report_predicate(actor, 'p')} AND NOT p.deleted"
    sql = COUNTS.format(
        event=context.event, attribute=context.attribute, object=context.object("o"), report=report
    )
    rows = context.rows(sql, event=event_id)
    counts: dict[str, Counter[int]] = {kind: Counter() for kind in KINDS}
    for kind, distribution, _, count in rows:
        counts[kind][distribution] += count
    groups = {group for *_, group, _ in rows if group}
    # Only groups of parts that the reader may see, so their names may be shown as well.
    named = cursor().execute(GROUPS, {"groups": list(groups)}).fetchall() if groups else []
    return {
        **{
            kind: {str(level): by_level[level] for level in sorted(by_level)}
            for kind, by_level in counts.items()
        },
        "distributionInfo": {
            str(int(level)): {"key": name, "value": int(level)} for level, name in NAMES.items()
        },
        "sharing_groups": [{"id": number, "name": name, "uuid": uuid} for number, name, uuid in named],
    }


# A sharing group counts only at its level: others may keep a group from before.
COUNTS = """
SELECT kind, distribution, sharing_group_id, count(*) FROM (
    SELECT 'event' AS kind, e.distribution, CASE e.distribution WHEN 4 THEN e.sharing_group_id END AS sharing_group_id
    FROM event e WHERE e.id = %(event)s AND {event}
    UNION ALL
    SELECT CASE WHEN a.object_id IS NULL THEN 'attribute' ELSE 'obj_attr' END, a.distribution,
        CASE a.distribution WHEN 4 THEN a.sharing_group_id END
    FROM attribute a JOIN event e ON e.id = a.event_id WHERE a.event_id = %(event)s AND {event} AND {attribute}
    UNION ALL
    SELECT 'object', o.distribution, CASE o.distribution WHEN 4 THEN o.sharing_group_id END
    FROM object o JOIN event e ON e.id = o.event_id WHERE o.event_id = %(event)s AND {event} AND {object}
    UNION ALL
    SELECT 'event_report', p.distribution, CASE p.distribution WHEN 4 THEN p.sharing_group_id END
    FROM event_report p JOIN event e ON e.id = p.event_id WHERE p.event_id = %(event)s AND {event} AND {report}
) found GROUP BY kind, distribution, sharing_group_id
"""
GROUPS = "SELECT id::text, name, uuid::text FROM sharing_group WHERE id = ANY(%(groups)s) ORDER BY id"
