"""Queries for support requests: requesters see their own, each desk the kinds it handles."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.customer_service.models import Announcement, SupportMessage, SupportRequest
from vardkase.hub.customer_service.models import RequestState as State
from vardkase.hub.customer_service.problems import SupportProblem
from vardkase.hub.customer_service.rules import DESKS, FOR_THE_OPERATOR, OFFICERS, OPEN, duties_for, kinds_for
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts.models import User

SHOWN_AFTERWARDS = timedelta(days=30)


def own_requests(actor: Actor) -> QuerySet[SupportRequest]:
    asked = Q(user_id=actor.user_id or 0)
    if actor.may(Permission.ADMIN) and actor.organisation_id:
        asked |= Q(organisation_id=actor.organisation_id)
    return SupportRequest.objects.filter(asked).select_related("user", "owner")


def desk_requests(actor: Actor) -> QuerySet[SupportRequest]:
    actor.require_staff(*DESKS)
    return SupportRequest.objects.filter(kind__in=kinds_for(actor)).select_related(
        "organisation", "owner", "user"
    )


def filtered(
    rows: QuerySet[SupportRequest], *, state: str = "", kind: str = "", text: str = "", owner_id: int = 0
) -> QuerySet[SupportRequest]:
    """The `rows` in a state ("open": any but solved; "late": past the deadline), of a kind, with `text`."""
    if state in ("open", "late"):
        rows = rows.filter(state__in=OPEN)
    elif state:
        rows = rows.filter(state=state)
    if state == "late":
        rows = rows.filter(deadline__lt=timezone.now())
    if kind:
        rows = rows.filter(kind=kind)
    if owner_id:
        rows = rows.filter(owner_id=owner_id)
    if text:
        number = int(text.lstrip("#")) if text.lstrip("#").isdecimal() and len(text) < 12 else 0
        rows = rows.filter(
            Q(subject__icontains=text)
            | Q(organisation__name__icontains=text)
            | Q(asker_email__icontains=text)
            | Q(pk=number)
        )
    return rows


def find_own_request(actor: Actor, pk: int) -> SupportRequest:
    """A request by the actor, or by a user they administer. Raises NotFound."""
    return first_or_not_found(own_requests(actor).filter(pk=pk), SupportProblem.NO_SUCH_REQUEST())


def find_desk_request(actor: Actor, pk: int) -> SupportRequest:
    """A request that the actor may handle. Raises NotFound, also if it is another desk's; Forbidden."""
    return first_or_not_found(desk_requests(actor).filter(pk=pk), SupportProblem.NO_SUCH_REQUEST())


def conversation(request: SupportRequest, actor: Actor | None = None) -> list[SupportMessage]:
    """The messages, oldest first.

    The requester (no `actor`) gets no internal notes, an operator only messages written while the request was
    theirs.
    """
    rows = SupportMessage.objects.filter(request=request).order_by("pk")
    if actor is None:
        rows = rows.filter(internal=False)
    elif actor.staff.isdisjoint(OFFICERS):
        # By the kind that the request had when the message was written, not by that of today.
        rows = rows.filter(kind__in=FOR_THE_OPERATOR)
    return list(rows)


def waiting_requests(actor: Actor) -> QuerySet[SupportRequest]:
    """The requests awaiting an answer from the actor's desk; none without a desk."""
    kinds = [kind for kind in kinds_for(actor) if not actor.staff.isdisjoint(duties_for(kind))]
    return SupportRequest.objects.filter(kind__in=kinds, state__in=(State.NEW, State.IN_HAND))


def waiting_for(actor: Actor) -> int:
    return waiting_requests(actor).count()


def colleagues(kind: str) -> QuerySet[User]:
    duties = [duty.value for duty in duties_for(kind)]
    return User.objects.filter(staff_roles__overlap=duties, disabled=False).order_by("email")


def announcements(now: datetime) -> dict[str, list[Announcement]]:
    """Announcements that are current at `now`, planned, or ended within thirty days; newest first."""
    rows = list(
        Announcement.objects.filter(Q(ends__isnull=True) | Q(ends__gt=now - SHOWN_AFTERWARDS)).order_by(
            "-begins", "-pk"
        )
    )
    over = [row for row in rows if row.ends and row.ends <= now]
    rest = [row for row in rows if row not in over]
    return {
        "current": [row for row in rest if row.begins <= now],
        "planned": [row for row in rest if row.begins > now],
        "over": over,
    }
