"""Access to an application by officers who may handle it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from django.db.models import Q, QuerySet

from vardkase.core.problems import Problem
from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.membership.applications.access import locked
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.named_people import is_named
from vardkase.hub.membership.assessments.models import Partiality
from vardkase.hub.membership.assessments.problems import AssessmentProblem
from vardkase.hub.membership.assessments.rules import (
    OFFICERS,
    AssessedApplicant,
    Officer,
    applicant_of,
    conflict,
)
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.members.rules import contact_addresses
from vardkase.identity.access.actor import Actor, actor_for
from vardkase.identity.access.permissions import Credential
from vardkase.identity.accounts.four_eyes.hub_in_use import officers
from vardkase.identity.accounts.four_eyes.persons import addresses_of, are_one_person


def applicant(application: Application) -> AssessedApplicant:
    return applicant_of(
        application.organisation_id,
        application.organisation_name,
        application.organisation_number,
        application.email,
        application.answers,
    )


def conflict_of(actor: Actor, application: Application) -> Problem | None:
    """Why the actor may not handle the application; None if they may."""
    if refusal := interest_of(actor, application):
        return refusal
    is_concerned = is_named(actor, application.answers, application.email) or _is_contact(
        actor, contact_addresses(application.organisation_id or 0)
    )
    if is_concerned and not _answers(actor, application).exists():
        return AssessmentProblem.NAMED_IN_APPLICATION()
    return None


def interest_in(actor: Actor, membership: Membership) -> Problem | None:
    """As `conflict_of`, for a membership.

    An interest in the application carries over to the membership. A person named as a contact must answer on
    record first, in the case or for the membership.
    """
    if actor.user_id is None:  # The console and jobs are nobody who could be partial.
        return None
    answers = _answers_of(actor, membership)
    if any(answer.is_partial for answer in answers):
        return AssessmentProblem.IS_PARTIAL()
    contacts = [value for name, value in membership.details.items() if name.startswith("contact_")]
    named = {str(contact.get("email") or "") for contact in contacts if isinstance(contact, dict)}
    if not answers and _is_contact(actor, named | contact_addresses(membership.organisation_id or 0)):
        return AssessmentProblem.CONTACT_OF_MEMBER()
    return None


def organisations_of_interest(actor: Actor) -> set[int]:
    """The organisations in whose cases and membership the actor has declared to be partial."""
    declared = Partiality.objects.filter(user=actor.user_id or 0, is_partial=True)
    cases = declared.exclude(application=None).values("application")
    members = Membership.objects.filter(application__in=cases).values_list("organisation", flat=True)
    rows = declared.values_list("organisation", "application__organisation")
    return {organisation for row in rows for organisation in row if organisation} | set(members)


def without_interest(actor: Actor, applications: QuerySet[Application]) -> QuerySet[Application]:
    """The applications in which the actor has not declared to be partial."""
    declared = Partiality.objects.filter(user=actor.user_id or 0, is_partial=True).exclude(application=None)
    others = applications.exclude(pk__in=declared.values("application"))
    return others.exclude(organisation__in=organisations_of_interest(actor))


def other_officers_without_interest(actor: Actor, interest: Callable[[Actor], Problem | None]) -> int:
    """How many officers there are beside the actor whom `interest` finds no conflict of."""
    others = officers().exclude(pk=actor.user_id or 0).select_related("org", "role")
    return sum(not interest(actor_for(officer, Credential.JOB)) for officer in others)


def _is_contact(actor: Actor, addresses: AbstractSet[str]) -> bool:
    named = addresses - {""}
    return bool(named) and are_one_person(addresses_of(actor.user_id, actor.name), named)


def is_partial_in(actor: Actor, membership: Membership) -> bool:
    return any(answer.is_partial for answer in _answers_of(actor, membership))


def _answers_of(actor: Actor, membership: Membership) -> list[Partiality]:
    case = membership.application
    cases = Q(application__organisation=membership.organisation_id) | Q(application=case.pk if case else 0)
    cases |= Q(organisation=membership.organisation_id)
    return list(Partiality.objects.filter(cases, user=actor.user_id or 0))


def interest_of(actor: Actor, application: Application) -> Problem | None:
    """The actor's conflict of interest in the case, whatever they have declared on record; None if none."""
    declared = _answers(actor, application).filter(is_partial=True).exists()
    return conflict(Officer(actor.organisation_id, declared), applicant(application))


def _answers(actor: Actor, application: Application) -> QuerySet[Partiality]:
    case = Q(application=application)
    if application.organisation_id is not None:
        case |= Q(application__organisation=application.organisation_id)
        case |= Q(organisation=application.organisation_id)
    return Partiality.objects.filter(case, user=actor.user_id or 0)


def require_impartial(actor: Actor, application: Application) -> None:
    actor.require_writing()
    actor.require_staff(*OFFICERS)
    if reason := conflict_of(actor, application):
        raise NotImpartial(reason)


def opened(actor: Actor, application: Application) -> Application:
    # Locked first: the check and what follows it see the same answers.
    application = locked(application)
    require_impartial(actor, application)
    return application
