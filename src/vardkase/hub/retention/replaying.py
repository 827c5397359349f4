"""Carries out a retention run again, in a hub that was restored from a backup made before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from vardkase.audit.services import record
from vardkase.hub.audit_actions import BackupAction
from vardkase.hub.backups.journal import Deletion, Details
from vardkase.hub.retention.carrying_out import carry_out
from vardkase.hub.retention.counting import count, target_of
from vardkase.hub.retention.models import RetentionItem, RetentionItemState, RetentionRun, RunState
from vardkase.hub.retention.queries import rules_in_force
from vardkase.identity.access.job_actors import hub_actor

State = RetentionItemState
OF_THE_RUN = (State.PENDING, State.DONE, State.WAITING)
"""Items that the decision covers: the others were exempted, or there was nothing to do."""
AT_ONCE = 5_000


def describe(number: str) -> Details:
    """The run's decision and its items, by the ids of rows, which a restored database has too."""
    run = _run(number)
    if run is None:
        return {}
    items = run.items.filter(state__in=OF_THE_RUN).select_related("rule").order_by("pk")
    return {
        "until": run.counted_until.isoformat(),
        "reason": run.reason,
        "proposed_by": run.proposed_by,
        "approved_by": run.approved_by,
        "approved_at": run.approved_at.isoformat() if run.approved_at else "",
        "items": [_key(item) for item in items],
    }


def _run(number: str) -> RetentionRun | None:
    return RetentionRun.objects.filter(pk=int(number.removeprefix("G-"))).first()


def _key(item: RetentionItem) -> list[Any]:
    return [item.rule.reference, item.rule.version, item.place, item.event_id, item.part_id]


def carry_out_again(deletion: Deletion) -> str:
    """What two persons decided on then, in a run of its own; nothing besides. Returns what could not be done."""
    told = deletion.details
    if not told:
        return gettext("Retention run %(number)s has to be carried out again.") % {"number": deletion.number}
    wanted = {tuple(each) for each in told["items"]}
    known = {(rule.reference, rule.version) for rule in rules_in_force()}
    if lacking := {(rule, version) for rule, version, *_ in wanted} - known:
        return gettext(
            "Retention run %(number)s has to be carried out again: its rules (%(rules)s) are not in force in the "
            "restored hub."
        ) % {
            "number": deletion.number,
            "rules": ", ".join(sorted(f"{rule}, {version}" for rule, version in lacking)),
        }
    run = _ordered(deletion, told)
    record(hub_actor(), BackupAction.DELETION_REPEATED, target_of(run), {"run": deletion.number})
    _limit(run, wanted)
    carry_out(hub_actor(), run.pk, tells_owners=False)
    left = run.items.filter(state=State.FAILED).count() + _exempted(run, wanted)
    if not left:
        return ""
    return ngettext(
        "%(count)s item of retention run %(number)s could not be removed again; run %(again)s lists it.",
        "%(count)s items of retention run %(number)s could not be removed again; run %(again)s lists them.",
        left,
    ) % {"count": left, "number": deletion.number, "again": run.number}


def _ordered(deletion: Deletion, told: Details) -> RetentionRun:
    actor = hub_actor()
    run = RetentionRun.objects.create(
        ordered_by=actor.name[:255], counted_until=datetime.fromisoformat(told["until"])
    )
    count(actor, run.pk)
    run.refresh_from_db()
    run.state = RunState.CARRYING_OUT
    run.reason = gettext("Repeats %(number)s after the hub was restored from a backup. %(reason)s") % {
        "number": deletion.number,
        "reason": told["reason"],
    }
    run.proposed_by, run.approved_by = told["proposed_by"], told["approved_by"]
    run.approved_at = datetime.fromisoformat(told["approved_at"]) if told["approved_at"] else deletion.at
    run.save()
    return run


def _limit(run: RetentionRun, wanted: set[tuple[Any, ...]]) -> None:
    # What is due by now and was not then is left alone.
    surplus = [item.pk for item in _items(run, State.PENDING) if tuple(_key(item)) not in wanted]
    for first in range(0, len(surplus), AT_ONCE):
        run.items.filter(pk__in=surplus[first : first + AT_ONCE]).update(state=State.UNCHANGED)


def _exempted(run: RetentionRun, wanted: set[tuple[Any, ...]]) -> int:
    return sum(tuple(_key(item)) in wanted for item in _items(run, State.EXEMPT))


def _items(run: RetentionRun, state: RetentionItemState) -> QuerySet[RetentionItem]:
    return run.items.filter(state=state).select_related("rule").order_by("pk")
