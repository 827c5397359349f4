"""Correlation settings for site administrators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem

DISABLED = Setting(
    "MISP.completely_disable_correlation",
    False,
    _("Neither show nor return correlations. The keys are kept, so this can be undone."),
    changed_by=ChangedBy.SITE_ADMIN,
)

ADVANCED = Setting(
    "MISP.enable_advanced_correlations",
    False,
    _("Correlate addresses with the networks that contain them. Fuzzy hashes (ssdeep) are always compared."),
    changed_by=ChangedBy.SITE_ADMIN,
)

SSDEEP_THRESHOLD = Setting(
    "MISP.ssdeep_correlation_threshold",
    40,
    _("How similar two fuzzy hashes (ssdeep) have to be to correlate, from 1 to 100."),
    check=lambda score: None if 1 <= score <= 100 else SettingProblem.NOT_BETWEEN(least=1, most=100),
    changed_by=ChangedBy.SITE_ADMIN,
)

MAX_CORRELATIONS = Setting(
    "MISP.max_correlations_per_event",
    5000,
    _(
        "How many correlating attributes come with an event at most, counted anew for each thousand attributes of it."
    ),
    check=lambda number: None if number > 0 else SettingProblem.NOT_POSITIVE(),
    changed_by=ChangedBy.OPERATOR,
)
