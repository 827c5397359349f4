"""Open tasks of customer service: what waits for an answer from the actor's desk."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from vardkase.hub.customer_service.queries import waiting_requests
from vardkase.hub.customer_service.rules import DESKS
from vardkase.hub.customer_service.services import assign
from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind
from vardkase.identity.access.actor import Actor


def requests(actor: Actor) -> Iterator[OfficeTask]:
    for request in waiting_requests(actor).order_by("deadline", "pk"):
        yield OfficeTask(
            reference=str(request.pk),
            title=f"{request} {request.subject}",
            path=f"/service/{request.pk}/",
            deadline=request.deadline,
            since=request.created,
            owner_id=request.owner_id,
        )


def hand_over(actor: Actor, reference: str, user_id: int) -> bool:
    assign(actor, int(reference), user_id)
    return True


REQUESTS = TaskKind(
    name="support_request",
    label=_("Support requests"),
    noun=_("Support request"),
    duties=frozenset(DESKS),
    source=requests,
    view="service",
    hand_over=hand_over,
)
