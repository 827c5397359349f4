"""Widgets in words, and their figures as lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.hub.dashboards.layout import PlacedWidget
from vardkase.identity.access.actor import Actor
from vardkase.web.ui.display import thin

TITLES: dict[str, str | Promise] = {
    "MispStatusWidget": _("What is on the hub"),
    "WhoamiWidget": _("Your account"),
    "TrendingTagsWidget": _("Most used tags"),
    "OrgContributionToplistWidget": _("Organisations that publish most"),
    "EventStreamWidget": _("Published last"),
    "AttributeTypesWidget": _("Attributes by type"),
    "MispAdminWorkerWidget": _("Worker process"),
}
LINES: dict[str, str | Promise] = {
    "Events": _("Events"),
    "Events this month": _("Events this month"),
    "Attributes": _("Attributes"),
    "Attributes this month": _("Attributes this month"),
    "Organisations": _("Organisations"),
    "Email": _("E-mail"),
    "Role": _("Role"),
    "Organisation": _("Organisation"),
}
LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class WidgetLine:
    label: str | Promise
    value: str
    url: str = ""
    share: int = 0


def title_of(placed: PlacedWidget) -> str | Promise:
    alias = placed.config.get("alias")
    if isinstance(alias, str) and alias.strip():
        return alias[:LONGEST_TITLE]
    return name_of(placed.widget.name, placed.widget.title)


def name_of(widget: str, otherwise: str = "") -> str | Promise:
    return TITLES.get(widget, otherwise or widget)


def lines_of(actor: Actor, placed: PlacedWidget) -> list[WidgetLine]:
    """The figures of a widget. Raises Invalid if its stored settings are wrong."""
    data = placed.widget.data(actor, placed.config)
    if placed.widget.render == "SimpleList":
        return [WidgetLine(LINES.get(line["title"], line["title"]), _written(line["value"])) for line in data]
    if placed.widget.render == "Index":
        return [
            WidgetLine(event["info"], str(event["orgc"]), reverse("event", args=[event["id"]]))
            for event in data["data"]
        ]
    return _bars(data["data"])


def _bars(counts: Mapping[str, int]) -> list[WidgetLine]:
    largest = max(counts.values(), default=0) or 1
    return [
        WidgetLine(name, thin(count), share=round(100 * count / largest)) for name, count in counts.items()
    ]


def _written(value: object) -> str:
    return thin(value) if isinstance(value, int) else str(value)
