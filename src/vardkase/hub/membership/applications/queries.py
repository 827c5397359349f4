"""Reading applications."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.membership.applications.access import officer_only
from vardkase.hub.membership.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    Author,
    Message,
)
from vardkase.identity.access.actor import Actor


def applications(actor: Actor, state: str = "") -> QuerySet[Application]:
    """All applications, or those in one state, the newest first. Raises Forbidden for who is no officer."""
    officer_only(actor)
    found = Application.objects.order_by("-pk")
    return found.filter(state=state) if state else found


def find_application(actor: Actor, number: str) -> Application:
    """An application by its number ("2026-00017"). Raises NotFound, Forbidden."""
    found = applications(actor).filter(number=number.replace("\0", "")).first()
    if found is None:
        raise NotFound("There is no such application.")
    return found


def waiting_by_phase() -> dict[int | None, int]:
    """How many applications wait, by the number of the phase that they wait for."""
    waiting = Application.objects.filter(state=ApplicationState.WAITING).order_by()
    return dict(waiting.values_list("waits_for").annotate(count=Count("pk")))


def conversation(application: Application) -> QuerySet[Message]:
    """What applicant and officers have written to each other, the oldest first, with its files."""
    return application.messages.exclude(kind=Author.NOTE).prefetch_related("attachments").order_by("pk")


def find_attachment(application: Application, attachment_id: int) -> Attachment:
    """A file that the applicant may have: not one of a note between officers. Raises NotFound."""
    found = application.attachments.exclude(message__kind=Author.NOTE).filter(pk=attachment_id).first()
    if found is None:
        raise NotFound("There is no such file.")
    return found
