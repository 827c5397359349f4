"""Filter form of the event list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.analysis.search.event_list import SORTS, TLPS, EventFilters, EventListView, EventState
from vardkase.analysis.search.since import moment_named
from vardkase.identity.access.actor import Actor
from vardkase.misp.types import TYPES
from vardkase.web.intel.events.since import NAMES
from vardkase.web.ui.chips import REACHES, THREATS
from vardkase.web.ui.forms.filters import DATE, FilterForm

STATES = (
    (EventState.DRAFT, pgettext_lazy("event", "Unpublished")),
    (EventState.CHANGED, _("Unpublished changes")),
    (EventState.PUBLISHED, pgettext_lazy("event", "Published")),
)
ORDERS = [(f"{sign}{name}", name) for name in SORTS for sign in ("", "-")]


def _chosen(label: Any, empty_label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", empty_label), *choices])


class EventFilterForm(FilterForm):
    UNNAMED = frozenset({"view", "sort"})

    text = forms.CharField(label=_("Title, ID or tag"), required=False, max_length=200)
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=200)
    tlp = _chosen(_("TLP"), _("Any"), [(name, f"TLP:{name.upper()}") for name in TLPS])
    type = _chosen(_("Attribute type"), _("Any type"), [(name, name) for name in sorted(TYPES)])
    cluster = forms.CharField(label=_("Actor, technique or other cluster"), required=False, max_length=200)
    reach = _chosen(_("Distribution"), _("Any"), [(str(level), REACHES[level]) for level in range(5)])
    threat = _chosen(
        _("Threat level"), _("Any"), [(str(level), word) for level, (_css, _n, word) in THREATS.items()]
    )
    state = _chosen(_("Status"), _("Any"), STATES)
    since = forms.DateField(label=_("From date"), required=False, widget=DATE)
    until = forms.DateField(label=_("To date"), required=False, widget=DATE)
    arrived = _chosen(_("New or changed"), _("Any time"), NAMES.items())
    arrived_from = forms.DateField(label=_("New or changed from"), required=False, widget=DATE)
    view = forms.ChoiceField(required=False, choices=[(view.value, view.name) for view in EventListView])
    sort = forms.ChoiceField(required=False, choices=ORDERS)

    def filters(self, actor: Actor) -> EventFilters:
        self.is_valid()
        filters = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        filters |= {name: int(filters[name]) for name in ("reach", "threat") if name in filters}
        filters |= {name: kind(filters[name]) for name, kind in KINDS.items() if name in filters}
        since = [
            moment
            for name in ("arrived", "arrived_from")
            if (moment := moment_named(actor, str(filters.pop(name, ""))))
        ]
        if since:
            # Who asks what is new wants it in that order.
            filters = {"sort": "-arrived", **filters, "arrived": int(max(since).timestamp())}
        return EventFilters(**filters)


KINDS = {"state": EventState, "view": EventListView}
