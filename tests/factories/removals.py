"""What lets content go out of the audit log: a case, and a retention run and a spill that two people have approved."""

from __future__ import annotations

from uuid import uuid4

from django.utils import timezone

from tests.factories.seed import Seed
from tests.factories.two_person_retention import make_rule
from vardkase.hub.case_files.models import CaseFile, CaseKind
from vardkase.hub.retention.models import RetentionItem, RetentionPlanRule, RetentionRun, RunState
from vardkase.hub.spills.models import Spill
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest, RequestState

RULE, SPILL, CASE = "R-1", "S-2027-00004", "2026-00012"


def approve(action: str, subject: int, *, second: int = 2) -> ApprovalRequest:
    now = timezone.now()
    return ApprovalRequest.objects.create(
        action=action,
        subject=str(subject),
        title="x",
        state=RequestState.APPROVED,
        proposed_by=1,
        proposed_by_name="x",
        proposed_with="browser",
        answered_by=second,
        answered_with="browser",
        answered_at=now,
        expires_at=now,
    )


def let_rule_run(rule: RetentionPlanRule) -> None:
    # A run that has found something for it is approved and goes on.
    run = RetentionRun.objects.create(
        state=RunState.CARRYING_OUT, ordered_by="x", counted_until=timezone.now()
    )
    RetentionItem.objects.create(run=run, rule=rule, place="case")
    approve("carry_out_retention", run.pk)


def let_spill_go(seed: Seed, number: str) -> None:
    spill = Spill.objects.create(
        number=number, origin="declared", event_id=1, event_uuid=uuid4(), organisation=seed.publisher.user.org
    )
    approve("delete_spill", spill.pk)


def approve_removals(seed: Seed) -> None:
    let_rule_run(make_rule())
    let_spill_go(seed, SPILL)
    CaseFile.objects.create(number=CASE, kind=CaseKind.SPILL, title="x", thing_id=1, closed_at=timezone.now())
