"""Queries for applications as shown on the officers' desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.query_expressions import first_or_not_found
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

# Our own term: 9 § förvaltningslagen asks for speed, and 12 § lets a party ask for a decision after six
# months.
DAYS_TO_DECIDE = Setting(
    "Vardkase.days_to_decide",
    30,
    _("Within how many calendar days from the day it came an application is to be decided."),
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


def applications(actor: Actor, by: CaseFilter) -> QuerySet[Application]:
    actor.require_staff(*OFFICERS)
    rows = Application.objects.exclude(state=ApplicationState.DRAFT).exclude(submitted=None)
    if text := by.text.strip():
        number = (
            Q(organisation_number__contains=text.replace("-", "")) if text.replace("-", "").isdigit() else Q()
        )
        rows = rows.filter(
            Q(organisation_name__icontains=text) | Q(number__icontains=text) | (number or Q(pk=0))
        )
    if by.state:
        rows = rows.filter(state=by.state)
    if by.sector:
        rows = rows.filter(sector=by.sector)
    return _by_handler(rows, by.handler).select_related("handling__officer")


def find(actor: Actor, number: str) -> Application:
    # PostgreSQL takes no NUL in a text.
    return first_or_not_found(
        applications(actor, CaseFilter()).filter(number=number.replace("\0", "")),
        ApplicationProblem.NO_SUCH_APPLICATION(),
    )


def counts(actor: Actor) -> dict[str, int]:
    # Without its order, which would become part of GROUP BY.
    rows = applications(actor, CaseFilter()).order_by().values_list("state").annotate(Count("pk"))
    return dict(rows)


def waiting_for(actor: Actor) -> int:
    """How many applications wait for the actor, without those in which they have declared an interest."""
    return without_interest(actor, applications(actor, CaseFilter())).filter(state__in=TO_HANDLE).count()


def handlers(actor: Actor) -> list[tuple[int, str]]:
    actor.require_staff(*OFFICERS)
    rows = Handling.objects.exclude(officer=None).order_by("officer__email")
    return list(rows.values_list("officer_id", "officer__email").distinct())


def terms_against(application: Application) -> Terms:
    """The version that an application is assessed against: the current one, or that of its decision."""
    handling = Handling.objects.filter(application=application).first() if application.decided else None
    return terms_of(handling.terms_version) if handling else current_terms()


def drop_outdated(published: Published) -> None:
    """Remove assessments of criteria that a new version words differently: they must be assessed again."""
    changed = _reworded(published.former, published.terms)
    undecided = Application.objects.filter(state__in=UNDECIDED)
    CriterionAssessment.objects.filter(application__in=undecided, key__in=changed).delete()


def reworded_since(version: int) -> set[str]:
    """Keys of criteria that the terms in force word otherwise than this version of them."""
    return _reworded(terms_of(version), current_terms())


def _reworded(former: Terms, terms: Terms) -> set[str]:
    before = {criterion["key"]: criterion for criterion in former.criteria}
    return {criterion["key"] for criterion in terms.criteria if before.get(criterion["key"]) != criterion}


def criteria_of(application: Application) -> list[Criterion]:
    by_api = application.connection in (Connection.API, Connection.BOTH)
    return terms_against(application).checklist(by_api=by_api)


def assessments_of(application: Application) -> dict[str, CriterionAssessment]:
    rows = CriterionAssessment.objects.filter(application=application)
    return {row.key: row for row in rows}


def verdicts_of(application: Application) -> dict[str, str]:
    return {key: assessment.verdict for key, assessment in assessments_of(application).items()}


def proposals_of(application: Application) -> list[Proposal]:
    return list(Proposal.objects.filter(subject=application.number).order_by("pk"))


def conversation(actor: Actor, application: Application) -> QuerySet[Message]:
    actor.require_staff(*OFFICERS)
    return application.messages.prefetch_related("attachments").order_by("pk")


def age_in_days(application: Application) -> int:
    return ages_in_days([application])[application.pk]


def ages_in_days(applications: Sequence[Application]) -> dict[int, int]:
    """For each application, the number of days it has been with the officers: 1 on the first day, 0 before.

    Days on the waiting list, days spent waiting for the applicant and days after the decision do not count.
    """
    steps: dict[int, list[HistoryEntry]] = {application.pk: [] for application in applications}
    rows = HistoryEntry.objects.filter(kind=APPLICATION.kind, thing_id__in=list(steps))
    for entry in rows.exclude(before=F("after")).order_by("pk"):
        steps[entry.thing_id].append(entry)
    return {pk: len(_days_with_officers(entries)) for pk, entries in steps.items()}


def _days_with_officers(steps: list[HistoryEntry]) -> set[date]:
    # A set: two stays that meet on one day count it once.
    days: set[date] = set()
    for step, following in zip_longest(steps, steps[1:]):
        if step.after in TO_HANDLE and not (following and following.step == "wait"):
            first = timezone.localdate(step.at)
            last = timezone.localdate(following.at if following else timezone.now())
            days.update(first + timedelta(days=number) for number in range((last - first).days + 1))
    return days


def _by_handler(rows: QuerySet[Application], handler: str) -> QuerySet[Application]:
    if handler == "none":
        return rows.filter(Q(handling=None) | Q(handling__officer=None))
    if handler == "second":
        waiting = Proposal.objects.waiting().values("subject")
        return rows.filter(number__in=waiting, state=ApplicationState.UNDER_REVIEW)
    return rows.filter(handling__officer=int(handler)) if handler.isdecimal() and len(handler) < 18 else rows
