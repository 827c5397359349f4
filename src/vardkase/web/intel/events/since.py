"""The words for the moments since which a reader may ask for news."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.since import VISIT

NAMES = {
    VISIT: _("since my last visit"),
    "1d": _("since yesterday"),
    "7d": _("in the last 7 days"),
    "30d": _("in the last 30 days"),
}
