"""Queries for requests from data subjects: handlers see all, a member what concerns it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from vardkase.core.clock import today
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.data_protection.problems import DataRequestProblem
from vardkase.hub.data_protection.requests.models import (
    AnsweredRight,
    ConcernedController,
    ConcernedItem,
    DataSubjectRequest,
    DataSubjectRight,
    FoundItemKind,
    ItemOutcome,
)
from vardkase.hub.data_protection.requests.person import DataSubject, opened
from vardkase.hub.data_protection.requests.rules import OPEN, is_handler
from vardkase.hub.data_protection.requests.terms import SearchTerm
from vardkase.hub.data_protection.rules import HANDLERS
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission

FINAL = Q(item__controller__is_hub_owner=True) | Q(item__controller__answered_at__isnull=False)
"""Answers that count: what a controller has not sent yet is not its answer."""
SENT_BY_ANYONE = (
    FoundItemKind.APPLICATION,
    FoundItemKind.SUPPORT,
    FoundItemKind.SUPPORT_MESSAGE,
    FoundItemKind.REGISTRATION,
    FoundItemKind.SENT_MAIL,
    FoundItemKind.AUDIT,
)
"""Where an address stands that anybody may have written in a form: it proves nothing of who they are."""


def requests(actor: Actor, *, state: str = "") -> QuerySet[DataSubjectRequest]:
    """All requests, or those in `state` ("open": unanswered; "late": past the last day). Raises Forbidden."""
    actor.require_staff(*HANDLERS)
    rows = DataSubjectRequest.objects.select_related("owner")
    if state in ("open", "late"):
        rows = rows.filter(state__in=OPEN)
    if state == "late":
        rows = rows.filter(deadline__lt=today())
    return rows.exclude(state__in=OPEN) if state == "closed" else rows


def find_request(actor: Actor, pk: int) -> DataSubjectRequest:
    return first_or_not_found(requests(actor).filter(pk=pk), DataRequestProblem.NO_SUCH_REQUEST())


def waiting_for(actor: Actor) -> int:
    """The number of open requests; 0 for who does not handle them."""
    return DataSubjectRequest.objects.filter(state__in=OPEN).count() if is_handler(actor) else 0


def controllers(request: DataSubjectRequest) -> list[ConcernedController]:
    """Whom a request concerns, with the number of items (`count`) and of those not answered (`unanswered`)."""
    counted = request.controllers.annotate(
        count=Count("items"), unanswered=Count("items", filter=Q(items__answered_at=None))
    )
    return list(counted.order_by("-is_hub_owner", "name"))


def counts_by_kind(controller: ConcernedController) -> list[tuple[str, int]]:
    rows = controller.items.values_list("kind").annotate(n=Count("pk")).order_by("kind")
    return [(str(FoundItemKind(kind).label), count) for kind, count in rows]


def own_tasks(actor: Actor) -> QuerySet[ConcernedController]:
    """The requests that were sent to the actor's organisation. Raises Forbidden."""
    actor.require(Permission.ADMIN)
    actor.require_content_access()
    return (
        ConcernedController.objects.filter(organisation=actor.organisation_id, is_hub_owner=False)
        .exclude(sent_at=None)
        .select_related("request")
        .annotate(count=Count("items"))
    )


def waiting_for_us(actor: Actor) -> int:
    if not actor.may(Permission.ADMIN) or actor.may_not_read_content:
        return 0
    waiting = ConcernedController.objects.filter(
        organisation=actor.organisation_id, is_hub_owner=False, answered_at=None, request__state__in=OPEN
    )
    return waiting.exclude(sent_at=None).count()


def find_controller(actor: Actor, pk: int) -> ConcernedController:
    """One that the actor answers for. Raises NotFound, Forbidden."""
    if is_handler(actor):
        rows = ConcernedController.objects.select_related("request", "organisation")
    else:
        rows = own_tasks(actor)
    return first_or_not_found(rows.filter(pk=pk), DataRequestProblem.NO_SUCH_REQUEST())


def find_own_task(actor: Actor, pk: int) -> ConcernedController:
    """Raises NotFound, Forbidden."""
    return first_or_not_found(own_tasks(actor).filter(pk=pk), DataRequestProblem.NO_SUCH_REQUEST())


def items(controller: ConcernedController) -> QuerySet[ConcernedItem]:
    return controller.items.all()


@dataclass(frozen=True, slots=True)
class ToldSubject:
    """What a controller is told of the person: the values that were found in its items, and no others."""

    rights: list[str]
    terms: list[SearchTerm]
    text: str
    deadline: date | None


def told_to(controller: ConcernedController, *, only_found: bool = True) -> ToldSubject:
    """`only_found` is False for who knows all values, and may not know which were found."""
    person = opened(controller.request.person)
    used = {place for places in controller.items.values_list("terms", flat=True) for place in places}
    known = [term for place, term in enumerate(person.terms) if place in used or not only_found]
    return ToldSubject(
        controller.request.right_labels,
        known,
        person.text,
        controller.answer_by or controller.request.deadline,
    )


def person_of(actor: Actor, request: DataSubjectRequest) -> DataSubject:
    """Raises Forbidden for who does not handle requests."""
    actor.require_staff(*HANDLERS)
    return opened(request.person)


def is_address_unknown(request: DataSubjectRequest) -> bool:
    """Whether data were found, but the address of the reply is in none of the hub owner's that only it wrote.

    What others hold is left out: a handler may not learn which values are in it.
    """
    person = opened(request.person)
    rows = ConcernedItem.objects.filter(controller__request=request)
    if not person.email or not rows.exists():
        return False
    places = [
        place for place, term in enumerate(person.terms) if term.text.casefold() == person.email.casefold()
    ]
    own = rows.filter(controller__is_hub_owner=True)
    return not own.exclude(kind__in=SENT_BY_ANYONE).filter(terms__overlap=places).exists()


def own_unanswered(request: DataSubjectRequest) -> int:
    """How many of the hub owner's items have a right that nothing was decided on."""
    own = ConcernedItem.objects.filter(controller__request=request, controller__is_hub_owner=True)
    return own.filter(answered_at=None).count()


def final_answers(request: DataSubjectRequest) -> QuerySet[AnsweredRight]:
    return AnsweredRight.objects.filter(FINAL, item__controller__request=request)


@dataclass(frozen=True, slots=True)
class CountedAnswer:
    """How many items of a controller have one outcome for a right.

    `ground` where it was refused; `reason` there, and where the processing was restricted.
    """

    controller: str
    right: DataSubjectRight
    outcome: ItemOutcome
    ground: str
    reason: str
    count: int


def counted_answers(answers: QuerySet[AnsweredRight]) -> list[CountedAnswer]:
    columns = (
        "item__controller__is_hub_owner",
        "item__controller__name",
        "right",
        "outcome",
        "ground",
        "reason",
    )
    rows = answers.values_list(*columns).annotate(n=Count("pk")).order_by(*columns)
    rights, outcomes = list(DataSubjectRight), list(ItemOutcome)
    found = [
        (not own, CountedAnswer(name, DataSubjectRight(right), ItemOutcome(outcome), ground, reason, count))
        for own, name, right, outcome, ground, reason, count in rows
    ]
    found.sort(
        key=lambda pair: (
            pair[0],
            pair[1].controller,
            rights.index(pair[1].right),
            outcomes.index(pair[1].outcome),
        )
    )
    return [each for _is_other, each in found]
