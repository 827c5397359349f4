"""feeds/*: configuration of external feeds by site administrators."""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Json, Saved, named, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Distribution, Flag, Mandatory, SharingGroup, Text, decoded
from vardkase.api.inputs import Body, JsonArray, JsonObject
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.exchange.feeds import queries, services
from vardkase.exchange.feeds.headers import masked_lines
from vardkase.exchange.feeds.models import HEADERS, Feed
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.cached_sources.queries import coverage, find_cached

EVERYTHING = 10_000
ABOUT_ADD = Description("POST a Feed object in JSON format to this API to add a feed.")
ABOUT_EDIT = Description(
    "POST a Feed object in JSON format to this API to edit a feed.", url="/feeds/edit/[feed_id]"
)


class FeedQuery(Paging, kw_only=True):
    searchall: Text = ""
    value: Text = ""


class FeedBody(Body, kw_only=True):
    model = "Feed"

    name: Text = ""
    url: Text = ""
    provider: Text = ""
    source_format: Anything = None
    rules: Anything = None
    distribution: Distribution = None
    sharing_group_id: SharingGroup = None
    tag_id: Anything = None
    tag_collection_id: Anything = None
    orgc_id: Anything = None
    event_id: Anything = None
    settings: Anything = None
    headers: Anything = None
    input_source: Anything = None
    enabled: Flag = False
    fixed_event: Flag = False
    delta_merge: Flag = False
    publish: Flag = False
    override_ids: Flag = False
    force_to_ids: Flag = False
    lookup_visible: Flag = False
    caching_enabled: Flag = False
    delete_local_file: Flag = False


class NewFeedBody(FeedBody, kw_only=True):
    name: Mandatory[Text] = ""
    provider: Mandatory[Text] = ""
    url: Mandatory[Text] = ""


class FeedList(Body, kw_only=True):
    model = "Feed"

    feed_list: Anything = None


class FeedImport(Body, kw_only=True):
    """MISP's page sends the list as JSON in a text."""

    model = "Feed"

    json: Anything = None


def feed_dict(feed: Feed) -> dict[str, Any]:
    return {
        "id": str(feed.pk),
        "name": feed.name,
        "provider": feed.provider,
        "url": feed.url,
        "rules": None if feed.rules is None else json.dumps(feed.rules, separators=(",", ":")),
        "enabled": feed.enabled,
        "distribution": str(feed.distribution),
        "sharing_group_id": str(feed.sharing_group_id or 0),
        "tag_id": str(feed.tag_id or 0),
        "default": feed.default,
        "source_format": feed.source_format,
        "fixed_event": feed.fixed_event,
        "delta_merge": feed.delta_merge,
        "event_id": str(feed.event_id),
        "publish": feed.publish,
        "override_ids": feed.override_ids,
        "settings": json.dumps(feed.settings, separators=(",", ":")) if feed.settings else "[]",
        "input_source": feed.input_source,
        "delete_local_file": feed.delete_local_file,
        "lookup_visible": feed.lookup_visible,
        "headers": masked_lines(HEADERS.decrypt(feed.encrypted_headers)),
        "caching_enabled": feed.caching_enabled,
        "force_to_ids": feed.force_to_ids,
        "orgc_id": str(feed.orgc_id or 0),
        "tag_collection_id": str(feed.tag_collection_id or 0),
    }


def found(actor: Actor, feed_id: str, missing: str = "Invalid feed.") -> Feed:
    try:
        return queries.find_feed(actor, feed_id)
    except NotFound:
        raise MispError(404, missing) from None


def require_host(actor: Actor) -> None:
    """Raise Forbidden unless the actor belongs to the organisation that runs the installation."""
    if not actor.is_site_admin and actor.organisation_id != host_organisation_id():
        raise Forbidden


@endpoint("feeds/index", answers="[Feed]")
def index(call: Call, *, params: FeedQuery) -> Json:
    """List the feeds the caller may see; all of them unless a page is requested."""
    rows = queries.feeds(call.actor)
    if search := params.searchall or params.value:
        rows = rows.filter(name__icontains=search) | rows.filter(url__icontains=search)
    limit, offset = params.limit_and_offset(EVERYTHING)
    page = list(rows[offset : offset + limit])
    cached = queries.cached_at(feed.pk for feed in page)
    return Json([_listed_feed(call.actor, feed, cached.get(feed.pk)) for feed in page])


@endpoint("feeds/view", answers="Feed")
def view(call: Call, feed_id: str) -> Json:
    """Return one feed with its cache status; only for the organisation that runs the installation."""
    require_host(call.actor)
    feed = found(call.actor, feed_id, "Invalid Feed.")
    cached = find_cached(FEED, feed.pk)
    figures = {
        "cached_elements": cached.size if cached else 0,
        "coverage_by_other_feeds": f"{coverage(FEED, feed.pk):g}%",
    }
    return Json({"Feed": feed_dict(feed) | figures})


@endpoint("feeds/add", site_admin=True, writes=True, describes=ABOUT_ADD, answers="Feed")
def add(call: Call, *, body: NewFeedBody) -> Json:
    try:
        feed = services.add_feed(call.actor, body.sent)
    except Invalid as error:
        raise SaveFailed("add feed", "/feeds/add", error.errors) from error
    return Json({"Feed": feed_dict(feed)})


@endpoint("feeds/edit", site_admin=True, writes=True, describes=ABOUT_EDIT, answers="Feed")
def edit(call: Call, feed_id: str, *, body: FeedBody) -> Json:
    number = found(call.actor, feed_id).pk
    try:
        feed = services.edit_feed(call.actor, number, body.sent)
    except Invalid as error:
        url = f"/feeds/edit/{number}"
        raise SaveFailed("edit feed", url, error.errors, id=str(number)) from error
    return Json({"Feed": feed_dict(feed)})


@endpoint("feeds/delete", site_admin=True, writes=True)
def delete(call: Call, feed_id: str) -> Saved:
    """Delete a feed; the data fetched from it is kept."""
    number = services.delete_feed(call.actor, found(call.actor, feed_id).pk)
    return saved("Feed deleted.", f"/feeds/delete/{number}", id=number)


@endpoint("feeds/enable", site_admin=True, writes=True)
def enable(call: Call, feed_id: str) -> Json:
    """Enable a feed."""
    return _toggle(call, feed_id, "Feed enabled.", enabled=True)


@endpoint("feeds/disable", site_admin=True, writes=True)
def disable(call: Call, feed_id: str) -> Json:
    """Disable a feed."""
    return _toggle(call, feed_id, "Feed disabled.", enabled=False)


@endpoint("feeds/toggleSelected", site_admin=True, writes=True)
def toggle_selected(
    call: Call, enabled: str = "", caching: str = "", *, body: FeedList, listed: JsonArray
) -> Saved:
    """Enable (1) or disable (0) several feeds: ``/feeds/toggleSelected/<1 or 0>/<1 or 0>``; a second 1
    applies to caching."""
    ids = decoded(body.feed_list or listed or None)
    if not isinstance(ids, list) or not all(isinstance(identifier, str | int) for identifier in ids):
        raise MispError(400, "feed_list must be a list of ids.")
    on = enabled == "1"
    count = services.toggle_feeds(call.actor, ids, enabled=on, caching=caching == "1")
    return saved(f"{count} feeds {'enabled' if on else 'disabled'}.", "/feeds/toggleSelected")


@endpoint("feeds/loadDefaultFeeds", site_admin=True, writes=True)
def load_default_feeds(call: Call) -> Saved:
    """Add the known default feeds that are missing, all of them disabled."""
    services.load_default_feeds(call.actor)
    return saved("Default feed metadata loaded.", "/feeds/loadDefaultFeeds")


@endpoint("feeds/importFeeds", site_admin=True, writes=True)
def import_feeds(call: Call, *, listed: JsonArray, document: JsonObject, body: FeedImport) -> Saved:
    """Import feeds from the feeds/index of another instance."""
    documents = decoded(body.json) if body.json else listed or [document]
    if not isinstance(documents, list) or len(documents) > EVERYTHING:
        raise MispError(400, "A list of feeds is expected.")
    added, failed = services.import_feeds(call.actor, documents)
    return saved(f"{added} feeds added, {failed} could not be added.", "/feeds/importFeeds")


def _toggle(call: Call, feed_id: str, text: str, *, enabled: bool) -> Json:
    number = found(call.actor, feed_id).pk
    services.toggle_feeds(call.actor, [number], enabled=enabled)
    return named(text, f"/feeds/{call.action}/{number}")


def _listed_feed(actor: Actor, feed: Feed, cached: int | None) -> dict[str, Any]:
    # MISP writes false, not null, for what was never cached, and a time as text.
    stamp = False if cached is None else str(cached)
    row: dict[str, Any] = {"Feed": feed_dict(feed) | {"cache_timestamp": stamp}}
    if feed.tag:
        row["Tag"] = tag_dict(feed.tag)
    if feed.sharing_group:
        name = "" if actor.may_not_read_content else feed.sharing_group.name
        row["SharingGroup"] = {"id": str(feed.sharing_group_id), "name": name}
    return row
