"""The dry run: enters what is due, and its figures. Changes nothing else."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.hub.retention.audit_actions import RetentionAction
from vardkase.hub.retention.figures import counts, digest_of
from vardkase.hub.retention.models import RetentionItemState, RetentionRun, RunState
from vardkase.hub.retention.queries import rules_in_force
from vardkase.hub.retention.selecting import select_cases, select_events, select_notes
from vardkase.hub.retention.versions import select_versions
from vardkase.identity.access.actor import Actor
from vardkase.intel.personal_data.services import mark_existing


def target_of(run: RetentionRun) -> Target:
    return Target("retention_run", run.pk, title=run.number)


def count(actor: Actor, run_id: int) -> None:
    """Count an ordered dry run; begun anew if it was interrupted. Does nothing once it is counted."""
    run = RetentionRun.objects.filter(pk=run_id, state=RunState.COUNTING).first()
    if run is None:
        return
    run.items.all().delete()
    rules = rules_in_force()
    mark_existing()
    of_data = [rule for rule in rules if not rule.is_about_cases]
    select_events(run, of_data)
    select_notes(run, of_data)
    select_versions(run, of_data)
    select_cases(run, [rule for rule in rules if rule.is_about_cases])
    with transaction.atomic():
        run.figures = counts(run)
        run.digest = digest_of(run.figures)
        run.affected = run.items.filter(state=RetentionItemState.PENDING).count()
        run.exempted = run.items.filter(state=RetentionItemState.EXEMPT).count()
        run.state, run.counted_at = RunState.COUNTED, timezone.now()
        run.save()
        earlier = RetentionRun.objects.filter(state=RunState.COUNTED, pk__lt=run.pk)
        earlier.update(state=RunState.REPLACED)
        figures = {"affected": run.affected, "exempted": run.exempted, "digest": run.digest}
        record(actor, RetentionAction.COUNTED, target_of(run), figures)
