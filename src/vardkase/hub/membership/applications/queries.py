"""Queries for applications."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.membership.applications.access import officer_only
from vardkase.hub.membership.applications.models import (
    Application,
    ApplicationState,
    Attachment,
    Author,
    Message,
)
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.identity.access.actor import Actor


def applications(actor: Actor, state: str = "") -> QuerySet[Application]:
    officer_only(actor)
    rows = Application.objects.order_by("-pk")
    return rows.filter(state=state) if state else rows


def find_application(actor: Actor, number: str) -> Application:
    # PostgreSQL takes no NUL in a text.
    return first_or_not_found(
        applications(actor).filter(number=number.replace("\0", "")), ApplicationProblem.NO_SUCH_APPLICATION()
    )


def waiting_by_phase() -> dict[int | None, int]:
    waiting = Application.objects.filter(state=ApplicationState.WAITING).order_by()
    return dict(waiting.values_list("waits_for").annotate(count=Count("pk")))


def conversation(application: Application) -> QuerySet[Message]:
    return application.messages.exclude(kind=Author.NOTE).prefetch_related("attachments").order_by("pk")


def find_attachment(application: Application, attachment_id: int) -> Attachment:
    attachments = application.attachments.exclude(message__kind=Author.NOTE)
    return first_or_not_found(attachments.filter(pk=attachment_id), MembershipProblem.NO_SUCH_FILE())
