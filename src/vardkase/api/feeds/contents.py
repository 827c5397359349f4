"""feeds/*: contents of feeds: preview, fetch, cache, search."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

from vardkase.api.answers import Json, Redirect, Saved, saved
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.feeds.feeds import feed_dict, found, require_host
from vardkase.api.fields import Anything, Mandatory, Texts, decoded
from vardkase.api.inputs import Body, Params
from vardkase.api.paging import Paging
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, NotFound
from vardkase.core.settings.instance import BACKGROUND_JOBS
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds import caching, fetching, queries, reading, tasks
from vardkase.exchange.feeds.models import Feed, SourceFormat
from vardkase.exchange.feeds.problems import FeedProblem
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.cached_sources.queries import (
    CacheHit,
    CacheHits,
    CacheOverlap,
    CacheSource,
    coverage,
    overlaps,
    united,
)
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_bool
from vardkase.misp.freetext import DetectedValue
from vardkase.misp.types import TYPES, default_category

DONE = "Fetching the feed has successfully completed."
FAILED = "Fetching the feed has failed."
QUEUED = "Pull queued for background execution."
CACHE_QUEUED = "Feed caching job initiated."
CACHED = "Caching the feeds has successfully completed."
CACHING_FAILED = "Caching the feeds has failed."
PAGE = 60
MOST_VALUES = 1000
BOTH = ("GET", "POST")
"""MISP's clients up to 2.5.30 fetch and cache by GET."""


class SelectedValues(Body, kw_only=True):
    model = "Feed"

    data: Mandatory[Anything] = None


class CacheQuery(Params, kw_only=True):
    value: Texts = []


@endpoint("feeds/previewIndex")
def preview_index(call: Call, feed_id: str, *, params: Paging) -> Json:
    """List the events in a MISP feed by uuid, or the values of a list feed, page by page."""
    feed = _opened(call.actor, feed_id)
    limit, offset = params.limit_and_offset(PAGE)
    try:
        if feed.source_format == SourceFormat.MISP:
            return Json({item.uuid: item.about for item in reading.manifest(feed, reading.GLANCE)})
        return Json(
            [
                _value_dict(item)
                for item in islice(reading.values(feed, reading.GLANCE), offset, offset + limit)
            ]
        )
    except OutgoingFailed as failed:
        raise MispError(404, failed.wire) from failed


@endpoint("feeds/previewEvent")
def preview_event(call: Call, feed_id: str, event_uuid: str) -> Json:
    """Return one event of a MISP feed, as it is in the feed."""
    feed = _opened(call.actor, feed_id)
    try:
        return Json({"Event": reading.feed_event(feed, _checked_uuid(event_uuid), reading.GLANCE)})
    except OutgoingFailed as failed:
        raise MispError(404, "Could not download the selected Event") from failed


@endpoint("feeds/fetchFromFeed", site_admin=True, writes=True, methods=BOTH)
def fetch_from_feed(call: Call, feed_id: str) -> Json:
    """Fetch a feed, immediately or as a background job."""
    feed = found(call.actor, feed_id)
    if not feed.enabled:
        return Json({"result": FeedProblem.DISABLED().wire})
    if BACKGROUND_JOBS.value:
        tasks.order_fetch(call.actor, [feed.pk])
        return Json({"result": QUEUED})
    try:
        fetched = fetching.fetch_feed(call.actor, feed)
        parts = [DONE]
        if fetched.added or fetched.edited:
            parts.append(f"Downloaded {fetched.added + fetched.edited} new event(s).")
        if fetched.failed:
            parts.append(f"{fetched.failed} event(s) could not be added.")
        return Json({"result": " ".join(parts)})
    except OutgoingFailed:
        return Json({"result": FAILED})


@endpoint("feeds/fetchFromAllFeeds", site_admin=True, writes=True, methods=BOTH)
def fetch_from_all_feeds(call: Call) -> Json:
    """Fetch all enabled feeds."""
    enabled = list(queries.feeds(call.actor).filter(enabled=True))
    if not enabled:
        return Json({"result": "No feed enabled."})
    if BACKGROUND_JOBS.value:
        tasks.order_fetch(call.actor, [feed.pk for feed in enabled])
        return Json({"result": QUEUED})
    failed = 0
    for feed in enabled:
        try:
            fetching.fetch_feed(call.actor, feed)
        except OutgoingFailed:
            failed += 1
    return Json({"result": f"{DONE} {failed} feed(s) could not be fetched." if failed else DONE})


@endpoint("feeds/getEvent", site_admin=True, writes=True, methods=BOTH)
def get_event(call: Call, feed_id: str, event_uuid: str) -> Redirect:
    """Fetch one event of a MISP feed; redirects to the preview, as MISP does."""
    feed = found(call.actor, feed_id)
    try:
        fetched = fetching.fetch_event(call.actor, feed, _checked_uuid(event_uuid))
    except OutgoingFailed as failed:
        raise MispError(404, "Could not download the selected Event") from failed
    if fetched.failed:
        raise MispError(405, "The event could not be added.")
    return Redirect(f"{call.base_url}/feeds/previewIndex/{feed.pk}")


@endpoint("feeds/fetchSelectedFromFreetextIndex", site_admin=True, writes=True)
def fetch_selected(call: Call, feed_id: str, *, body: SelectedValues) -> Redirect:
    r"""Store selected values of a list feed: ``{"Feed": {"data": "[{\"type\": …, \"value\": …}]"}}``."""
    feed = found(call.actor, feed_id)
    chosen = decoded(body.data)
    if not isinstance(chosen, list) or not all(isinstance(value, dict) for value in chosen):
        raise MispError(400, "data must be a list of values.")
    fetching.take_values(call.actor, feed, [_sent_value(value) for value in chosen])
    return Redirect(f"{call.base_url}/feeds")


@endpoint("feeds/cacheFeeds", site_admin=True, writes=True, methods=BOTH)
def cache_feeds(call: Call, feed_id: str) -> Saved:
    """Cache one feed or all caching-enabled ones: ``/feeds/cacheFeeds/<id, all, freetext, csv or misp>``."""
    chosen = caching.chosen_feeds(feed_id) if feed_id in caching.SCOPES else [found(call.actor, feed_id)]
    if BACKGROUND_JOBS.value:
        tasks.order_cache(call.actor, [feed.pk for feed in chosen])
        return saved(CACHE_QUEUED, "/feeds/cacheFeed")
    failures = [failure for feed in chosen if (failure := _cache_failure(call.actor, feed))]
    if failures:
        raise SaveFailed("cache the feeds", "/feeds/cacheFeed", " ".join(failures))
    return saved(CACHED, "/feeds/cacheFeed")


@endpoint("feeds/searchCaches")
def search_caches(call: Call, value: str = "", *, params: CacheQuery) -> Json:
    """List the cached feeds that contain a value, or any of a list."""
    values = params.value or [value]
    if len(values) > MOST_VALUES:
        raise MispError(400, f"At most {MOST_VALUES} values can be looked for at once.")
    hits = CacheHits(call.actor).hits(filter(None, values))
    return Json([_hit_dict(call.base_url, hit) for hit in united(chain.from_iterable(hits.values()))])


@endpoint("feeds/compareFeeds")
def compare_feeds(call: Call) -> Json:
    """Compare all cached feeds and connected instances, by how much of each one the others contain."""
    feeds = {feed.pk: feed for feed in queries.feeds(call.actor)}
    return Json([_overlap_dict(feeds, source, others) for source, others in overlaps(call.actor)])


@endpoint("feeds/feedCoverage")
def feed_coverage(call: Call, feed_id: str) -> Json:
    """Return the percentage of a cached feed that other cached feeds contain as well."""
    require_host(call.actor)
    return Json(coverage(FEED, found(call.actor, feed_id).pk) or 0)


def _opened(actor: Actor, feed_id: str) -> Feed:
    try:
        return queries.find_opened_feed(actor, feed_id)
    except NotFound:
        raise MispError(404, "Invalid feed.") from None


def _checked_uuid(text: str) -> str:
    uuid = text.lower()
    if not UUID.fullmatch(uuid):
        raise MispError(404, "Invalid event.")
    return uuid


def _value_dict(detected: DetectedValue) -> dict[str, Any]:
    return {
        "types": list(detected.alternatives),
        "default_type": detected.type,
        "comment": detected.comment or False,
        "value": detected.value,
        "original_value": detected.original,
        "category": detected.category,
        "to_ids": int(detected.to_ids),
    }


def _sent_value(sent: dict[str, Any]) -> DetectedValue:
    kind, value = str(sent.get("type") or ""), str(sent.get("value") or "")
    if kind not in TYPES or not value:
        raise MispError(400, "Each value needs a type and a value.")
    category = str(sent.get("category") or default_category(kind))
    comment = str(sent.get("comment") or "")
    return DetectedValue(value, kind, (kind,), category, as_bool(sent.get("to_ids")), value, comment)


def _cache_failure(actor: Actor, feed: Feed) -> str:
    try:
        caching.cache_feed(actor, feed)
    except (OutgoingFailed, Conflict) as failed:
        return f"{feed.name}: {failed.wire}"
    return ""


def _hit_dict(base_url: str, hit: CacheHit) -> dict[str, Any]:
    """A source that contains a searched value; MISP also calls connected instances feeds here."""
    source, is_feed = hit.source, hit.source.kind == FEED
    place = (
        f"{base_url}/feeds/previewEvent/{source.number}" if is_feed else f"{source.about['url']}/events/view"
    )
    urls = [{"url": f"{place}/{uuid}", "name": f"Event {uuid}"} for uuid in hit.event_uuids]
    kind = "Feed" if is_feed else "MISP Server"
    return {"Feed": {**source.about, "type": kind, "uuid": list(hit.event_uuids), "direct_urls": urls}}


def _overlap_dict(feeds: dict[int, Feed], source: CacheSource, others: list[CacheOverlap]) -> dict[str, Any]:
    compared = [
        {
            "id": str(overlap.other.number),
            "name": overlap.other.about["name"],
            "overlap_count": overlap.shared,
            "overlap_percentage": overlap.percent,
        }
        for overlap in others
    ]
    of_feed = source.kind == FEED
    about = feed_dict(feeds[source.number]) if of_feed else {**source.about, "is_misp_server": True}
    return {"Feed": about | {"values": source.size, "ComparedFeed": compared}}
