"""What is due by the rules, entered in a run: statements over ranges of events, so that a large store takes batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from vardkase.core.jobs.progress import report
from vardkase.core.sql import cursor
from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.retention.holds import EXEMPTION_OF_CASE, EXEMPTION_OF_EVENT, PARAMETERS
from vardkase.hub.retention.models import (
    CountedFrom,
    Exemption,
    RetentionItemState,
    RetentionPlanRule,
    RetentionRun,
    RetentionWay,
)
from vardkase.hub.retention.periods import months_before
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.intel.personal_data.marking import OF_ATTRIBUTES, ON_ATTRIBUTES, TAGS_ON_PARTS

AT_ONCE = 5_000
"""Events that a statement looks at."""


def in_order(rules: Iterable[RetentionPlanRule]) -> list[RetentionPlanRule]:
    # Those that remove come first: what is left is pseudonymised.
    return sorted(rules, key=lambda rule: (rule.way != RetentionWay.REMOVE, rule.number))


def select_events(run: RetentionRun, rules: Sequence[RetentionPlanRule]) -> None:
    ranges = list(_ranges())
    steps = len(ranges) * len(rules)
    for number, rule in enumerate(in_order(rules)):
        values = _values(run, rule)
        sql = ENTERED.format(due=_due_in_events(rule))
        for place, (first, last) in enumerate(ranges, 1):
            cursor().execute(sql, values | {"first": first, "last": last})
            report(number * len(ranges) + place, steps)


def select_notes(run: RetentionRun, rules: Sequence[RetentionPlanRule]) -> None:
    for rule in rules:
        if not is_by_type_alone(rule):
            cursor().execute(ENTERED.format(due=_due_notes()), _values(run, rule) | {"note": 0})


def note_still_due(run: RetentionRun, rule: RetentionPlanRule, note_id: int) -> str | None:
    """Why a note or opinion is exempted now, or nothing (""); None if it is not due any more."""
    sql = f"SELECT due.exemption FROM ({_due_notes()}) due"
    row = cursor().execute(sql, _values(run, rule) | {"note": note_id}).fetchone()
    return str(row[0]) if row else None


def _due_notes() -> str:
    return NOTES.format(exemption=EXEMPTION_OF_EVENT)


def select_cases(run: RetentionRun, rules: Sequence[RetentionPlanRule]) -> None:
    for rule in rules:
        due = CASES.format(exemption=EXEMPTION_OF_CASE)
        cursor().execute(ENTERED.format(due=due), _values(run, rule))


def still_due_in_event(run: RetentionRun, rule: RetentionPlanRule, event_id: int) -> set[tuple[str, int]]:
    """Place and part of what is due in one event as it is now, by the day until which the run counted."""
    values = _values(run, rule) | {"first": event_id, "last": event_id}
    return set(cursor().execute(STILL_DUE.format(due=_due_in_events(rule)), values).fetchall())


def is_case_still_due(run: RetentionRun, rule: RetentionPlanRule, case_id: int) -> bool:
    due = CASES.format(exemption="''")
    sql = f"{STILL_DUE.format(due=due)} WHERE due.part_id = %(case)s"
    return bool(cursor().execute(sql, _values(run, rule) | {"case": case_id}).fetchone())


def _due_in_events(rule: RetentionPlanRule) -> str:
    statement = OF_TYPE if is_by_type_alone(rule) else MARKED
    return statement.format(
        exemption=EXEMPTION_OF_EVENT,
        part_time=PART_TIME[rule.counted_from],
        event_time=EVENT_TIME[rule.counted_from],
    )


def is_by_type_alone(rule: RetentionPlanRule) -> bool:
    return bool(rule.attribute_type) and not rule.kind


def cutoff(run: RetentionRun, rule: RetentionPlanRule) -> int:
    return int(months_before(run.counted_until, rule.months).timestamp())


def _ranges() -> Iterator[tuple[int, int]]:
    row = cursor().execute("SELECT min(id), max(id) FROM event").fetchone()
    if row and row[0] is not None:
        for first in range(row[0], row[1] + 1, AT_ONCE):
            yield first, first + AT_ONCE - 1


def _values(run: RetentionRun, rule: RetentionPlanRule) -> dict[str, Any]:
    return PARAMETERS | {
        "run": run.pk,
        "rule": rule.pk,
        "cutoff": cutoff(run, rule),
        "closed_before": months_before(run.counted_until, rule.months),
        "case_kind": rule.case_kind,
        # Each authority disposes of its own cases about public records.
        "of_authorities": CaseKind.PUBLIC_RECORDS.value,
        "host": host_organisation_id() or 0,
        "kind": rule.kind,
        "type": rule.attribute_type,
        "tag": rule.tag.lower(),
        "of_attributes": list(OF_ATTRIBUTES),
        "on_attributes": list(ON_ATTRIBUTES),
        "tags_on_parts": list(TAGS_ON_PARTS),
        "pending": RetentionItemState.PENDING.value,
        "exempt": RetentionItemState.EXEMPT.value,
        "done": RetentionItemState.DONE.value,
        "in_tag": Exemption.TAG.value,
    }


FIRST_PUBLICATION = """coalesce(
    (SELECT min(v.published_at) FROM event_version v WHERE v.event_uuid = e.uuid),
    nullif(e.publish_timestamp, 0), e.timestamp)"""
PART_TIME = {
    CountedFrom.LAST_SEEN.value: "coalesce(a.last_seen / 1000000, a.first_seen / 1000000, a.timestamp)",
    CountedFrom.CHANGED.value: "a.timestamp",
    CountedFrom.PUBLISHED.value: FIRST_PUBLICATION,
}
# A title or tag was never seen: the day that the event is about counts.
EVENT_TIME = {
    CountedFrom.LAST_SEEN.value: "coalesce(r.timestamp, o.timestamp, s.last_seen / 1000000, s.first_seen / 1000000, "
    "s.timestamp, extract(epoch FROM w.written_at)::bigint, extract(epoch FROM e.date)::bigint)",
    CountedFrom.CHANGED.value: "coalesce(r.timestamp, o.timestamp, s.timestamp, "
    "extract(epoch FROM w.written_at)::bigint, e.timestamp)",
    CountedFrom.PUBLISHED.value: FIRST_PUBLICATION,
}
TAGGED = """(%(tag)s = '' OR EXISTS (
    SELECT 1 FROM event_tag l JOIN tag t ON t.id = l.tag_id WHERE l.event_id = e.id AND lower(t.name) = %(tag)s
) OR EXISTS (
    SELECT 1 FROM attribute_tag l JOIN tag t ON t.id = l.tag_id
    WHERE l.attribute_id = a.id AND lower(t.name) = %(tag)s))"""
ENTERED = """
INSERT INTO retention_item (run_id, rule_id, place, event_id, part_id, organisation_id, exemption, state, digest)
SELECT %(run)s, %(rule)s, due.place, due.event_id, due.part_id, due.organisation_id, due.exemption,
    CASE WHEN due.exemption = '' THEN %(pending)s ELSE %(exempt)s END, ''
FROM ({due}) due ON CONFLICT DO NOTHING
"""
STILL_DUE = "SELECT due.place, due.part_id FROM ({due}) due"
MARKED = f"""
    SELECT DISTINCT CASE WHEN m.place = ANY(%(of_attributes)s) THEN 'attribute'
            WHEN w.id IS NOT NULL THEN 'comment'
            WHEN m.place = ANY(%(tags_on_parts)s) THEN 'tag' ELSE m.place END AS place,
        m.event_id, CASE WHEN m.place = ANY(%(tags_on_parts)s) THEN m.field::bigint ELSE m.part_id END AS part_id,
        coalesce(s.org_id, w.org_id, e.org_id) AS organisation_id,
        CASE WHEN m.place IN ('tag', 'attribute-tag', 'report-tag') THEN %(in_tag)s ELSE {{exemption}} END
            AS exemption
    FROM personal_data_mark m JOIN event e ON e.id = m.event_id
    LEFT JOIN attribute a ON m.place = ANY(%(on_attributes)s) AND a.id = m.part_id
    LEFT JOIN event_report r ON m.place IN ('report', 'report-tag') AND r.id = m.part_id
    LEFT JOIN object o ON m.place = 'object' AND o.id = m.part_id
    LEFT JOIN proposal s ON m.place = 'proposal' AND s.id = m.part_id
    LEFT JOIN proposal_comment w ON m.place = 'proposal-comment' AND w.id = m.part_id
    WHERE m.event_id BETWEEN %(first)s AND %(last)s AND (%(kind)s = '' OR m.kind = %(kind)s)
        AND (m.place <> 'proposal-comment' OR w.id IS NOT NULL)
        AND (%(type)s = '' OR coalesce(a.type, s.type) = %(type)s) AND {TAGGED}
        AND CASE WHEN a.id IS NOT NULL THEN {{part_time}} ELSE {{event_time}} END <= %(cutoff)s
"""
# A note has no tags and no type; what it is about may not be here.
NOTES = """
    SELECT DISTINCT 'analyst-data' AS place, 0::bigint AS event_id, n.id AS part_id, n.org_id AS organisation_id,
        CASE WHEN e.id IS NULL THEN '' ELSE {exemption} END AS exemption
    FROM personal_data_mark m JOIN analyst_data n ON n.id = m.analyst_data_id
    LEFT JOIN LATERAL (
        SELECT id FROM event WHERE uuid = n.object_uuid
        UNION ALL SELECT event_id FROM attribute WHERE uuid = n.object_uuid
        UNION ALL SELECT event_id FROM object WHERE uuid = n.object_uuid
        UNION ALL SELECT event_id FROM event_report WHERE uuid = n.object_uuid LIMIT 1
    ) about ON TRUE
    LEFT JOIN event e ON e.id = about.id
    WHERE (%(note)s = 0 OR n.id = %(note)s) AND (%(kind)s = '' OR m.kind = %(kind)s) AND %(type)s = ''
        AND (%(tag)s = '' OR EXISTS (
            SELECT 1 FROM event_tag l JOIN tag t ON t.id = l.tag_id
            WHERE l.event_id = e.id AND lower(t.name) = %(tag)s))
        AND extract(epoch FROM n.modified) <= %(cutoff)s
"""
# What is a pseudonym, or was emptied with its deletion, is not due again.
OF_TYPE = f"""
    SELECT 'attribute' AS place, a.event_id, a.id AS part_id, e.org_id AS organisation_id,
        {{exemption}} AS exemption
    FROM attribute a JOIN event e ON e.id = a.event_id
    WHERE a.event_id BETWEEN %(first)s AND %(last)s AND a.type = %(type)s AND {TAGGED}
        AND a.value1 !~ '^pseudonym-[0-9a-f]{{{{12}}}}(@pseudonym\\.invalid)?$'
        AND NOT (a.deleted AND a.value1 = 'deleted') AND {{part_time}} <= %(cutoff)s
"""
CASES = """
    SELECT 'case' AS place, 0 AS event_id, c.id AS part_id, c.organisation_id, {exemption} AS exemption
    FROM case_file c WHERE c.kind = %(case_kind)s AND c.closed_at <= %(closed_before)s
        AND (c.kind <> %(of_authorities)s OR c.organisation_id = %(host)s) AND NOT EXISTS (
        SELECT 1 FROM retention_item i WHERE i.place = 'case' AND i.part_id = c.id AND i.state = %(done)s)
"""
