"""Requests to the hub owner that await an answer, and what answers lack, for the officers' inbox."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from vardkase.hub.open_tasks.registry import MOST, OfficeTask, TaskKind
from vardkase.hub.public_records.cases.models import RecordsCase
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER, answer_due
from vardkase.hub.public_records.cases.services.opening import assign
from vardkase.hub.public_records.officers.queries import missing_details
from vardkase.hub.public_records.officers.rules import authority_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole


def _unanswered(actor: Actor) -> Iterable[OfficeTask]:
    cases = RecordsCase.objects.filter(authority=authority_of(actor), state__in=BEFORE_ANSWER)
    for case in cases.order_by("asked_at")[:MOST]:
        yield OfficeTask(
            reference=case.number,
            title=case.number,
            path=f"/public-records/cases/{case.number}/",
            deadline=answer_due(case),
            since=case.asked_at,
            owner_id=case.responsible_id,
        )


def _hand_over(actor: Actor, number: str, user_id: int) -> bool:
    assign(actor, number, user_id)
    return True


def _office_details(actor: Actor) -> Iterable[OfficeTask]:
    authority = authority_of(actor)
    if authority and (missing := missing_details(authority)):
        yield OfficeTask(reference="office", title=", ".join(missing), path="/public-records/office/")


OFFICE = TaskKind(
    name="records_office",
    label=_("Details that answers to public-records requests need"),
    noun=_("Our office for public records"),
    duties=frozenset({StaffRole.LEGAL_OFFICER}),
    source=_office_details,
    view="records_office",
)
UNANSWERED = TaskKind(
    name="records_case",
    label=_("Public records requests"),
    noun=_("Request for public records"),
    duties=frozenset({StaffRole.LEGAL_OFFICER}),
    source=_unanswered,
    view="records_cases",
    hand_over=_hand_over,
)
