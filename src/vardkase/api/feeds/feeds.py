"""feeds/*: configuration of external feeds by site administrators."""

from __future__ import annotations

import json
from typing import Any

from vardkase.api.answers import Answer, Json, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import decoded
from vardkase.api.paging import limit_and_offset
from vardkase.api.request import Call
from vardkase.core import json_limits
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.exchange.feeds import queries, services
from vardkase.exchange.feeds.headers import masked_lines
from vardkase.exchange.feeds.models import HEADERS, Feed
from vardkase.formats.misp_json.knowledge import tag_dict
from vardkase.identity.organisations.settings import host_organisation_id
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.cached_sources.queries import coverage, find_cached

EVERYTHING = 10_000
OPTIONAL = [
    "provider", "source_format", "rules", "enabled", "distribution", "sharing_group_id", "tag_id", "fixed_event",
    "delta_merge", "publish", "override_ids", "settings", "lookup_visible", "headers", "caching_enabled",
    "force_to_ids", "orgc_id", "input_source", "delete_local_file", "tag_collection_id",
]  # fmt: skip
ABOUT_ADD = Description(
    "POST a Feed object in JSON format to this API to add a feed.", ["name", "provider", "url"], OPTIONAL
)
ABOUT_EDIT = Description(
    "POST a Feed object in JSON format to this API to edit a feed.",
    (),
    ["name", "url", *OPTIONAL],
    "/feeds/edit/[feed_id]",
)


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


def found(call: Call, missing: str = "Invalid feed.") -> Feed:
    try:
        return queries.find_feed(call.actor, call.arg(0))
    except NotFound:
        raise MispError(404, missing) from None


def opened(call: Call) -> Feed:
    try:
        return queries.find_opened_feed(call.actor, call.arg(0))
    except NotFound:
        raise MispError(404, "Invalid feed.") from None


def require_host(call: Call) -> None:
    """Raise Forbidden unless the caller belongs to the organisation that runs the installation."""
    if not call.actor.is_site_admin and call.actor.organisation_id != host_organisation_id():
        raise Forbidden


@endpoint("feeds/index")
def index(call: Call) -> Answer:
    """List the feeds the caller may see; all of them unless a page is requested."""
    rows = queries.feeds(call.actor)
    search = str(call.param("searchall") or call.param("value") or "")
    if search:
        rows = rows.filter(name__icontains=search) | rows.filter(url__icontains=search)
    limit, offset = limit_and_offset(call, EVERYTHING)
    page = list(rows[offset : offset + limit])
    cached = queries.cached_at(feed.pk for feed in page)
    return Json([_listed_feed(call, feed, cached.get(feed.pk)) for feed in page])


@endpoint("feeds/view")
def view(call: Call) -> Answer:
    """Return one feed with its cache status; only for the organisation that runs the installation."""
    require_host(call)
    feed = found(call, "Invalid Feed.")
    cached = find_cached(FEED, feed.pk)
    figures = {
        "cached_elements": cached.size if cached else 0,
        "coverage_by_other_feeds": f"{coverage(FEED, feed.pk):g}%",
    }
    return Json({"Feed": feed_dict(feed) | figures})


@endpoint("feeds/add", site_admin=True, writes=True, describes=ABOUT_ADD)
def add(call: Call) -> Answer:
    try:
        feed = services.add_feed(call.actor, call.data("Feed"))
    except Invalid as error:
        raise SaveFailed("add feed", "/feeds/add", error.errors) from error
    return Json({"Feed": feed_dict(feed)})


@endpoint("feeds/edit", site_admin=True, writes=True, describes=ABOUT_EDIT)
def edit(call: Call) -> Answer:
    number = found(call).pk
    try:
        feed = services.edit_feed(call.actor, number, call.data("Feed"))
    except Invalid as error:
        url = f"/feeds/edit/{number}"
        raise SaveFailed("edit feed", url, error.errors, id=str(number)) from error
    return Json({"Feed": feed_dict(feed)})


@endpoint("feeds/delete", site_admin=True, writes=True)
def delete(call: Call) -> Answer:
    """Delete a feed; the data fetched from it is kept."""
    number = services.delete_feed(call.actor, found(call).pk)
    return saved("Feed deleted.", f"/feeds/delete/{number}", id=number)


@endpoint("feeds/enable", site_admin=True, writes=True)
def enable(call: Call) -> Answer:
    """Enable a feed."""
    return _toggle(call, "Feed enabled.", enabled=True)


@endpoint("feeds/disable", site_admin=True, writes=True)
def disable(call: Call) -> Answer:
    """Disable a feed."""
    return _toggle(call, "Feed disabled.", enabled=False)


@endpoint(
    "feeds/toggleSelected",
    site_admin=True,
    writes=True,
    describes=Description(url="/feeds/toggleSelected/[on]/[caching]"),
)
def toggle_selected(call: Call) -> Answer:
    """Enable (1) or disable (0) several feeds: ``/feeds/toggleSelected/<1 or 0>/<1 or 0>``; a second 1
    applies to caching."""
    ids = decoded(call.param("feed_list", call.data("Feed").get("feed_list", call.body)))
    if not isinstance(ids, list) or not all(isinstance(identifier, str | int) for identifier in ids):
        raise MispError(400, "feed_list must be a list of ids.")
    enabled = call.arg(0) == "1"
    count = services.toggle_feeds(call.actor, ids, enabled=enabled, caching=call.arg(1) == "1")
    return saved(f"{count} feeds {'enabled' if enabled else 'disabled'}.", "/feeds/toggleSelected")


@endpoint("feeds/loadDefaultFeeds", site_admin=True, writes=True)
def load_default_feeds(call: Call) -> Answer:
    """Add the known default feeds that are missing, all of them disabled."""
    services.load_default_feeds(call.actor)
    return saved("Default feed metadata loaded.", "/feeds/loadDefaultFeeds")


@endpoint("feeds/importFeeds", site_admin=True, writes=True)
def import_feeds(call: Call) -> Answer:
    """Import feeds from the feeds/index of another instance."""
    body = call.body
    documents: Any = body if isinstance(body, list) else [body]
    inner = body.get("Feed") if isinstance(body, dict) else None
    if isinstance(inner, dict) and isinstance(inner.get("json"), str):
        try:
            documents = json_limits.decoded(inner["json"])
        except ValueError:
            raise MispError(400, "json is not a JSON document.") from None
    if not isinstance(documents, list) or len(documents) > EVERYTHING:
        raise MispError(400, "A list of feeds is expected.")
    added, failed = services.import_feeds(call.actor, documents)
    return saved(f"{added} feeds added, {failed} could not be added.", "/feeds/importFeeds")


def _toggle(call: Call, text: str, *, enabled: bool) -> Answer:
    number = found(call).pk
    services.toggle_feeds(call.actor, [number], enabled=enabled)
    return Json({"name": text, "message": text, "url": f"/feeds/{call.action}/{number}"})


def _listed_feed(call: Call, feed: Feed, cached: int | None) -> dict[str, Any]:
    stamp = False if cached is None else str(cached)
    row: dict[str, Any] = {"Feed": feed_dict(feed) | {"cache_timestamp": stamp}}
    if feed.tag:
        row["Tag"] = tag_dict(feed.tag)
    if feed.sharing_group:
        name = "" if call.actor.may_not_read_content else feed.sharing_group.name
        row["SharingGroup"] = {"id": str(feed.sharing_group_id), "name": name}
    return row
