"""Commands of the search box: the pages of the navigation, what one can do, on the hub or with the open event, and
saved searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.analysis.saved_searches.queries import saved_searches
from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_event
from vardkase.web.ui.navigation import address_of, pages_of

MOST = 5
"""Commands among other suggestions."""
MOST_AT_REST = 12
"""Commands that are listed before anything is typed."""
MOST_WORDS = 12
MOST_SAVED = 4
"""Saved searches after the commands."""


@dataclass(frozen=True, slots=True)
class Command:
    icon: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class GeneralCommand:
    view: str
    label: str | Promise
    icon: str
    requires: Permission | None = None

    def is_for(self, actor: Actor) -> bool:
        return self.requires is None or (actor.may_write and actor.may(self.requires))


@dataclass(frozen=True, slots=True)
class EventCommand:
    view: str
    label: str | Promise
    icon: str
    is_for: Callable[[Actor, EventRow], bool] = lambda _actor, _event: True


def _may_tag(actor: Actor, event: EventRow) -> bool:
    return any(rules.may_tag(actor, event, local=local) for local in (True, False))


GENERAL = (
    GeneralCommand("event_create", _("New event"), icon="plus", requires=Permission.ADD),
    GeneralCommand(
        "event_import", _("New event from text or file"), icon="file-import", requires=Permission.ADD
    ),
    GeneralCommand("tag_create", _("New tag"), icon="plus", requires=Permission.TAG_EDITOR),
    GeneralCommand(
        "tag_collection_create", _("New tag collection"), icon="plus", requires=Permission.TAG_EDITOR
    ),
    GeneralCommand(
        "sharing_group_create", _("New sharing group"), icon="plus", requires=Permission.SHARING_GROUP
    ),
    GeneralCommand("user_create", _("New user"), icon="plus", requires=Permission.ADMIN),
    GeneralCommand("organisation_create", _("New organisation"), icon="plus", requires=Permission.SITE_ADMIN),
    GeneralCommand("feed_create", _("New feed"), icon="plus", requires=Permission.SITE_ADMIN),
    GeneralCommand("server_create", _("New connection"), icon="plus", requires=Permission.SITE_ADMIN),
    GeneralCommand("tag_collections", _("Tag collections"), icon="tags"),
    GeneralCommand("advanced_search", _("Advanced search"), icon="adjustments-horizontal"),
    GeneralCommand("lookup", _("Look up values"), icon="list-search"),
    GeneralCommand("warninglists_test", _("Test values against warninglists"), icon="alert-triangle"),
    GeneralCommand("account", _("Your account"), icon="user"),
    GeneralCommand("account_key_create", _("New API key"), icon="key"),
    GeneralCommand("account_change_password", _("Change password"), icon="key"),
    GeneralCommand("mfa_index", _("Passkeys and second factor"), icon="fingerprint"),
)
OF_AN_EVENT = (
    EventCommand("event_publish", _("Publish this event"), icon="send", is_for=rules.may_publish_event),
    EventCommand("event_edit", _("Edit this event"), icon="pencil", is_for=rules.may_modify_event),
    EventCommand("attributes_paste", _("Paste values"), icon="clipboard-text", is_for=rules.may_modify_event),
    EventCommand("attribute_create", _("Add attribute"), icon="plus", is_for=rules.may_modify_event),
    EventCommand("object_create", _("Add object"), icon="box", is_for=rules.may_modify_event),
    EventCommand("event_tag", _("Add tags"), icon="tags", is_for=_may_tag),
    EventCommand("event_formats", _("Download this event"), icon="download"),
    EventCommand("event_correlations", _("Correlations"), icon="share"),
    EventCommand("event_graph", _("Graph and references"), icon="topology-star-3"),
    EventCommand("event_timeline", pgettext_lazy("of an event", "Timeline"), icon="timeline-event"),
    EventCommand("event_correlation_graph", _("Correlation graph"), icon="affiliate"),
)


def command_named(actor: Actor, text: str) -> Command | None:
    """The page or saved search whose whole name was typed; a page before a search."""
    wanted = text.strip().casefold()
    if not wanted:
        return None
    named = (each for each in (*_pages(actor), *_general(actor)) if each.label.casefold() == wanted)
    return next(named, None) or next(iter(_saved(actor, name__iexact=text.strip())), None)


def commands(request: HttpRequest, actor: Actor, text: str) -> list[Command]:
    """Those that match every word of `text`; for an empty one, what one can do where the reader is."""
    # A pasted list is no command, and each word is a condition on the names of saved searches.
    words = text.replace("\0", "").lower().split()
    if len(words) > MOST_WORDS:
        return []
    found = [*_of_event(request, actor), *_general(actor), *(_pages(actor) if words else ())]
    matching = [command for command in found if all(word in command.label.lower() for word in words)]
    unique = {command.url: command for command in reversed(matching)}
    listed = list(unique.values())[::-1][: MOST if words else MOST_AT_REST]
    return [*listed, *_saved(actor, words)]


def _of_event(request: HttpRequest, actor: Actor) -> Iterator[Command]:
    match = _open_page(request)
    if match is None or not match.route.startswith("event/<reference:reference>/"):
        return
    try:
        event = find_event(actor, match.kwargs["reference"])
    except NotFound:
        return
    for each in OF_AN_EVENT:
        if each.is_for(actor, event):
            yield Command(each.icon, reverse(each.view, args=[event.id]), str(each.label))


def _general(actor: Actor) -> Iterator[Command]:
    for each in GENERAL:
        if each.is_for(actor) and (url := address_of(each.view)):
            yield Command(each.icon, url, str(each.label))


def _pages(actor: Actor) -> Iterator[Command]:
    for item, url in pages_of(actor):
        yield Command(item.icon, url, str(item.label))


def _saved(actor: Actor, words: Iterable[str] = (), **exactly: str) -> Iterator[Command]:
    """Saved searches with all words in their names, the last changed first."""
    found = saved_searches(actor).filter(**exactly)
    for word in words:
        found = found.filter(name__icontains=word)
    for search in found.order_by("-changed", "-pk")[:MOST_SAVED]:
        yield Command("bookmark", reverse("saved_search", args=[search.pk]), search.name)


def _open_page(request: HttpRequest) -> ResolverMatch | None:
    # htmx sends the address of the page that is open.
    try:
        return resolve(urlsplit(request.headers.get("HX-Current-URL", "")).path)
    except (ValueError, Resolver404):  # ValueError: no address, such as "http://[".
        return None
