"""Commands of the search box: the pages of the navigation, what one can do, on the hub or with what is open, and
saved searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.analysis.saved_searches.queries import saved_searches
from vardkase.core.errors import NotFound
from vardkase.exchange.subscriptions.models import FollowedKind
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel import rules
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import find_event
from vardkase.web.analysis.search.acts import acts, follow
from vardkase.web.analysis.search.command import Command, OpenPage, open_page
from vardkase.web.ui.navigation import address_of, pages_of
from vardkase.web.ui.pages import PageRequest

MOST = 5
"""Commands among other suggestions."""
MOST_AT_REST = 12
"""Commands that are listed before anything is typed."""
MOST_WORDS = 12
MOST_SAVED = 4
"""Saved searches after the commands."""


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
    GeneralCommand(
        "event_templates", _("New event from a template"), icon="template", requires=Permission.ADD
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
    GeneralCommand("notifications", _("Notifications"), icon="bell"),
    GeneralCommand("subscriptions", _("What you follow"), icon="bell-plus"),
    GeneralCommand("own_jobs", _("Your jobs"), icon="subtask"),
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
    EventCommand("report_create", _("Write a report"), icon="file-text", is_for=rules.may_modify_event),
    EventCommand("event_tag", _("Add tags"), icon="tags", is_for=_may_tag),
    EventCommand("event_formats", _("Download this event"), icon="download"),
    EventCommand("event_correlations", _("Correlations"), icon="share"),
    EventCommand("event_graph", _("Graph"), icon="topology-star-3"),
    EventCommand("event_timeline", pgettext_lazy("of an event", "Timeline"), icon="timeline-event"),
    EventCommand("event_correlation_graph", _("Correlation graph"), icon="affiliate"),
)


def command_named(actor: Actor, text: str) -> Command | None:
    """The page or saved search whose whole name was typed; a page before a search."""
    wanted = text.strip().casefold()
    if not wanted:
        return None
    named = (each for each in (*_pages(actor), *_general(actor)) if str(each.label).casefold() == wanted)
    return next(named, None) or next(iter(_saved(actor, name__iexact=text.strip())), None)


def commands(request: PageRequest, text: str) -> list[Command]:
    """Those that match every word of `text`; for an empty one, what one can do where the reader is."""
    # A pasted list is no command, and each word is a condition on the names of saved searches.
    words = text.replace("\0", "").lower().split()
    if len(words) > MOST_WORDS:
        return []
    actor, opened = request.actor, open_page(request)
    found = [*_of_page(actor, opened), *_general(actor)]
    if words:
        found += [*_pages(actor), *acts(actor, request.user.theme, opened)]  # type: ignore[union-attr]
    unique = {command.identity: command for command in reversed(found) if command.has(words)}
    listed = list(unique.values())[::-1][: MOST if words else MOST_AT_REST]
    return [*listed, *_saved(actor, words)]


def _of_page(actor: Actor, opened: OpenPage | None) -> Iterator[Command]:
    """What one can do with the event, value or cluster that is open."""
    if opened is None:
        return
    match = opened.match
    if match.route.startswith("event/<reference:reference>/"):
        yield from _of_event(actor, opened)
    elif match.view_name == "value" and (value := opened.query.get("v", "").strip()):
        yield from filter(None, [follow(actor, opened, FollowedKind.VALUE, value=value)])
    elif match.route.startswith("galaxies/clusters/<int:pk>/"):
        yield from filter(None, [follow(actor, opened, FollowedKind.CLUSTER, match.kwargs["pk"])])


def _of_event(actor: Actor, opened: OpenPage) -> Iterator[Command]:
    try:
        event = find_event(actor, opened.match.kwargs["reference"])
    except NotFound:
        return
    for each in OF_AN_EVENT:
        if each.is_for(actor, event):
            yield Command(each.icon, reverse(each.view, args=[event.id]), each.label)
    yield from filter(None, [follow(actor, opened, FollowedKind.EVENT, event.id)])


def _general(actor: Actor) -> Iterator[Command]:
    for each in GENERAL:
        if each.is_for(actor) and (url := address_of(each.view)):
            yield Command(each.icon, url, each.label)


def _pages(actor: Actor) -> Iterator[Command]:
    for item, url in pages_of(actor):
        yield Command(item.icon, url, item.label, note=_("Go to"))


def _saved(actor: Actor, words: Iterable[str] = (), **exactly: str) -> Iterator[Command]:
    """Saved searches with all words in their names, the last changed first."""
    found = saved_searches(actor).filter(**exactly)
    for word in words:
        found = found.filter(name__icontains=word)
    for search in found.order_by("-changed", "-pk")[:MOST_SAVED]:
        yield Command(
            "bookmark", reverse("saved_search", args=[search.pk]), search.name, note=_("Saved search")
        )
