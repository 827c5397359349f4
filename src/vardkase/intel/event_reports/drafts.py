"""Drafts of reports: what a person has written and not saved, so that nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.event_reports.models import ReportDraft
from vardkase.intel.kernel.locking import own_event
from vardkase.intel.problems import EventReportProblem
from vardkase.intel.queries.find import find_report

LONGEST_CONTENT = 1_000_000
"""Characters of a text that is written on a page."""
MOST_DRAFTS = 20
"""Of one person in one event."""


@dataclass(frozen=True, slots=True)
class DraftText:
    name: str
    content: str
    distribution: int
    sharing_group_id: int | None
    mark: str


def drafts_of(actor: Actor, event_id: int, report_id: int | None) -> QuerySet[ReportDraft]:
    """The actor's drafts of a report, or of new ones; newest first."""
    own = ReportDraft.objects.filter(user=actor.user_id, event=event_id, report=report_id)
    return own.order_by("-saved_at", "-pk")


def find_draft(actor: Actor, event_id: int, uuid: UUID) -> ReportDraft:
    draft = ReportDraft.objects.filter(user=actor.user_id, event=event_id, uuid=uuid).first()
    if draft is None:
        raise NotFound(EventReportProblem.DRAFT_NOT_FOUND())
    return draft


@transaction.atomic
def save_draft(actor: Actor, event_id: int, report_id: int | None, uuid: UUID, text: DraftText) -> None:
    """Keep what a person has written so far under the uuid of their form.

    Not in the audit log, as it changes nothing that anybody else sees, and happens every few seconds. Raises
    NotFound, NotOwned, Invalid (too long, too many), Conflict if the uuid is somebody else's.
    """
    actor.require_writing(Permission.ADD)
    if actor.user_id is None:
        raise Forbidden
    event = own_event(actor, event_id)
    if report_id is not None and find_report(actor, report_id, deleted=True).event_id != event.id:
        raise NotFound(EventReportProblem.NOT_FOUND())
    if len(text.content) > LONGEST_CONTENT:
        raise Invalid({"content": [EventReportProblem.TEXT_TOO_LONG(most=LONGEST_CONTENT)]})
    written = {
        "name": text.name[:255],
        "content": text.content,
        "distribution": text.distribution,
        "sharing_group_id": text.sharing_group_id,
        "mark": text.mark[:32],
        "saved_at": timezone.now(),
    }
    own = ReportDraft.objects.filter(user=actor.user_id, event=event.id, report=report_id, uuid=uuid)
    if own.update(**written):
        return
    if ReportDraft.objects.filter(uuid=uuid).exists():
        raise Conflict(EventReportProblem.DRAFT_NOT_FOUND())
    if ReportDraft.objects.filter(user=actor.user_id, event=event.id).count() >= MOST_DRAFTS:
        raise Invalid({"content": [EventReportProblem.TOO_MANY_DRAFTS(most=MOST_DRAFTS)]})
    ReportDraft.objects.create(
        user_id=actor.user_id, event_id=event.id, report_id=report_id, uuid=uuid, **written
    )


def discard_draft(actor: Actor, event_id: int, uuid: UUID) -> None:
    """Whatever the actor may still do with the event: it is theirs alone."""
    ReportDraft.objects.filter(user=actor.user_id, event=event_id, uuid=uuid).delete()
