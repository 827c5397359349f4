"""Dry runs, and the approval of what they found: only a second person's starts that it is carried out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.services import AuditActor, record
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.sql import cursor
from vardkase.hub.backups import journal
from vardkase.hub.retention.audit_actions import RetentionAction
from vardkase.hub.retention.counting import target_of
from vardkase.hub.retention.models import RetentionPlace, RetentionRun, RunState
from vardkase.hub.retention.problems import RetentionProblem
from vardkase.hub.retention.queries import find_run, rules_in_force
from vardkase.hub.retention.rules import require_officer
from vardkase.hub.retention.tasks import is_at_work, order_carrying_out, order_counting
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.legal import lacks_legal_officer
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ActionDescription, Approval, ApprovalAction
from vardkase.identity.accounts.four_eyes.services import propose

HOLDS_DAYS = 30
"""For how long the figures of a dry run may be approved."""
UNDER_WAY = (RunState.COUNTING, RunState.CARRYING_OUT)
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('retention runs'))"


@transaction.atomic
def order_dry_run(actor: Actor) -> RetentionRun:
    """Order a dry run, or take up the run that has stopped. Raises Forbidden, Conflict while one is going on or no
    rule is in force."""
    require_officer(actor)
    actor.require_writing()
    return order_run(actor, actor.user_id or 0)


def order_run(actor: AuditActor, user_id: int = 0) -> RetentionRun:
    """As `order_dry_run`, for who has been checked, and for the schedule."""
    cursor().execute(ONE_AT_A_TIME)
    if under_way := RetentionRun.objects.filter(state__in=UNDER_WAY).order_by("pk").first():
        if not has_stopped(under_way):
            raise Conflict(RetentionProblem.RUN_GOING_ON())
        return _resume(actor, under_way, user_id)
    if not rules_in_force():
        raise Conflict(RetentionProblem.NO_RULES())
    run = RetentionRun.objects.create(ordered_by=actor.name[:255], counted_until=timezone.now())
    record(actor, RetentionAction.ORDERED, target_of(run))
    order_counting(run.pk, user_id)
    return run


def has_stopped(run: RetentionRun) -> bool:
    """Whether the run is not finished and its job has ended, by a fault or because somebody cancelled it."""
    return run.state in UNDER_WAY and not is_at_work()


def _resume(actor: AuditActor, run: RetentionRun, user_id: int) -> RetentionRun:
    record(actor, RetentionAction.RESUMED, target_of(run))
    order = order_counting if run.state == RunState.COUNTING else order_carrying_out
    order(run.pk, user_id)
    return run


@transaction.atomic
def propose_carrying_out(actor: Actor, pk: int, reason: str) -> ApprovalRequest:
    """Ask a second person to approve the figures of a dry run. Raises Forbidden, NotFound, Conflict, Invalid under
    `reason`."""
    actor.require_writing()
    run = find_run(actor, pk)
    _require_fresh(run)
    return propose(actor, CARRY_OUT, str(run.pk), title=run.number, reason=reason)


def _require_fresh(run: RetentionRun) -> None:
    if run.state != RunState.COUNTED or run.counted_at is None:
        raise Conflict(RetentionProblem.NOT_COUNTED())
    if not run.affected:
        raise Conflict(RetentionProblem.NOTHING_DUE())
    if run.counted_at < timezone.now() - timedelta(days=HOLDS_DAYS):
        raise Conflict(RetentionProblem.TOO_OLD(days=HOLDS_DAYS))


def _subject(request: ApprovalRequest, *, locks: bool = False) -> RetentionRun:
    rows = RetentionRun.objects.select_for_update() if locks else RetentionRun.objects.all()
    run = rows.filter(pk=int(request.subject)).first()
    if run is None:
        raise NotFound(RetentionProblem.NO_SUCH_RUN())
    return run


def _state(request: ApprovalRequest) -> dict[str, Any]:
    run = _subject(request, locks=True)
    in_force = sorted(f"{rule.reference}/{rule.version}" for rule in rules_in_force())
    return {"state": run.state, "digest": run.digest, "affected": run.affected, "rules": in_force}


def _describe(request: ApprovalRequest) -> ActionDescription:
    run = _subject(request)
    by_rule = tuple(
        (f"{each['rule']} {each['title']}", f"{RetentionPlace(each['place']).label}: {each['affected']}")
        for each in run.figures.get("rules", ())
    )
    return ActionDescription(
        ngettext(
            "What the dry run lists, %(count)s item, is pseudonymised or removed. This cannot be undone.",
            "What the dry run lists, %(count)s items, is pseudonymised or removed. This cannot be undone.",
            run.affected,
        )
        % {"count": run.affected},
        (*by_rule, (gettext("Exempted"), str(run.exempted))),
        f"/retention/runs/{run.pk}/",
    )


def _carry_out(approval: Approval) -> RetentionRun:
    request = approval.for_action(CARRY_OUT).request
    run = _subject(request, locks=True)
    _require_fresh(run)
    run.state = RunState.CARRYING_OUT
    run.reason, run.proposed_by = approval.reason, request.proposed_by_name
    run.approved_by, run.approved_at = approval.actor.name[:255], timezone.now()
    run.save()
    figures = {"affected": run.affected, "digest": run.digest, "proposed_by": run.proposed_by}
    record(approval.actor, RetentionAction.APPROVED, target_of(run), figures)
    # Entered again when it is done: a restore to a moment in between has to know of it as well.
    journal.enter(journal.Kind.RETENTION, number=run.number)
    order_carrying_out(run.pk, approval.actor.user_id or 0)
    return run


CARRY_OUT = ApprovalAction(
    name="carry_out_retention",
    title=_("Carry out a retention run"),
    propose=OFFICERS,
    approve=OFFICERS,
    describe=_describe,
    fingerprint=_state,
    conflict=lacks_legal_officer,
    execute=_carry_out,
)
