"""Wording of decaying models: what each formula does."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FORMULAS: dict[str, tuple[str | Promise, str | Promise]] = {
    "Polynomial": (
        pgettext_lazy("decay formula", "By age"),
        _("The score falls from the base score to zero over the lifetime."),
    ),
    "PolynomialExtended": (
        pgettext_lazy("decay formula", "By age and retention tag"),
        _("As by age, and zero when the days that a retention tag gives have passed."),
    ),
    "Sightings": (
        pgettext_lazy("decay formula", "By sightings"),
        _("The score is the share of the sightings that confirm the value. Age does not count."),
    ),
}


def formula_name(formula: str) -> str | Promise:
    return FORMULAS[formula][0] if formula in FORMULAS else formula
