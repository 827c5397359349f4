"""Step 3: the organisation's current situation, goals, expectations and contributions (FAQ, step 2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.core.problems import ProblemCode
from vardkase.hub.membership.questionnaire.fields import (
    Choices,
    FieldGroup,
    FieldKind,
    FormField,
    FormStep,
    Words,
)
from vardkase.hub.membership.questionnaire.problems import UnansweredProblem

TECHNOLOGY: Choices = (
    ("none", _("Nowhere yet")),
    ("manual", _("Entered manually from e-mail")),
    ("platform", _("Our own platform")),
    ("automatic", _("Straight into security tools and logs")),
)
PROCESSES: Choices = (
    ("none", _("No process yet")),
    ("incidents", _("Incident process")),
    ("sharing", _("Sharing process, with reviewers")),
    ("watch", _("24/7 on-call team")),
)
RESOURCES: Choices = (
    ("none", _("No time set aside")),
    ("hours", _("A few hours a week")),
    ("days", _("Two days a week")),
    ("full", _("Full time or more")),
)
VALUES: Choices = (
    ("warnings", _("Early warnings of campaigns against our sector")),
    ("detection", _("Indicators to use for detection in our own systems")),
    ("contact", _("Contact with others who are seeing the same attack")),
    ("risk", _("Material for risk assessment")),
)


def _now_and_target(
    name: str,
    title: Words,
    hint: Words,
    choices: Choices,
    now_missing: ProblemCode,
    target_missing: ProblemCode,
) -> FieldGroup:
    return FieldGroup(
        (
            FormField(
                "now",
                pgettext_lazy("where an organisation is", "Now"),
                FieldKind.CHOICE,
                choices=choices,
                missing=now_missing,
            ),
            FormField(
                "target",
                pgettext_lazy("where an organisation wants to be", "Target"),
                FieldKind.CHOICE,
                choices=choices,
                missing=target_missing,
            ),
        ),
        name,
        title,
        hint,
    )


NEEDS = FormStep(
    "needs",
    _("Conditions"),
    _("Capabilities and needs"),
    _(
        "The answers help you choose between API and web. They do not decide whether you can become a member. "
        "Allow ten minutes."
    ),
    (
        _now_and_target(
            "technology",
            _("Technology"),
            _("Where do you receive and use indicators?"),
            TECHNOLOGY,
            UnansweredProblem.TECHNOLOGY_NOW,
            UnansweredProblem.TECHNOLOGY_TARGET,
        ),
        _now_and_target(
            "processes",
            _("Processes"),
            _("Who assesses indicators, and what happens when there is a match?"),
            PROCESSES,
            UnansweredProblem.PROCESSES_NOW,
            UnansweredProblem.PROCESSES_TARGET,
        ),
        _now_and_target(
            "resources",
            _("Resources"),
            _("How much time do you spend on threat information?"),
            RESOURCES,
            UnansweredProblem.RESOURCES_NOW,
            UnansweredProblem.RESOURCES_TARGET,
        ),
        FieldGroup(
            (
                FormField(
                    "value",
                    _("What do you want from the hub?"),
                    FieldKind.CHOICES,
                    choices=VALUES,
                    missing=UnansweredProblem.VALUE,
                ),
                FormField(
                    "contribution",
                    _("What can you contribute?"),
                    FieldKind.LONG,
                    longest=1000,
                    hint=_(
                        "For example logs, malicious mail or experience of incidents. Do not describe "
                        "individual events here."
                    ),
                ),
            )
        ),
    ),
)
