"""The steps of the applicant's side that an officer takes for an applicant who wrote or called."""

from __future__ import annotations

from django.db import transaction

from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.applications.services.by_officers import take
from vardkase.hub.membership.assessments.access import opened
from vardkase.hub.membership.assessments.services.reviewing import resume
from vardkase.identity.access.actor import Actor


@transaction.atomic
def take_alone(actor: Actor, application: Application, name: str, note: str = "") -> Application:
    """Take an application on by the step `name`, as an officer without an interest in it.

    Raises as `take` and `resume`.
    """
    if name == "resume":
        return resume(actor, application, note)
    return take(actor, opened(actor, application), name, note)
