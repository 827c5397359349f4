"""Open tasks of the hub owner in the membership packages, most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.clock import today
from vardkase.hub.correspondence.letters.delivery import undelivered
from vardkase.hub.correspondence.letters.resending import resend_by_number
from vardkase.hub.correspondence.letters.wording import QUESTIONS, missing_for_decisions
from vardkase.hub.law.kinds import LegalRuleKind
from vardkase.hub.law.queries import rules
from vardkase.hub.membership.agreements.queries import unanswered
from vardkase.hub.membership.applications.models import Application, ApplicationState, CompletionKind
from vardkase.hub.membership.assessments.access import organisations_of_interest, without_interest
from vardkase.hub.membership.assessments.queries import DAYS_TO_DECIDE, TO_HANDLE, CaseFilter, applications
from vardkase.hub.membership.assessments.services.reviews import hand_over, remind_of_completion
from vardkase.hub.membership.members.models import (
    ChangeState,
    Membership,
    MembershipState,
    ProposedChange,
    Restriction,
)
from vardkase.hub.membership.overview.figures import READERS
from vardkase.hub.membership.overview.members import MemberFilter, members
from vardkase.hub.membership.statements.asking import ask_for_renewal
from vardkase.hub.membership.statements.models import Statement, StatementState
from vardkase.hub.membership.terms.queries import current_terms
from vardkase.hub.open_tasks.registry import BulkAct, OfficeTask, TaskKind, end_of
from vardkase.hub.public_pages.queries import unstated
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.queries import to_answer
from vardkase.identity.accounts.four_eyes.registry import action_of
from vardkase.identity.accounts.staff import StaffRole

OFFICERS = frozenset(READERS)
DAYS_BEFORE_REVIEW = 14
"""How long before its day the review of a restriction is listed."""


def undelivered_letters(actor: Actor) -> Iterator[OfficeTask]:
    for letter in undelivered(actor):
        yield OfficeTask(
            reference=letter.number,
            title=f"{letter.number} {letter.title}",
            path=f"/mail/undelivered/{letter.pk}/",
            since=letter.at,
        )


def applications_to_handle(actor: Actor) -> Iterator[OfficeTask]:
    rows = _cases(actor).filter(state__in=TO_HANDLE).order_by("submitted", "pk")
    for case in rows.values_list("number", "organisation_name", "submitted", "handling__officer"):
        number, name, submitted, officer = case
        yield OfficeTask(
            reference=number,
            title=f"{number} {name}",
            path=f"/applications/{number}/",
            deadline=submitted and end_of((submitted + timedelta(days=DAYS_TO_DECIDE.value)).date()),
            since=submitted,
            owner_id=officer,
        )


def completions_by_deadline(actor: Actor) -> Iterator[OfficeTask]:
    """Orders, from the day they are sent, and questions that are past their day (20 and 23 §§ förvaltningslagen)."""
    asked = _cases(actor).filter(
        Q(completion_kind=CompletionKind.ORDER) | Q(complete_by__lt=today()),
        state=ApplicationState.COMPLETION_REQUESTED,
    )
    for case in asked.order_by("complete_by", "pk").select_related("handling"):
        if case.complete_by is not None:
            yield OfficeTask(
                reference=case.number,
                title=gettext("Order to complete: %(title)s") % {"title": case}
                if case.is_ordered
                else str(case),
                path=f"/applications/{case.number}/",
                deadline=end_of(case.complete_by),
                owner_id=getattr(getattr(case, "handling", None), "officer_id", None),
            )


def restrictions_to_review(actor: Actor) -> Iterator[OfficeTask]:
    until = today() + timedelta(days=DAYS_BEFORE_REVIEW)
    rows = Restriction.objects.filter(lifted=None, until=None, review_by__lte=until)
    return _of_members(
        actor, rows.order_by("review_by", "pk"), "step/keep/", since="since", deadline="review_by"
    )


def terms_not_accepted(actor: Actor) -> Iterator[OfficeTask]:
    """Members whose last day to accept the current terms has passed."""
    terms = current_terms()
    if terms.answer_by is None or terms.answer_by >= today():
        return
    rows = unanswered(terms.version).exclude(organisation__in=organisations_of_interest(actor))
    for org_id, name in rows.values_list("organisation", "organisation__name"):
        yield OfficeTask(
            reference=str(org_id), title=name, path=f"/members/{org_id}/", deadline=end_of(terms.answer_by)
        )


def connecting(actor: Actor) -> Iterator[OfficeTask]:
    # Without those that the actor may not handle, so that the tasks are ones that they can do.
    memberships = Membership.objects.exclude(organisation__in=organisations_of_interest(actor))
    rows = memberships.filter(state=MembershipState.ONBOARDING).order_by("began")
    for org_id, name, began in rows.values_list("organisation", "organisation__name", "began"):
        yield OfficeTask(reference=str(org_id), title=name, path=f"/members/{org_id}/", since=began)


def changes_to_decide(actor: Actor) -> Iterator[OfficeTask]:
    rows = ProposedChange.objects.filter(state=ChangeState.PROPOSED).order_by("pk")
    return _of_members(actor, rows, since="proposed")


def statements_to_review(actor: Actor) -> Iterator[OfficeTask]:
    rows = Statement.objects.filter(state=StatementState.SUBMITTED).order_by("submitted")
    return _of_members(actor, rows, "statement/", since="submitted")


def _of_members(
    actor: Actor, rows: QuerySet[Any], page: str = "", *, since: str, deadline: str = ""
) -> Iterator[OfficeTask]:
    """A task for each row of a membership that the actor may handle; `page` is below that of the member."""
    whose = "membership__organisation"
    found = rows.exclude(**{f"{whose}__in": organisations_of_interest(actor)})
    for row in found.values("pk", whose, f"{whose}__name", *filter(None, (since, deadline))):
        yield OfficeTask(
            reference=str(row["pk"]),
            title=row[f"{whose}__name"],
            path=f"/members/{row[whose]}/{page}",
            deadline=end_of(row[deadline]) if deadline else None,
            since=row[since],
        )


def statements_that_expire(actor: Actor) -> Iterator[OfficeTask]:
    rows: QuerySet[Any] = members(actor, MemberFilter(expiring=True))
    for member in rows.exclude(organisation__in=organisations_of_interest(actor)).order_by("statement_ends"):
        yield OfficeTask(
            reference=str(member.organisation_id),
            title=member.organisation.name,
            path=f"/members/{member.organisation_id}/",
            deadline=end_of(member.statement_ends),
        )


def approvals_to_answer(actor: Actor) -> Iterator[OfficeTask]:
    for request in to_answer(actor):
        action = action_of(request)
        words = {"act": action.title if action else request.action, "title": request.title}
        yield OfficeTask(
            reference=str(request.pk),
            title=gettext("%(act)s: %(title)s") % words,
            path=f"/approval-requests/{request.pk}/",
            deadline=request.expires_at,
            since=request.proposed_at,
        )


def settings_to_make(_actor: Actor) -> Iterator[OfficeTask]:
    for name in missing_for_decisions():
        yield OfficeTask(reference=name, title=name, path="/settings/?missing=1")


def legal_questions(_actor: Actor) -> Iterator[OfficeTask]:
    kind = LegalRuleKind.QUESTION
    for rule in rules(kind):
        if rule.key in QUESTIONS and rule.is_unanswered:
            yield OfficeTask(reference=rule.key, title=rule.content.title, path=f"/law/{kind}/{rule.key}/")


def statements_to_write(_actor: Actor) -> Iterator[OfficeTask]:
    for passage in unstated():
        yield OfficeTask(
            reference=f"{passage.part}/{passage.name}",
            title=passage.words["sv"].title,
            path="/administration/public-page/",
        )


def base_url(_actor: Actor) -> Iterator[OfficeTask]:
    if not settings.BASE_URL:
        title = gettext("Hub address not set: links in e-mails and letters do not work")
        yield OfficeTask(reference="MISP.baseurl", title=title, path="/settings/?q=MISP.baseurl")


def _cases(actor: Actor) -> QuerySet[Application]:
    return without_interest(actor, applications(actor, CaseFilter()))


KINDS = (
    TaskKind(
        name="undelivered_letter",
        label=_("Undelivered letters and decisions"),
        noun=_("Undelivered letter"),
        duties=OFFICERS,
        source=undelivered_letters,
        view="undelivered_letters",
        acts=(
            BulkAct(
                name="resend_letters",
                label=_("Send undelivered letters again"),
                effect=_(
                    "Each letter is sent by e-mail again, unchanged, to those who receive letters in its case now."
                ),
                carry_out=resend_by_number,
            ),
        ),
    ),
    TaskKind(
        name="application",
        label=_("Applications to handle"),
        noun=_("Application"),
        duties=OFFICERS,
        source=applications_to_handle,
        view="applications",
        hand_over=hand_over,
    ),
    TaskKind(
        name="late_completion",
        label=_("Orders to complete applications, and questions not answered in time"),
        noun=_("Request for more information"),
        duties=OFFICERS,
        source=completions_by_deadline,
        view="applications",
        query="?state=completion_requested",
        hand_over=hand_over,
        acts=(
            BulkAct(
                name="remind_applicants",
                label=_("Remind applicants of missing information"),
                effect=_("Each applicant is reminded by e-mail, with a new private link."),
                carry_out=remind_of_completion,
            ),
        ),
    ),
    TaskKind(
        name="restriction_review",
        label=_("Restrictions without an end to review"),
        noun=_("Restriction to review"),
        duties=frozenset({StaffRole.MEMBERSHIP_OFFICER}),
        source=restrictions_to_review,
        view="members",
    ),
    TaskKind(
        name="terms_not_accepted",
        label=_("Members that have not accepted the terms in time"),
        noun=_("Terms not accepted in time"),
        duties=OFFICERS,
        source=terms_not_accepted,
        view="terms_and_criteria",
    ),
    TaskKind(
        name="onboarding",
        label=_("Members being onboarded"),
        noun=_("Onboarding of a member"),
        duties=OFFICERS | {StaffRole.OPERATOR},
        source=connecting,
        view="members",
        query="?state=onboarding",
    ),
    TaskKind(
        name="changed_details",
        label=_("Changes to members’ details to decide on"),
        noun=_("Change to a member’s details"),
        duties=OFFICERS,
        source=changes_to_decide,
        view="members",
        query="?waiting=change",
    ),
    TaskKind(
        name="statement",
        label=_("Security statements to review"),
        noun=_("Security statement"),
        duties=OFFICERS,
        source=statements_to_review,
        view="members",
        query="?waiting=statement",
    ),
    TaskKind(
        name="expiring_statement",
        label=_("Security statements expiring within 60 days"),
        noun=_("Expiring security statement"),
        duties=OFFICERS,
        source=statements_that_expire,
        view="members",
        query="?expiring=1",
        acts=(
            BulkAct(
                name="ask_for_statements",
                label=_("Ask members to renew security statements"),
                effect=_(
                    "Each member’s contacts and administrators are asked by e-mail to renew the security statement."
                ),
                carry_out=ask_for_renewal,
                duties=frozenset({StaffRole.MEMBERSHIP_OFFICER}),
            ),
        ),
    ),
    TaskKind(
        name="approval",
        label=_("Requests waiting for your approval"),
        noun=_("Approval request"),
        duties=OFFICERS,
        source=approvals_to_answer,
        view="approval_requests",
    ),
    TaskKind(
        name="setting",
        label=_("Settings required for decisions"),
        noun=_("Setting"),
        duties=OFFICERS,
        source=settings_to_make,
        view="settings",
        query="?missing=1",
    ),
    TaskKind(
        name="legal_question",
        label=_("Legal questions to answer before decisions can be written"),
        noun=_("Legal question"),
        duties=OFFICERS,
        source=legal_questions,
        view="law",
    ),
    TaskKind(
        name="public_statement",
        label=_("Sections of the privacy notice and accessibility statement to write"),
        noun=_("Section to write"),
        duties=OFFICERS,
        source=statements_to_write,
        view="passages",
    ),
    TaskKind(
        name="hub_address",
        label=_("Hub address not set: links in e-mails and letters do not work"),
        noun=_("Hub address"),
        duties=OFFICERS,
        source=base_url,
        view="settings",
        query="?q=MISP.baseurl",
    ),
)
"""In the order in which the overview lists them."""
