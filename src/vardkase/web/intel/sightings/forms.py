"""Filter form of the list of sightings."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.analysis.search.sighting_list import SightingListFilters
from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.intel.queries.find import find_event
from vardkase.intel.sightings.models import SightingType
from vardkase.web.ui.forms.filters import DATE, FilterForm

TYPES = {
    SightingType.SEEN: _("Sighting"),
    SightingType.FALSE_POSITIVE: _("False positive"),
    SightingType.EXPIRATION: pgettext_lazy("sighting", "Expired"),
}
LONGEST_VALUE = 5_000


class SightingFilterForm(FilterForm):
    type = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[("", _("Any")), *((str(int(k)), v) for k, v in TYPES.items())],
    )
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=200)
    event = forms.CharField(label=_("Event (number or UUID)"), required=False, max_length=40)
    value = forms.CharField(label=_("Value"), required=False, max_length=LONGEST_VALUE)
    since = forms.DateField(label=_("From date"), required=False, widget=DATE)
    until = forms.DateField(label=_("To date"), required=False, widget=DATE)

    def filters(self, actor: Actor) -> SightingListFilters:
        """What is wrong is reported with its field, and finds nothing out."""
        self.is_valid()
        given = self.cleaned_data
        event_id = None
        if reference := given.get("event", "").removeprefix("#"):
            try:
                event_id = find_event(actor, reference).id
            except NotFound:
                self.add_error("event", gettext("There is no such event that you can read."))
                event_id = 0
        if given.get("since") and given.get("until") and given["since"] > given["until"]:
            self.add_error("until", gettext("Choose a day that is not before the first."))
        until = given.get("until")
        return SightingListFilters(
            type=int(given["type"]) if given.get("type") else None,
            organisation=given.get("organisation", ""),
            event_id=event_id,
            value=given.get("value", ""),
            since=_start_of(given.get("since")),
            until=_start_of(until + timedelta(days=1)) if until and until < date.max else None,
        )


def _start_of(day: date | None) -> int | None:
    if day is None:
        return None
    return int(timezone.make_aware(datetime.combine(day, time())).timestamp())
