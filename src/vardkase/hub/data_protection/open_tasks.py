"""What waits for those who handle personal data: requests from data subjects, and breaches."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from vardkase.hub.data_protection.breaches.queries import breaches
from vardkase.hub.data_protection.breaches.services import is_clock_running
from vardkase.hub.data_protection.requests.queries import requests
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.hub.open_tasks.registry import OfficeTask, TaskKind, end_of
from vardkase.identity.access.actor import Actor


def open_requests(actor: Actor) -> Iterator[OfficeTask]:
    for request in requests(actor, state="open").order_by("deadline", "pk"):
        yield OfficeTask(
            reference=request.number,
            title=f"{request.number} {', '.join(request.right_labels)}",
            path=f"/data-requests/{request.pk}/",
            deadline=end_of(request.deadline),
            since=request.created,
            owner_id=request.owner_id,
        )


def open_breaches(actor: Actor) -> Iterator[OfficeTask]:
    for breach in breaches(actor, state="open").order_by("deadline", "pk"):
        yield OfficeTask(
            reference=breach.number,
            title=f"{breach.number} {breach.title}",
            path=f"/breaches/{breach.pk}/",
            deadline=breach.deadline if is_clock_running(breach) else None,
            since=breach.created,
            owner_id=breach.owner_id,
        )


KINDS = (
    TaskKind(
        name="data_request",
        label=_("Requests from data subjects"),
        noun=_("Request from a data subject"),
        duties=frozenset(HANDLERS),
        source=open_requests,
        view="data_requests",
    ),
    TaskKind(
        name="breach",
        label=_("Personal data breaches"),
        noun=_("Personal data breach"),
        duties=frozenset(HANDLERS),
        source=open_breaches,
        view="breaches",
    ),
)
