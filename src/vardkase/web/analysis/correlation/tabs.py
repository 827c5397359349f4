"""The tabs that the pages about correlation share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

TABS = {
    "correlation_exclusions": gettext_lazy("Excluded values"),
    "over_correlating_values": gettext_lazy("Over-correlating values"),
    "most_correlating_values": gettext_lazy("Most correlations"),
    "correlation_rules": gettext_lazy("Correlation rules"),
}


def correlation_tabs(current: str) -> dict[str, Any]:
    return {
        "label": gettext("Correlations"),
        "items": [
            {"label": label, "url": reverse(view), "current": view == current} for view, label in TABS.items()
        ],
    }
