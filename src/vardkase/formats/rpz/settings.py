"""Default settings of response policy zones, with MISP's names and values."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

POLICIES = ("DROP", "NXDOMAIN", "NODATA", "Local-Data", "PASSTHRU", "TCP-only")

POLICY = Setting(
    "Plugin.RPZ_policy",
    1,
    _("What a resolver does with a name or an address of an RPZ export."),
    level=2,
    options=tuple(enumerate(POLICIES)),
    changed_by=ChangedBy.SITE_ADMIN,
)
WALLED_GARDEN = Setting(
    "Plugin.RPZ_walled_garden",
    "127.0.0.1",
    _("Where the policy Local-Data leads: an address or a host."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
SERIAL = Setting(
    "Plugin.RPZ_serial",
    "$date00",
    _("Serial number of the zone: $date is the day, $time Unix time."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
REFRESH = Setting(
    "Plugin.RPZ_refresh",
    "2h",
    _("How often secondary servers look for a new zone."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
RETRY = Setting(
    "Plugin.RPZ_retry",
    "30m",
    _("How long they wait after a failure."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
EXPIRY = Setting(
    "Plugin.RPZ_expiry",
    "30d",
    _("How long they use a zone that they cannot renew."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
MINIMUM_TTL = Setting(
    "Plugin.RPZ_minimum_ttl",
    "1h",
    _("How long the absence of a name may be kept."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
TTL = Setting(
    "Plugin.RPZ_ttl", "1w", _("How long records may be kept."), level=2, changed_by=ChangedBy.SITE_ADMIN
)
NS = Setting(
    "Plugin.RPZ_ns", "localhost.", _("The zone's name server."), level=2, changed_by=ChangedBy.SITE_ADMIN
)
NS_ALT = Setting(
    "Plugin.RPZ_ns_alt", "", _("A second name server."), level=2, changed_by=ChangedBy.SITE_ADMIN
)
EMAIL = Setting(
    "Plugin.RPZ_email",
    "root.localhost",
    _("Who is responsible, with a dot for the @."),
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
