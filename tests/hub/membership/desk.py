"""The officers' desk: an application on it, two officers without an interest, and all that leads up to a decision."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.factories.applications import make_application, staff
from tests.factories.seed import Seed
from tests.hub.membership.answers import answers
from vardkase.hub.membership.applications.models import Application
from vardkase.hub.membership.assessments.models import Proposal
from vardkase.hub.membership.assessments.queries import criteria_of
from vardkase.hub.membership.assessments.services.decisions import propose
from vardkase.hub.membership.assessments.services.reviews import assess, review
from vardkase.identity.access.actor import Actor

REASONS = "Kommunen uppfyller villkoren."


def per(seed: Seed) -> Actor:
    """The officer who handles the case."""
    return staff(seed, email="per.nystrom@hub.example")


def johanna(seed: Seed) -> Actor:
    """Another officer."""
    return staff(seed, email="johanna.bergdahl@hub.example")


def sent_in(**columns: Any) -> Application:
    """An application that has come in: of a municipality, unless told."""
    number = columns.pop("organisation_number", "2120000142")
    given = {
        "answers": answers(organisation={"number": number}),
        "connection": "web",
        "submitted": timezone.now(),
        "phase": 2,
    }
    return make_application("submitted", organisation_number=number, **(given | columns))


def on_the_desk(actor: Actor, **columns: Any) -> Application:
    """An application that `actor` has taken up."""
    return review(actor, sent_in(**columns))


def assessed(actor: Actor, **columns: Any) -> Application:
    """One whose every criterion is met."""
    application = on_the_desk(actor, **columns)
    for criterion in criteria_of(application):
        assess(actor, application, criterion.key, "met", "")
    return application


def proposed(actor: Actor, outcome: str = "approve", **columns: Any) -> tuple[Application, Proposal]:
    """One for which `actor` has proposed how to decide."""
    application = assessed(actor, **columns)
    return application, propose(actor, application, outcome, REASONS)
