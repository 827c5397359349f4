"""Wording of the blocklists."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.knowledge.blocklists.models import Blocked


@dataclass(frozen=True, slots=True)
class BlocklistWords:
    """`info` is what an entry is known by. `has_creator`: entries name who created the blocked thing."""

    title: str | Promise
    about: str | Promise
    info: str | Promise
    has_creator: bool = True


WORDS = {
    Blocked.EVENT: BlocklistWords(
        pgettext_lazy("blocklist", "Events"),
        _(
            "Events with these UUIDs are refused. A deleted event is added here, so that it does not come back."
        ),
        _("Title"),
    ),
    Blocked.ORGANISATION: BlocklistWords(
        pgettext_lazy("blocklist", "Organisations"),
        _("Events created by these organisations are refused."),
        _("Organisation"),
        has_creator=False,
    ),
    Blocked.SIGHTING_ORGANISATION: BlocklistWords(
        pgettext_lazy("blocklist", "Sightings"),
        _("Sightings reported by these organisations are refused."),
        _("Organisation"),
        has_creator=False,
    ),
    Blocked.GALAXY_CLUSTER: BlocklistWords(
        pgettext_lazy("blocklist", "Galaxy clusters"),
        _("Galaxy clusters with these UUIDs are refused."),
        _("Name"),
    ),
    Blocked.ANALYST_DATA: BlocklistWords(
        pgettext_lazy("blocklist", "Analyst data"),
        _("Notes, opinions and relationships with these UUIDs are refused."),
        _("Content"),
    ),
}
