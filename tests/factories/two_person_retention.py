"""Two-person actions on retention."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils import timezone

from tests.factories.two_person_setup import WHY, People, Setup
from vardkase.hub.retention.models import RetentionPlanRule, RetentionRun, RetentionSubject, RunState
from vardkase.hub.retention.proposing import propose_rule
from vardkase.hub.retention.running import propose_carrying_out

RULE = {
    "title": "Namn",
    "kind": "name",
    "months": 24,
    "counted_from": "changed",
    "way": "remove",
    "starts_on": "2026-01-01",
}


def make_rule() -> RetentionPlanRule:
    made = RULE | {"starts_on": date(2026, 1, 1), "subject": RetentionSubject.PERSONAL_DATA}
    return RetentionPlanRule.objects.create(number=1, version=1, reason=WHY, **made)


def changing(people: People) -> Setup:
    make_rule()
    return Setup(
        people.jurist,
        people.officer.user,
        lambda who: propose_rule(who, 1, {"months": 36}, WHY),
        lambda: RetentionPlanRule.objects.order_by("-version")[0].months,
        page=("/retention/rules/1/change/", RULE | {"months": 36, "reason": WHY}),
        api=("/retentionRules/edit/1", {"content": {"months": 36}, "reason": WHY}),
    )


def carrying_out(people: People) -> Setup:
    make_rule()
    run = RetentionRun.objects.create(
        state=RunState.COUNTED,
        ordered_by="x",
        affected=1,
        counted_at=timezone.now(),
        counted_until=timezone.now(),
    )
    return people.by_officers(
        lambda who: propose_carrying_out(who, run.pk, WHY),
        lambda: RetentionRun.objects.get().state,
        page=(f"/retention/runs/{run.pk}/carry-out/", {"reason": WHY}),
        api=(f"/retentionRuns/carryOut/{run.pk}", {"reason": WHY}),
    )


RETENTION_SCENES: dict[str, Callable[[People], Setup]] = {
    "carry_out_retention": carrying_out,
    "change_retention_rule": changing,
}
