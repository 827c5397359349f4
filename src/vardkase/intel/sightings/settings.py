"""Setting for the visibility of sightings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

EVENT_OWNER, REPORTERS, EVERYONE, HOST = range(4)

POLICY = Setting(
    "Plugin.Sightings_policy",
    EVENT_OWNER,
    _("Who, besides the event's owner and the organisation that reported a sighting, sees it."),
    options=(
        (EVENT_OWNER, _("Only the event's owner sees all sightings")),
        (REPORTERS, _("Organisations that have reported a sighting in the event see all of its sightings")),
        (EVERYONE, _("Everyone who sees the attribute sees its sightings")),
        (HOST, _("Everyone sees sightings from the organisation that runs this hub")),
    ),
    changed_by=ChangedBy.OFFICERS,
)
ANONYMISE = Setting(
    "Plugin.Sightings_anonymise",
    False,
    _("Leave the name of the organisation out of sightings that others see."),
    changed_by=ChangedBy.OFFICERS,
)
ANONYMISE_AS = Setting(
    "Plugin.Sightings_anonymise_as",
    0,
    _("The id of the organisation in whose name anonymised sightings are shown; 0 means none."),
    changed_by=ChangedBy.OFFICERS,
)
RANGE = Setting(
    "Plugin.Sightings_range",
    365,
    _("How many days back the figures of sightings go; 0 means without end."),
    changed_by=ChangedBy.SITE_ADMIN,
)
