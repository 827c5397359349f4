"""Open tasks of the hub owner in the membership packages."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vardkase.hub.correspondence.letters.delivery import undelivered
from vardkase.hub.correspondence.letters.wording import QUESTIONS, missing_for_decisions
from vardkase.hub.law.queries import unanswered
from vardkase.hub.membership.assessments.access import organisations_of_interest
from vardkase.hub.membership.assessments.queries import waiting_for as applications_to_handle
from vardkase.hub.membership.members.models import ChangeState, Membership, MembershipState, ProposedChange
from vardkase.hub.membership.overview.figures import OpenTask
from vardkase.hub.membership.overview.members import MemberFilter, members
from vardkase.hub.membership.statements.models import Statement, StatementState
from vardkase.hub.public_pages.queries import unstated
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.queries import count_to_answer


def undelivered_task(actor: Actor) -> OpenTask:
    count = undelivered(actor).count()
    return OpenTask(_("Undelivered letters and decisions"), count, "undelivered_letters")


def applications_task(actor: Actor) -> OpenTask:
    return OpenTask(_("Applications to handle"), applications_to_handle(actor), "applications")


def connecting(actor: Actor) -> OpenTask:
    # Without those that the actor may not handle, so that the count is of work that they can do.
    memberships = Membership.objects.exclude(organisation__in=organisations_of_interest(actor))
    count = memberships.filter(state=MembershipState.ONBOARDING).count()
    return OpenTask(_("Members being onboarded"), count, "members", "?state=onboarding")


def changes_task(actor: Actor) -> OpenTask:
    changes = ProposedChange.objects.exclude(membership__organisation__in=organisations_of_interest(actor))
    count = changes.filter(state=ChangeState.PROPOSED).count()
    return OpenTask(_("Changes to members’ details to decide on"), count, "members", "?waiting=change")


def statements_task(actor: Actor) -> OpenTask:
    statements = Statement.objects.exclude(membership__organisation__in=organisations_of_interest(actor))
    count = statements.filter(state=StatementState.SUBMITTED).count()
    return OpenTask(_("Security statements to review"), count, "members", "?waiting=statement")


def expiring_task(actor: Actor) -> OpenTask:
    rows = members(actor, MemberFilter(expiring=True))
    count = rows.exclude(organisation__in=organisations_of_interest(actor)).count()
    return OpenTask(_("Security statements expiring within 60 days"), count, "members", "?expiring=1")


def approvals_task(actor: Actor) -> OpenTask:
    return OpenTask(_("Requests waiting for your approval"), count_to_answer(actor), "approval_requests")


def settings_task(_actor: Actor) -> OpenTask:
    label = _("Settings required for decisions")
    return OpenTask(label, len(missing_for_decisions()), "settings", "?missing=1")


def legal_questions_task(_actor: Actor) -> OpenTask:
    label = _("Legal questions to answer before decisions can be written")
    return OpenTask(label, len(unanswered(QUESTIONS)), "law")


def statements_to_write_task(_actor: Actor) -> OpenTask:
    return OpenTask(
        _("Sections of the privacy notice and accessibility statement to write"), len(unstated()), "passages"
    )


def base_url_task(_actor: Actor) -> OpenTask:
    label = _("Hub address not set: links in e-mails and letters do not work")
    return OpenTask(label, int(not settings.BASE_URL), "settings", "?q=MISP.baseurl")


SOURCES = (
    undelivered_task,
    applications_task,
    connecting,
    changes_task,
    statements_task,
    expiring_task,
    approvals_task,
    settings_task,
    legal_questions_task,
    statements_to_write_task,
    base_url_task,
)
"""In the order in which the overview lists them."""
