"""Structure of a security statement: themes of ISO 27002:2022, and measures of NIS2 article 21.2 under each.

`article` is the point of article 21.2 that a measure answers to (a to j); physical security is in its first sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    title: str | Promise
    help: str | Promise
    article: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    name: str
    title: str | Promise
    measures: tuple[Measure, ...]


THEMES = (
    Theme(
        "governance",
        _("Governance"),
        (
            Measure(
                "risk",
                _("Risk analysis and policies"),
                _("Management has adopted policies, and risks are analysed and monitored."),
                "a",
            ),
            Measure(
                "incidents",
                _("Incident handling"),
                _("Incidents are found, handled and reported in time."),
                "b",
            ),
            Measure(
                "continuity",
                _("Business continuity and crisis management"),
                _("Backups, recovery and crisis management are planned and practised."),
                "c",
            ),
            Measure(
                "suppliers",
                _("Supply chain"),
                _("Suppliers must meet security requirements, and compliance is monitored."),
                "d",
            ),
            Measure(
                "effectiveness",
                _("Assessing effectiveness"),
                _("The effectiveness of the measures is assessed regularly."),
                "f",
            ),
        ),
    ),
    Theme(
        "people",
        _("People"),
        (
            Measure(
                "training",
                _("Training and cyber hygiene"),
                _("Staff and management are trained, and know what to do."),
                "g",
            ),
            Measure(
                "personnel",
                _("Personnel security"),
                _("Background checks, confidentiality, and what happens when someone leaves."),
                "i",
            ),
        ),
    ),
    Theme(
        "physical",
        _("Physical environment"),
        (
            Measure(
                "premises",
                _("Premises and equipment"),
                _("Premises are protected, and the organisation controls and maintains its equipment."),
            ),
        ),
    ),
    Theme(
        "technology",
        _("Technology"),
        (
            Measure(
                "development",
                _("Acquisition, development and vulnerabilities"),
                _(
                    "Systems are procured, developed and maintained securely, and vulnerabilities are "
                    "handled."
                ),
                "e",
            ),
            Measure(
                "cryptography",
                _("Cryptography"),
                _("Rules define when and how information is encrypted."),
                "h",
            ),
            Measure(
                "access",
                _("Access and assets"),
                _("Access rights are approved and reviewed, and assets are inventoried."),
                "i",
            ),
            Measure(
                "authentication",
                _("Multi-factor authentication and secure communications"),
                _("Sign-in takes more than a password, and communication is protected even in an emergency."),
                "j",
            ),
        ),
    ),
)

MEASURES = {measure.name: measure for theme in THEMES for measure in theme.measures}
