"""Applicant's actions taken by an officer on behalf of an applicant who wrote or called."""

from __future__ import annotations

from django.db import transaction

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.officer_actions import take
from vardkase.hub.membership.assessments.access import opened
from vardkase.hub.membership.assessments.services.reviews import resume
from vardkase.identity.access.actor import Actor


@transaction.atomic
def take_alone(actor: Actor, application: Application, name: str, note: str = "") -> Application:
    """Apply the step `name` as an officer without a conflict of interest. Raises as `take` and `resume`."""
    if name == "resume":
        return resume(actor, application, note)
    return take(actor, opened(actor, application), name, note)
