"""Queries for applications as shown on the officers' desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from vardkase.core.change_origin import ChangedBy
from vardkase.core.errors import NotFound
from vardkase.core.settings import Setting
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.membership.applications.accepted_terms import UNDECIDED
from vardkase.hub.membership.applications.models import Application, ApplicationState, Message
from vardkase.hub.membership.applications.problems import ApplicationProblem
from vardkase.hub.membership.applications.rules import APPLICATION
from vardkase.hub.membership.assessments.access import without_interest
from vardkase.hub.membership.assessments.models import CriterionAssessment, Handling, Proposal
from vardkase.hub.membership.assessments.rules import OFFICERS
from vardkase.hub.membership.sectors import Connection
from vardkase.hub.membership.terms.criteria import Criterion
from vardkase.hub.membership.terms.hooks import Published
from vardkase.hub.membership.terms.models import Terms
from vardkase.hub.membership.terms.queries import current_terms, terms_of
from vardkase.identity.access.actor import Actor

DAYS_TO_DECIDE = Setting(
    "Vardkase.days_to_decide",
    30,
    "Within how many calendar days from the day it came an application is to be decided.",
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
TO_HANDLE = (ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW)
SORTS = ("submitted", "-submitted", "organisation_name", "-organisation_name", "number", "-number")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Filter for a list of applications. `text` is searched for in name, number and organisation number."""

    text: str = ""
    state: str = ""
    sector: str = ""
    handler: str = ""
    """An officer's id, "none", or "second" for those that wait for a second officer."""


def applications(actor: Actor, narrowed: CaseFilter) -> QuerySet[Application]:
    actor.require_staff(*OFFICERS)
    found = Application.objects.exclude(state=ApplicationState.DRAFT).exclude(submitted=None)
    if text := narrowed.text.strip():
        number = (
            Q(organisation_number__contains=text.replace("-", "")) if text.replace("-", "").isdigit() else Q()
        )
        found = found.filter(
            Q(organisation_name__icontains=text) | Q(number__icontains=text) | (number or Q(pk=0))
        )
    if narrowed.state:
        found = found.filter(state=narrowed.state)
    if narrowed.sector:
        found = found.filter(sector=narrowed.sector)
    return _by_handler(found, narrowed.handler).select_related("handling__officer")


def find(actor: Actor, number: str) -> Application:
    found = applications(actor, CaseFilter()).filter(number=number.replace("\0", "")).first()
    if found is None:
        raise NotFound(ApplicationProblem.NO_SUCH_APPLICATION())
    return found


def counts(actor: Actor) -> dict[str, int]:
    found = applications(actor, CaseFilter()).order_by().values_list("state").annotate(Count("pk"))
    return dict(found)


def waiting_for(actor: Actor) -> int:
    """How many applications the actor has to do something with: not those in which they have declared an interest."""
    return without_interest(actor, applications(actor, CaseFilter())).filter(state__in=TO_HANDLE).count()


def handlers(actor: Actor) -> list[tuple[int, str]]:
    actor.require_staff(*OFFICERS)
    found = Handling.objects.exclude(officer=None).order_by("officer__email")
    return list(found.values_list("officer_id", "officer__email").distinct())


def terms_against(application: Application) -> Terms:
    """The version that an application is assessed against: the current one, after the decision that of the
    decision."""
    handling = Handling.objects.filter(application=application).first() if application.decided else None
    return terms_of(handling.terms_version) if handling else current_terms()


def drop_outdated(published: Published) -> None:
    """Remove assessments of criteria that a new version words differently: they must be assessed again."""
    before = {each["key"]: each for each in published.former.criteria}
    changed = [each["key"] for each in published.terms.criteria if before.get(each["key"]) != each]
    undecided = Application.objects.filter(state__in=UNDECIDED)
    CriterionAssessment.objects.filter(application__in=undecided, key__in=changed).delete()


def criteria_of(application: Application) -> list[Criterion]:
    by_api = application.connection in (Connection.API, Connection.BOTH)
    return terms_against(application).checklist(by_api=by_api)


def assessments_of(application: Application) -> dict[str, CriterionAssessment]:
    return {each.key: each for each in CriterionAssessment.objects.filter(application=application)}


def verdicts_of(application: Application) -> dict[str, str]:
    return {key: each.verdict for key, each in assessments_of(application).items()}


def proposals_of(application: Application) -> list[Proposal]:
    return list(Proposal.objects.filter(subject=application.number).order_by("pk"))


def conversation(actor: Actor, application: Application) -> QuerySet[Message]:
    actor.require_staff(*OFFICERS)
    return application.messages.prefetch_related("attachments").order_by("pk")


def age_in_days(application: Application) -> int:
    return ages_in_days([application])[application.pk]


def ages_in_days(found: Sequence[Application]) -> dict[int, int]:
    """For each application, the number of days it has been with the officers: 1 on the first day, 0 before.

    Days on the waiting list, days spent waiting for the applicant and days after the decision do not count.
    """
    steps: dict[int, list[HistoryEntry]] = {each.pk: [] for each in found}
    entries = HistoryEntry.objects.filter(kind=APPLICATION.kind, thing_id__in=list(steps))
    for entry in entries.exclude(before=F("after")).order_by("pk"):
        steps[entry.thing_id].append(entry)
    return {pk: len(_days_with_us(each)) for pk, each in steps.items()}


def _days_with_us(steps: list[HistoryEntry]) -> set[date]:
    days: set[date] = set()
    for step, following in zip_longest(steps, steps[1:]):
        if step.after in TO_HANDLE and not (following and following.step == "wait"):
            first = timezone.localdate(step.at)
            last = timezone.localdate(following.at if following else timezone.now())
            days.update(first + timedelta(days=number) for number in range((last - first).days + 1))
    return days


def _by_handler(found: QuerySet[Application], handler: str) -> QuerySet[Application]:
    if handler == "none":
        return found.filter(Q(handling=None) | Q(handling__officer=None))
    if handler == "second":
        waiting = Proposal.objects.waiting().values("subject")
        return found.filter(number__in=waiting, state=ApplicationState.UNDER_REVIEW)
    return (
        found.filter(handling__officer=int(handler)) if handler.isdecimal() and len(handler) < 18 else found
    )
