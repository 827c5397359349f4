"""Getting at an application as an officer who may handle it."""

from __future__ import annotations

from vardkase.hub.lifecycle import NotImpartial
from vardkase.hub.membership.applications.access import locked
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.models import Partiality
from vardkase.hub.membership.assessments.rules import (
    OFFICERS,
    Applicant,
    Officer,
    applicant_of,
    conflict,
)
from vardkase.identity.access.actor import Actor


def applicant(application: Application) -> Applicant:
    """Who applies."""
    return applicant_of(
        application.organisation_id,
        application.organisation_name,
        application.organisation_number,
        application.email,
        application.answers,
    )


def conflict_of(actor: Actor, application: Application) -> str:
    """Why the actor may not handle the application, in words; nothing when nothing stands against it."""
    declared = Partiality.objects.filter(application=application, user=actor.user_id).exists()
    officer = Officer(actor.organisation_id, declared_partial=actor.user_id is not None and declared)
    return conflict(officer, applicant(application))


def require_impartial(actor: Actor, application: Application) -> None:
    """Raise Forbidden unless the actor is an officer, may write, and has no interest in the case."""
    actor.require_writing()
    actor.require_staff(*OFFICERS)
    if reason := conflict_of(actor, application):
        raise NotImpartial(reason)


def opened(actor: Actor, application: Application) -> Application:
    """The application as it is now, locked, for an officer who may handle it. Raises Forbidden, NotFound."""
    found = locked(application)
    require_impartial(actor, found)
    return found
