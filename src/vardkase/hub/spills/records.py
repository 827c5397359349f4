"""Services for what officers record of a spill: the report to the Security Service, the legal ground, answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.hub.audit_actions import SpillAction
from vardkase.hub.case_files.queries import case_file_of
from vardkase.hub.case_files.services import close_case_file
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.spills.models import HolderAnswer, Spill, SpillHolder, SpillKind, SpillState
from vardkase.hub.spills.problems import SpillProblem
from vardkase.hub.spills.queries import find_spill, own_holders, unsettled
from vardkase.hub.spills.rules import SPILL, may_handle, require_handler
from vardkase.hub.spills.tasks import order_proof, order_requests
from vardkase.identity.access.actor import Actor

LONGEST = 2_000
LONGEST_REFERENCE = 255
LATER = (HolderAnswer.DELETED, HolderAnswer.NOTHING, HolderAnswer.REFUSED, HolderAnswer.UNREACHABLE)
"""What can be recorded as an answer."""


@transaction.atomic
def record_report(
    actor: Actor, pk: int, *, at: datetime | None = None, reference: str = "", not_because: str = ""
) -> Spill:
    """Record the report to the Security Service, or why none is made. Raises Invalid by field."""
    spill = _locked(actor, pk)
    reference = _text(reference, "reference", LONGEST_REFERENCE)
    not_because = _text(not_because, "not_because", LONGEST)
    if not not_because and (at is None or not reference):
        raise Invalid({"reference": [SpillProblem.REPORT_OR_REASON()]})
    if at is not None and at > timezone.now():
        raise Invalid({"at": [SpillProblem.IN_THE_FUTURE()]})
    spill.reported_at = None if not_because else at
    spill.report_reference = "" if not_because else reference
    spill.not_reported_because = not_because
    spill.save(update_fields=["reported_at", "report_reference", "not_reported_because"])
    act = SpillAction.SPILL_NOT_REPORTED if not_because else SpillAction.SPILL_REPORTED
    note_in_history(actor, SPILL, spill, act, not_because or reference)
    return spill


@transaction.atomic
def record_ground(actor: Actor, pk: int, ground: str) -> Spill:
    """Record the legal ground on which what was spilled, a public record, may be destroyed."""
    spill = _locked(actor, pk)
    if spill.state != SpillState.OPEN:
        raise Conflict(SpillProblem.NOT_OPEN())
    text = _text(ground, "ground", LONGEST)
    if not text:
        raise Invalid({"ground": [SpillProblem.GROUND_MISSING()]})
    spill.ground, spill.ground_by, spill.ground_at = text, actor.name[:255], timezone.now()
    spill.save(update_fields=["ground", "ground_by", "ground_at"])
    note_in_history(actor, SPILL, spill, SpillAction.SPILL_GROUND_RECORDED, text)
    return spill


@transaction.atomic
def record_kind(actor: Actor, pk: int, kind: str) -> Spill:
    spill = _locked(actor, pk)
    if kind not in SpillKind.values:
        raise Invalid({"kind": [SpillProblem.NO_SUCH_KIND(choices=SpillKind.values)]})
    spill.kind = kind
    spill.save(update_fields=["kind"])
    note_in_history(actor, SPILL, spill, SpillAction.SPILL_KIND_RECORDED, "", kind=kind)
    return spill


@transaction.atomic
def record_answer(actor: Actor, pk: int, holder_id: int, *, answer: str, note: str = "") -> SpillHolder:
    """Record what somebody who had the event answers: their own administrators do, or officers who have been told.

    An officer who gives a reason settles a line to which no answer will come. Raises Forbidden, Invalid by field.
    """
    actor.require_own_affairs()
    spill = find_spill(actor, pk)
    holder = spill.holders.select_for_update(of=("self",)).filter(pk=holder_id).first()
    if holder is None:
        raise NotFound(SpillProblem.NO_SUCH_SPILL())
    if not may_handle(actor) and not own_holders(actor, spill).filter(pk=holder.pk).exists():
        raise Forbidden(SpillProblem.NOT_YOURS())
    if answer not in LATER:
        raise Invalid({"answer": [SpillProblem.NO_SUCH_ANSWER(choices=list(map(str, LATER)))]})
    text = _text(note, "note", LONGEST)
    is_positive = answer in (HolderAnswer.DELETED, HolderAnswer.NOTHING)
    if not is_positive and not text:
        raise Invalid({"note": [SpillProblem.REASON_LENGTH(most=LONGEST)]})
    holder.answer, holder.note = answer, text
    holder.answered_at, holder.answered_by = timezone.now(), actor.name[:255]
    holder.is_settled = is_positive or may_handle(actor)
    holder.save()
    note_in_history(actor, SPILL, spill, SpillAction.SPILL_ANSWERED, text, holder=holder.name, answer=answer)
    return holder


@transaction.atomic
def ask_again(actor: Actor, pk: int) -> Spill:
    """Ask the connections, and search the hub, again."""
    spill = _locked(actor, pk)
    order_requests(spill.pk)
    if spill.needles:
        order_proof(spill.pk)
    note_in_history(actor, SPILL, spill, SpillAction.SPILL_CHECKED_AGAIN, "")
    return spill


@transaction.atomic
def close(actor: Actor, pk: int, note: str = "") -> Spill:
    """Close a spill that is deleted, proved and answered. Raises Conflict."""
    spill = _locked(actor, pk)
    if spill.state == SpillState.DELETED:
        if spill.needles or not spill.proof:
            raise Conflict(SpillProblem.NOT_PROVED())
        if unsettled(spill).exists():
            raise Conflict(SpillProblem.NOT_ANSWERED())
    take_step(actor, SPILL, spill, "close", _text(note, "note", LONGEST))
    spill.closed_at = timezone.now()
    spill.save(update_fields=["closed_at"])
    if (case_file := case_file_of(SPILL.kind, spill.pk)) and case_file.is_open:
        close_case_file(actor, case_file)
    return spill


def _locked(actor: Actor, pk: int) -> Spill:
    require_handler(actor)
    find_spill(actor, pk)
    with transaction.atomic():
        return Spill.objects.select_for_update(of=("self",)).get(pk=pk)


def _text(text: str, field: str, most: int) -> str:
    cleaned = text.replace("\r\n", "\n").strip()
    if len(cleaned) > most or "\0" in cleaned:
        raise Invalid({field: [SpillProblem.TEXT_LENGTH(most=most)]})
    return cleaned
