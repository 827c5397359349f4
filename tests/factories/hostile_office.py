"""Rows of the hub's desk with words of people: cases, spills, retention, reports, evaluations, mail to many."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.utils import timezone

from tests.factories.samples import SECRET, Samples
from vardkase.core.clock import today
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.office.bulk_mail.models import BulkMail
from vardkase.hub.office.evaluations.models import Evaluation, EvaluationNote, NoteKind
from vardkase.hub.office.quarterly.periods import this_quarter
from vardkase.hub.office.quarterly.services import issue_report
from vardkase.hub.retention.models import RetentionItem, RetentionPlanRule, RetentionRun, RunState
from vardkase.hub.spills.models import HolderKind, Spill, SpillHolder, SpillOrigin
from vardkase.identity.access.actor import Actor


def add_office(things: Samples, officer: Actor) -> None:
    _case(things)
    _retention(things)
    _spill(things)
    evaluation = Evaluation.objects.create(
        title=SECRET, phase=1, first=date(2026, 1, 1), last=date(2026, 3, 31), goals=SECRET, tried=SECRET,
        learnt=SECRET, questions=[{"text": SECRET, "answer": SECRET}], created_by=SECRET,
    )  # fmt: skip
    EvaluationNote.objects.create(evaluation=evaluation, kind=NoteKind.NOTE, text=SECRET, by=SECRET)
    EvaluationNote.objects.create(
        evaluation=evaluation, kind=NoteKind.NUMBER, text=SECRET, value=3, by=SECRET
    )
    issue_report(officer, this_quarter().later(-1))
    BulkMail.objects.create(
        subject_sv=SECRET, subject_en=SECRET, text_sv=SECRET, text_en=SECRET, total=1, proposed_by=SECRET,
        approved_by=SECRET,
    )  # fmt: skip


def _spill(things: Samples) -> None:
    """Of an event that is not on the hub: those that the walk opens stay readable."""
    spill = Spill.objects.create(
        number="S-2026-00001", origin=SpillOrigin.DECLARED, reason=SECRET, event_id=999_999,
        event_uuid=uuid4(), organisation=things.organisation, creator=SECRET, declared_by_name=SECRET,
    )  # fmt: skip
    SpillHolder.objects.create(spill=spill, kind=HolderKind.CONNECTION, name=SECRET, note=SECRET)


def _case(things: Samples) -> None:
    membership = Membership.objects.get(organisation=things.organisation)
    case_file = CaseFile.objects.create(
        number=things.application.number, kind="membership", title=SECRET, organisation=things.organisation,
        party=SECRET, thing_kind="membership", thing_id=membership.pk, opened_by=SECRET,
    )  # fmt: skip
    words = {"title": SECRET, "counterpart": SECRET, "text": SECRET, "by": SECRET, "sha256": "0" * 64}
    decision, appeal = (
        CaseDocument.objects.create(
            case_file=case_file, number=number, direction=direction, occurred_at=timezone.now(), **words
        )
        for number, direction in ((1, "outgoing"), (2, "incoming"))
    )
    Appeal.objects.create(
        case_file=case_file, decision=decision, document=appeal, appellant=SECRET, claim=SECRET, arrived_on=today(),
        registered_by=SECRET,
    )  # fmt: skip


def _retention(things: Samples) -> None:
    rule = RetentionPlanRule.objects.create(
        number=1, version=1, subject="personal_data", title=SECRET, kind="name", tag=SECRET, months=1,
        counted_from="changed", legal_ground=SECRET, duty_note=SECRET, starts_on=today(), reason=SECRET,
        proposed_by=SECRET, approved_by=SECRET,
    )  # fmt: skip
    counts = {"affected": 1, "exempted": 0}
    figures = {
        "rules": [{"rule": "R-1", "title": SECRET, "place": "attribute", **counts}],
        "organisations": [{"name": SECRET, **counts}],
    }
    run = RetentionRun.objects.create(
        state=RunState.COUNTED, ordered_by=SECRET, counted_until=timezone.now(), counted_at=timezone.now(),
        figures=figures, affected=1,
    )  # fmt: skip
    RetentionItem.objects.create(
        run=run, rule=rule, place="attribute", event_id=things.event.pk, part_id=things.attribute.pk
    )
