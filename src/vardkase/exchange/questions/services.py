"""Services for questions of readers: keeping them, and closing them once they are answered."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import NotFound
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.notifications.models import NotificationKind
from vardkase.exchange.notifications.notify import Notice, notify
from vardkase.exchange.questions.models import ReaderQuestion
from vardkase.exchange.questions.problems import QuestionProblem
from vardkase.exchange.questions.queries import is_readable
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.hooks import OrganisationsMerged
from vardkase.intel.hooks import AttributesRemoved, EventOwnerChanged, QuestionAsked


def keep_question(asked: QuestionAsked) -> None:
    question = ReaderQuestion.objects.create(
        event_id=asked.event_id,
        organisation_id=asked.organisation_id,
        user_id=asked.user_id,
        sender_id=asked.sender_id,
        message=asked.message,
    )
    key, to = f"question {question.pk}", (asked.organisation_id, asked.user_id)
    notice = Notice(NotificationKind.QUESTION, key, *to, event_id=asked.event_id, question_id=question.pk)
    notify([notice], except_user=asked.sender_id)


@transaction.atomic
def close_question(actor: Actor, question_id: int, *, closed: bool = True) -> None:
    """Close a question for everybody of the organisation, or open it again. Raises NotFound, Forbidden."""
    actor.require_writing(Permission.ADD)
    if not is_readable(actor, question_id):
        raise NotFound(QuestionProblem.NOT_FOUND())
    question = ReaderQuestion.objects.select_for_update().get(pk=question_id)
    if (question.closed_at is not None) == closed:
        return
    question.closed_at = timezone.now() if closed else None
    question.closed_by_id = actor.user_id if closed else None
    question.save(update_fields=["closed_at", "closed_by"])
    action = ExchangeAction.QUESTION_CLOSED if closed else ExchangeAction.QUESTION_REOPENED
    record(actor, action, Target("question", question.pk))


def follow_merge(merged: OrganisationsMerged) -> None:
    ReaderQuestion.objects.filter(organisation_id=merged.source_id).update(organisation_id=merged.target_id)


def forget_of_removed(removed: AttributesRemoved) -> None:
    if removed.attribute_ids is None:
        ReaderQuestion.objects.filter(event_id=removed.event_id).delete()


def forget_of_former_owner(taken: EventOwnerChanged) -> None:
    ReaderQuestion.objects.filter(event_id=taken.event_id).delete()
