"""Announcements of outages and incidents: on the status page, and by mail to members."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.audit_actions import HubAction
from vardkase.hub.customer_service import mails
from vardkase.hub.customer_service.models import Announcement, AnnouncementKind
from vardkase.hub.customer_service.problems import AnnouncementProblem, SupportProblem
from vardkase.hub.customer_service.rules import DESKS
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor

TEXTS = {"title_sv": 200, "title_en": 200, "text_sv": 5_000, "text_en": 5_000}


@transaction.atomic
def announce(
    actor: Actor, data: Mapping[str, Any], pk: int | None = None, *, mail: bool = False
) -> Announcement:
    """Add an announcement to the status page, or change one; `mail`: also notify the members.

    `data`: kind, title_sv, title_en, text_…, begins, ends (None: unknown). Raises Invalid by field, NotFound,
    Forbidden.
    """
    _require_desk(actor)
    row = find_announcement(actor, pk) if pk else Announcement()
    _fill(row, data)
    row.save()
    recipients = mails.announce(row, actor) if mail else 0
    action = HubAction.ANNOUNCEMENT_CHANGED if pk else HubAction.ANNOUNCEMENT_MADE
    record(actor, action, Target.of(row), {"count": recipients} if mail else {})
    return row


@transaction.atomic
def end(actor: Actor, pk: int) -> Announcement:
    _require_desk(actor)
    row = find_announcement(actor, pk)
    # One that is planned ends as it begins, so that the order of its times stays right.
    row.ends = max(timezone.now(), row.begins)
    row.save()
    record(actor, HubAction.ANNOUNCEMENT_ENDED, Target.of(row))
    return row


def find_announcement(actor: Actor, pk: int | None) -> Announcement:
    actor.require_staff(*DESKS)
    return first_or_not_found(
        Announcement.objects.filter(pk=pk or 0), AnnouncementProblem.NO_SUCH_ANNOUNCEMENT()
    )


def _fill(row: Announcement, data: Mapping[str, Any]) -> None:
    errors: dict[str, list[Problem]] = {}
    for name, longest in TEXTS.items():
        text = str(data.get(name) or "").strip()
        if "\0" in text or len(text) > longest or (name.startswith("title") and not text):
            errors[name] = [HubProblem.TEXT_LENGTH(count=longest)]
        setattr(row, name, text)
    row.kind = str(data.get("kind") or "")
    if row.kind not in AnnouncementKind.values:
        errors["kind"] = [SupportProblem.UNKNOWN_KIND()]
    begins, ends = data.get("begins"), data.get("ends")
    if not isinstance(begins, datetime):
        errors["begins"] = [AnnouncementProblem.START_MISSING()]
    elif isinstance(ends, datetime) and ends < begins:
        errors["ends"] = [AnnouncementProblem.ENDS_BEFORE_START()]
    if errors:
        raise Invalid(errors)
    row.begins, row.ends = begins, ends if isinstance(ends, datetime) else None  # type: ignore[assignment]


def _require_desk(actor: Actor) -> None:
    actor.require_writing()
    actor.require_staff(*DESKS)
