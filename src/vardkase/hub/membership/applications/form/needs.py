"""Step 3: the organisation's current situation, goals, expectations and contributions (FAQ, step 2)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.membership.applications.form.fields import (
    Choices,
    FieldGroup,
    FieldKind,
    FormField,
    FormStep,
    Words,
)

TECHNOLOGY: Choices = (
    ("none", _("Nowhere yet")),
    ("manual", _("Entered manually from e-mail")),
    ("platform", _("Our own platform")),
    ("automatic", _("Automatically to protection and logs")),
)
PROCESSES: Choices = (
    ("none", _("No routine yet")),
    ("incidents", _("Routine for incidents")),
    ("sharing", _("Routine for sharing, reviewers")),
    ("watch", _("On-call day and night")),
)
RESOURCES: Choices = (
    ("none", _("No time set aside")),
    ("hours", _("Some hours a week")),
    ("days", _("Two days a week")),
    ("full", _("Full time or more")),
)
VALUES: Choices = (
    ("warnings", _("Early warnings of campaigns against our sector")),
    ("detection", _("Values to detect in our own systems")),
    ("contact", _("Contact with others who see the same attack")),
    ("risk", _("Material for risk assessment")),
)


def _now_and_target(
    name: str, title: Words, hint: Words, choices: Choices, now_missing: Words, target_missing: Words
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
    _("Conditions and needs"),
    _(
        "The answers help you choose between API and web. They do not decide whether you can become a member. "
        "Allow ten minutes."
    ),
    (
        _now_and_target(
            "technology",
            _("Technology"),
            _("Where do you receive and use values to detect?"),
            TECHNOLOGY,
            _("Say where you receive values today"),
            _("Say where you want to receive values"),
        ),
        _now_and_target(
            "processes",
            _("Processes"),
            _("Who assesses, and what happens at a hit?"),
            PROCESSES,
            _("Say which routines you have today"),
            _("Say which routines you want to have"),
        ),
        _now_and_target(
            "resources",
            _("Resources"),
            _("How much time do you spend on threat information?"),
            RESOURCES,
            _("Say how much time you have today"),
            _("Say how much time you want to have"),
        ),
        FieldGroup(
            (
                FormField(
                    "value",
                    _("What do you want from the hub?"),
                    FieldKind.CHOICES,
                    choices=VALUES,
                    missing=_("Choose at least one thing that you want from the hub"),
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
