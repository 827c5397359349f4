"""Queries for retention: rules in their newest version, runs, and what is in them. For officers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import batched

from django.db.models import Count, QuerySet

from vardkase.core.clock import today
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.hub.case_files.access import readable
from vardkase.hub.case_files.models import CaseFile
from vardkase.hub.retention.models import (
    RetentionItem,
    RetentionItemState,
    RetentionPlace,
    RetentionPlanRule,
    RetentionRun,
    RunState,
)
from vardkase.hub.retention.problems import RetentionProblem
from vardkase.hub.retention.rules import require_officer
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    event_predicate,
    object_predicate,
    proposal_predicate,
    reader_parameters,
    report_predicate,
)

MOST_FAILURES = 20


def failures(run: RetentionRun) -> list[tuple[str, int]]:
    """Why some of a run could not be done, the most frequent first; an empty reason is in the log alone."""
    rows = run.items.filter(state=RetentionItemState.FAILED).values("failure").annotate(count=Count("pk"))
    return list(rows.order_by("-count", "failure").values_list("failure", "count")[:MOST_FAILURES])


def newest_rules() -> list[RetentionPlanRule]:
    found = RetentionPlanRule.objects.order_by("number", "-version").distinct("number")
    return sorted(found, key=lambda rule: (rule.is_retired, rule.number))


def rules_in_force() -> list[RetentionPlanRule]:
    day = today()
    return [rule for rule in newest_rules() if not rule.is_retired and rule.starts_on <= day]


def rules(actor: Actor) -> list[RetentionPlanRule]:
    require_officer(actor)
    return newest_rules()


def find_rule(actor: Actor, number: int) -> RetentionPlanRule:
    return versions_of(actor, number)[0]


def versions_of(actor: Actor, number: int) -> list[RetentionPlanRule]:
    require_officer(actor)
    found = RetentionPlanRule.objects.filter(number=number).order_by("-version")
    first_or_not_found(found, RetentionProblem.NO_SUCH_RULE())
    return list(found)


def runs(actor: Actor) -> QuerySet[RetentionRun]:
    require_officer(actor)
    return RetentionRun.objects.all()


def find_run(actor: Actor, pk: int) -> RetentionRun:
    return first_or_not_found(runs(actor).filter(pk=pk), RetentionProblem.NO_SUCH_RUN())


def items_of(actor: Actor, run: RetentionRun) -> QuerySet[RetentionItem]:
    require_officer(actor)
    return run.items.select_related("rule", "organisation").order_by("pk")


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item of a run; `event_id` and `part_id` are 0 where the reader may not read the event, part or case."""

    item: RetentionItem
    event_id: int
    part_id: int


def listed_items(actor: Actor, run: RetentionRun) -> Iterator[ListedItem]:
    """Without why each was exempted, which tells of spills and of data subjects' requests: the totals say how many."""
    for batch in batched(items_of(actor, run).iterator(AT_ONCE), AT_ONCE):
        cases = [item.part_id for item in batch if item.place == RetentionPlace.CASE]
        open_cases = set(readable(actor).filter(pk__in=cases).values_list("pk", flat=True))
        seen = set(readable_in_events(actor, [item.pk for item in batch]))
        known = {item_id for item_id, reads_part in seen if reads_part}
        known |= {
            item.pk for item in batch if item.place == RetentionPlace.CASE and item.part_id in open_cases
        }
        events = {item_id for item_id, _ in seen}
        for item in batch:
            yield ListedItem(
                item,
                item.event_id if item.pk in events else 0,
                item.part_id if item.pk in known else 0,
            )


def readable_in_events(actor: Actor, item_ids: list[int]) -> list[tuple[int, bool]]:
    """The items of events that the actor reads, each with whether they read the part as well."""
    sql = READABLE.format(
        event=event_predicate(actor),
        attribute=attribute_predicate(actor),
        report=report_predicate(actor, "p"),
        object=object_predicate(actor),
        proposal=proposal_predicate(actor),
    )
    return cursor().execute(sql, reader_parameters(actor) | {"items": item_ids}).fetchall()


def disposed_in(version_ids: Collection[int]) -> dict[int, list[RetentionItem]]:
    """What was disposed of in versions kept as public records, by version. The caller has checked who may know
    them."""
    done = RetentionItem.objects.filter(
        place=RetentionPlace.VERSION, part_id__in=version_ids, state=RetentionItemState.DONE
    )
    found: dict[int, list[RetentionItem]] = {}
    for item in done.select_related("rule").order_by("done_at", "pk"):
        found.setdefault(item.part_id, []).append(item)
    return found


def waiting_run() -> RetentionRun | None:
    """The dry run whose figures wait for a decision, if something in it can be carried out."""
    newest = RetentionRun.objects.order_by("-pk").first()
    if newest and newest.state == RunState.COUNTED and newest.affected:
        return newest
    return None


@dataclass(frozen=True, slots=True)
class Sample:
    """An attribute that is due, as the reader sees it."""

    rule: str
    event_id: int
    attribute_id: int
    type: str
    value: str


def samples(actor: Actor, run: RetentionRun) -> list[Sample]:
    require_officer(actor)
    sql = SAMPLES.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    values = reader_parameters(actor) | {"run": run.pk, "looked_at": LOOKED_AT, "most": MOST_SAMPLES}
    return [Sample(*row) for row in cursor().execute(sql, values)]


def sample_cases(actor: Actor, run: RetentionRun) -> list[CaseFile]:
    ids = items_of(actor, run).filter(place=RetentionPlace.CASE).values("part_id")
    return list(readable(actor).filter(pk__in=ids).order_by("closed_at", "pk")[:MOST_SAMPLES])


def progress_of(run: RetentionRun) -> tuple[int, int]:
    left = run.items.filter(state=RetentionItemState.PENDING).count()
    return run.affected - left, run.affected


AT_ONCE = 500
READABLE = """
SELECT i.id, CASE i.place
    WHEN 'attribute' THEN EXISTS (SELECT 1 FROM attribute a WHERE a.id = i.part_id AND {attribute})
    WHEN 'report' THEN EXISTS (SELECT 1 FROM event_report p WHERE p.id = i.part_id AND {report})
    WHEN 'object' THEN EXISTS (SELECT 1 FROM object o WHERE o.id = i.part_id AND {object})
    WHEN 'proposal' THEN EXISTS (
        SELECT 1 FROM proposal s LEFT JOIN attribute a ON a.id = s.attribute_id WHERE s.id = i.part_id AND {proposal})
    ELSE TRUE END
FROM retention_item i JOIN event e ON e.id = i.event_id WHERE i.id = ANY(%(items)s::bigint[]) AND {event}
"""
MOST_SAMPLES = 10
LOOKED_AT = 1_000
"""Items that are looked through for what the reader may see."""
SAMPLES = """
SELECT 'R-' || r.number, a.event_id, a.id, a.type, left(concat_ws('|', a.value1, a.value2), 200)
FROM (
    SELECT rule_id, part_id FROM retention_item
    WHERE run_id = %(run)s AND place = 'attribute' AND state = 'pending' ORDER BY id LIMIT %(looked_at)s
) i JOIN retention_rule r ON r.id = i.rule_id JOIN attribute a ON a.id = i.part_id JOIN event e ON e.id = a.event_id
WHERE NOT a.deleted AND {event} AND {attribute} ORDER BY a.id LIMIT %(most)s
"""
