"""What one follows, in words, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.exchange.subscriptions.models import FollowedKind
from vardkase.exchange.subscriptions.queries import FollowedLine

KINDS: Mapping[FollowedKind, str | Promise] = {
    FollowedKind.TAG: pgettext_lazy("noun", "Tag"),
    FollowedKind.ORGANISATION: _("Organisation"),
    FollowedKind.VALUE: _("Value"),
    FollowedKind.EVENT: _("Event"),
    FollowedKind.CLUSTER: _("Galaxy cluster"),
    FollowedKind.SEARCH: _("Saved search"),
}
PAGES: Mapping[FollowedKind, str] = {
    FollowedKind.ORGANISATION: "organisation",
    FollowedKind.EVENT: "event",
    FollowedKind.CLUSTER: "cluster",
    FollowedKind.SEARCH: "saved_search",
}
LISTS: Mapping[FollowedKind, tuple[str, str]] = {
    FollowedKind.TAG: ("events", "text"),
    FollowedKind.VALUE: ("value", "v"),
}
"""A list, and the parameter that takes the name."""


def url_of(line: FollowedLine) -> str:
    """Empty where the thing is gone, or hidden from the reader."""
    if not line.name:
        return ""
    if line.kind in LISTS:
        view, parameter = LISTS[line.kind]
        return f"{reverse(view)}?{urlencode({parameter: line.name})}"
    return reverse(PAGES[line.kind], args=[line.thing_id])


def notified_how(line: FollowedLine) -> str:
    return str(TOLD[line.in_app, line.mail, line.daily])


def why(line: FollowedLine | None) -> str:
    """Why one is notified of an event."""
    return "" if line is None else str(WHY[line.kind]) % {"name": line.name}


TOLD: Mapping[tuple[bool, bool, bool], str | Promise] = {
    (True, False, False): _("On the hub"),
    (False, True, False): _("By e-mail immediately"),
    (False, True, True): _("By e-mail once a day"),
    (True, True, False): _("On the hub, and by e-mail immediately"),
    (True, True, True): _("On the hub, and by e-mail once a day"),
}
WHY: Mapping[FollowedKind, str | Promise] = {
    FollowedKind.TAG: _("You follow the tag %(name)s"),
    FollowedKind.ORGANISATION: _("You follow %(name)s"),
    FollowedKind.VALUE: _("You follow the value %(name)s"),
    FollowedKind.EVENT: _("You follow this event"),
    FollowedKind.CLUSTER: _("You follow the cluster %(name)s"),
    FollowedKind.SEARCH: _("You follow the search “%(name)s”"),
}
