"""Applications in each state up to a decision, and two officers without a conflict of interest."""

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
    return staff(seed, email="johanna.bergdahl@hub.example")


def submitted(**columns: Any) -> Application:
    """A submitted application, of a municipality unless overridden."""
    number = columns.pop("organisation_number", "2120000142")
    given = {
        "answers": answers(organisation={"number": number}),
        "connection": "web",
        "submitted": timezone.now(),
        "phase": 2,
    }
    return make_application("submitted", organisation_number=number, **(given | columns))


def under_review(actor: Actor, **columns: Any) -> Application:
    """An application that `actor` reviews."""
    return review(actor, submitted(**columns))


def assessed(actor: Actor, **columns: Any) -> Application:
    """An application with every criterion met."""
    application = under_review(actor, **columns)
    for criterion in criteria_of(application):
        assess(actor, application, criterion.key, "met", "")
    return application


def proposed(actor: Actor, outcome: str = "approve", **columns: Any) -> tuple[Application, Proposal]:
    """An application for which `actor` has proposed a decision."""
    application = assessed(actor, **columns)
    return application, propose(actor, application, outcome, REASONS)
