"""Widgets in words, and their figures as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.hub.dashboards.layout import PlacedWidget
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.queries import visible_clusters
from vardkase.web.ui.chips import tag_words
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
TAGS = "TrendingTagsWidget"


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
    counts = data["data"]
    return _bars(_with_tags_in_words(actor, counts) if placed.widget.name == TAGS else list(counts.items()))


def _with_tags_in_words(actor: Actor, counts: Mapping[str, int]) -> list[tuple[str, int]]:
    clusters = visible_clusters(actor).filter(tag_name__in=list(counts), deleted=False)
    names = dict(clusters.order_by().values_list("tag_name", "value"))
    # A tag of a cluster that an organisation made names it by its uuid.
    named = {tag: f'{tag.partition("=")[0]}="{names[tag]}"' if tag in names else tag for tag in counts}
    return [(tag_words(named[tag]), count) for tag, count in counts.items()]


def _bars(counts: Sequence[tuple[str, int]]) -> list[WidgetLine]:
    largest = max((count for _, count in counts), default=0) or 1
    return [WidgetLine(name, thin(count), share=round(100 * count / largest)) for name, count in counts]


def _written(value: object) -> str:
    return thin(value) if isinstance(value, int) else str(value)
