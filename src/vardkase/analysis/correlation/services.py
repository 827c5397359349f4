"""Services for correlation: exclusions, and rebuilding the derived keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction
from django.db.models import Q, QuerySet

from vardkase.analysis.audit_actions import AnalysisAction
from vardkase.analysis.correlation.exclusions import like_pattern
from vardkase.analysis.correlation.keys import key_of
from vardkase.analysis.correlation.models import CorrelationExclusion
from vardkase.analysis.correlation.problems import CorrelationExclusionProblem
from vardkase.analysis.correlation.store import DERIVED, rebuild_attributes, rebuild_keys
from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.hooks import AttributesChanged
from vardkase.intel.kernel.locking import lock_event
from vardkase.intel.queries.find import Reference, find_event

BATCH = 10_000

BY_KEY = "SELECT attribute_id FROM attribute_key WHERE key = %(key)s ORDER BY event_id, attribute_id"
BY_PATTERN = """
SELECT id FROM attribute WHERE value1 ILIKE %(pattern)s OR value2 ILIKE %(pattern)s ORDER BY event_id, id
"""
ORPHANS = "DELETE FROM {table} k WHERE NOT EXISTS (SELECT 1 FROM attribute a WHERE a.id = k.attribute_id)"


@transaction.atomic
def add_exclusion(actor: Actor, value: str, comment: str = "") -> CorrelationExclusion:
    """Exclude a value (`%` at either end is a wildcard) from correlation, effective immediately. Raises
    Invalid."""
    actor.require_writing(Permission.SITE_ADMIN)
    exclusion = CorrelationExclusion(value=_checked_value(value), comment=comment)
    exclusion.save()
    _rebuild_matching(exclusion.value)
    record(actor, AnalysisAction.CORRELATION_EXCLUSION_ADDED, Target.of(exclusion))
    return exclusion


def exclusions(actor: Actor, text: str = "") -> QuerySet[CorrelationExclusion]:
    actor.require(Permission.SITE_ADMIN)
    rows = CorrelationExclusion.objects.order_by("pk")
    return rows.filter(Q(value__icontains=text) | Q(comment__icontains=text)) if text else rows


def find_exclusion(actor: Actor, number: int) -> CorrelationExclusion:
    return first_or_not_found(exclusions(actor).filter(pk=number), CorrelationExclusionProblem.NOT_FOUND())


@transaction.atomic
def add_exclusions(actor: Actor, comments: Mapping[str, str]) -> int:
    """Exclude the values that are not excluded yet, each with its comment; returns how many. Raises Invalid."""
    wanted = {value.strip(): comment for value, comment in comments.items()}
    known = set(exclusions(actor).filter(value__in=list(wanted)).values_list("value", flat=True))
    new = {value: comment for value, comment in wanted.items() if value not in known}
    for value, comment in new.items():
        add_exclusion(actor, value, comment)
    return len(new)


@transaction.atomic
def edit_exclusion(
    actor: Actor, exclusion: CorrelationExclusion, *, value: str | None = None, comment: str | None = None
) -> CorrelationExclusion:
    """Change an exclusion; values it no longer covers correlate again. Raises Invalid."""
    actor.require_writing(Permission.SITE_ADMIN)
    before = exclusion.value
    if value is not None and value.strip() != before:
        exclusion.value = _checked_value(value)
    if comment is not None:
        exclusion.comment = comment
    exclusion.save()
    # Both values: what the former one excluded correlates again.
    for changed in {before, exclusion.value} if exclusion.value != before else ():
        _rebuild_matching(changed)
    record(
        actor,
        AnalysisAction.CORRELATION_EXCLUSION_EDITED,
        Target.of(exclusion),
        {"value": [before, exclusion.value]},
    )
    return exclusion


@transaction.atomic
def delete_exclusion(actor: Actor, exclusion: CorrelationExclusion) -> None:
    actor.require_writing(Permission.SITE_ADMIN)
    target = Target.of(exclusion)
    value = exclusion.value
    exclusion.delete()
    _rebuild_matching(value)
    record(actor, AnalysisAction.CORRELATION_EXCLUSION_DELETED, target)


@transaction.atomic
def delete_exclusions(actor: Actor, numbers: Iterable[int]) -> dict[str, str]:
    """Delete those of `numbers` that exist; returns their values with the comments."""
    chosen = list(exclusions(actor).filter(pk__in=list(numbers)))
    for exclusion in chosen:
        delete_exclusion(actor, exclusion)
    return {exclusion.value: exclusion.comment for exclusion in chosen}


def clean_exclusions(actor: Actor) -> Iterator[tuple[int, int]]:
    """Apply each exclusion again, in a transaction of its own; yields how many of how many are done."""
    actor.require_writing(Permission.SITE_ADMIN)
    with transaction.atomic():
        values = list(CorrelationExclusion.objects.order_by("pk").values_list("value", flat=True))
        record(actor, AnalysisAction.CORRELATION_EXCLUSION_CLEANED, Target("correlation_exclusion"))
    for done, value in enumerate(values, start=1):
        with transaction.atomic():
            _rebuild_matching(value)
        yield done, len(values)


@transaction.atomic
def recorrelate(actor: Actor, reference: Reference) -> int:
    actor.require_writing(Permission.SITE_ADMIN)
    event = lock_event(actor, find_event(actor, reference).id)
    rebuild_keys(AttributesChanged(event.pk, None))
    record(actor, AnalysisAction.CORRELATION_RECORRELATED, Target("event", event.pk, event.uuid, event.info))
    return event.pk


@transaction.atomic
def remove_orphans(actor: Actor) -> int:
    actor.require_writing(Permission.SITE_ADMIN)
    removed = _remove_orphans()
    record(actor, AnalysisAction.CORRELATION_ORPHANS_REMOVED, Target("correlation"), {"count": removed})
    return removed


def _remove_orphans() -> int:
    return sum(cursor().execute(ORPHANS.format(table=table)).rowcount for table in DERIVED)


def rebuild(actor: Actor) -> Iterator[int]:
    """Recompute all keys and networks, one transaction per event; yields the id of each finished event.

    Does not block readers or writers.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    with transaction.atomic():
        _remove_orphans()
        record(actor, AnalysisAction.CORRELATION_REBUILT, Target("correlation"))
    for (event_id,) in cursor().execute("SELECT id FROM event ORDER BY id").fetchall():
        with transaction.atomic():
            # The event may be gone since the ids were read; the lock keeps writers out until its keys are
            # stored.
            if cursor().execute("SELECT 1 FROM event WHERE id = %s FOR UPDATE", [event_id]).fetchone():
                rebuild_keys(AttributesChanged(event_id, None))
        yield event_id


def _checked_value(value: str) -> str:
    text = value.strip()
    if not text.strip("%"):
        raise Invalid({"value": [CorrelationExclusionProblem.VALUE_MISSING()]})
    if CorrelationExclusion.objects.filter(value=text).exists():
        raise Invalid({"value": [CorrelationExclusionProblem.VALUE_TAKEN()]})
    return text


def _rebuild_matching(value: str) -> None:
    if value.startswith("%") or value.endswith("%"):
        rows = cursor().execute(BY_PATTERN, {"pattern": like_pattern(value)}).fetchall()
    else:
        rows = cursor().execute(BY_KEY, {"key": key_of(value)}).fetchall()
    # In the order of events, so that a batch locks few of them.
    ids = [row[0] for row in rows]
    for first in range(0, len(ids), BATCH):
        rebuild_attributes(ids[first : first + BATCH])
