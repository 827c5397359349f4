"""Services for feeds: site administrators only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid, InvalidValue, NotFound
from vardkase.core.expressions import expression_from
from vardkase.core.fields import Readers, apply
from vardkase.core.problems import CommonProblem
from vardkase.exchange.audit_actions import ExchangeAction
from vardkase.exchange.feeds.headers import MASK, header_lines, masked_lines, merged
from vardkase.exchange.feeds.impersonation import speaks_for_member
from vardkase.exchange.feeds.local_files import path_below
from vardkase.exchange.feeds.models import HEADERS, Feed, InputSource, SourceFormat
from vardkase.exchange.feeds.problems import FeedProblem
from vardkase.exchange.feeds.queries import feeds, find_feed
from vardkase.exchange.feeds.rules import check_times
from vardkase.exchange.field_parsers import decoded, member_of, name, origin, rules, web_address
from vardkase.exchange.problems import ConfigurationProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.queries import Reference, find_group, find_organisation
from vardkase.knowledge.cached_sources import services as caches
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.tag_collections.models import TagCollection
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_bool, as_int

LIST = Path(__file__).parent / "data" / "feeds.json"
LONGEST_DELIMITER = 1
MOST_COLUMNS = 50
FLAGS = (
    "enabled",
    "fixed_event",
    "delta_merge",
    "publish",
    "override_ids",
    "force_to_ids",
    "lookup_visible",
    "caching_enabled",
    "delete_local_file",
)


@transaction.atomic
def add_feed(actor: Actor, data: Mapping[str, Any]) -> Feed:
    """Add a feed from its wire fields (name, provider, url, source_format, …). Raises Invalid by field, Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    feed = Feed()
    required = ("url", "provider") if "provider" in data else ("url",)
    missing = {field: [CommonProblem.REQUIRED()] for field in required if not data.get(field)}
    if not data.get("name"):
        missing["name"] = [ConfigurationProblem.NAME_MISSING()]
    if missing:
        raise Invalid(missing)
    _apply(actor, feed, data)
    feed.save()
    record(actor, ExchangeAction.FEED_ADDED, Target.of(feed), {"url": feed.url})
    return feed


@transaction.atomic
def edit_feed(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> Feed:
    """Change the wire fields in `data`; headers masked as ***** are kept. Raises Invalid, NotFound,
    Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    feed = feeds(actor).select_for_update(of=("self",)).get(pk=find_feed(actor, reference).pk)
    changed = _apply(actor, feed, data)
    feed.save()
    record(actor, ExchangeAction.FEED_EDITED, Target.of(feed), {"fields": changed})
    return feed


@transaction.atomic
def delete_feed(actor: Actor, reference: Reference) -> int:
    """Remove a feed and its cache, but not its event; returns its id. Raises NotFound, Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    feed = find_feed(actor, reference)
    number, target = feed.pk, Target.of(feed)
    caches.forget(FEED, number)
    feed.delete()
    record(actor, ExchangeAction.FEED_DELETED, target)
    return number


@transaction.atomic
def toggle_feeds(
    actor: Actor, references: Iterable[Reference], *, enabled: bool, caching: bool = False
) -> int:
    """Enable or disable feeds, or their `caching`, all or none; returns how many. Raises NotFound, Forbidden."""
    actor.require_writing(Permission.SITE_ADMIN)
    found = {feed.pk: feed for feed in (find_feed(actor, reference) for reference in references)}
    Feed.objects.filter(pk__in=found).update(**{"caching_enabled" if caching else "enabled": enabled})
    for feed in found.values():
        if caching:
            record(actor, ExchangeAction.FEED_EDITED, Target.of(feed), {"fields": ["caching_enabled"]})
        else:
            record(
                actor,
                ExchangeAction.FEED_ENABLED if enabled else ExchangeAction.FEED_DISABLED,
                Target.of(feed),
            )
    return len(found)


@transaction.atomic
def load_default_feeds(actor: Actor) -> int:
    """Add the default feeds whose address is not stored yet; returns how many."""
    actor.require_writing(Permission.SITE_ADMIN)
    added = _add_known(_known_feeds())
    record(actor, ExchangeAction.FEED_DEFAULTS_LOADED, Target("feed"), {"count": added})
    return added


def add_first_feeds() -> None:
    """Add the feeds of a new installation: MISP's two own feeds, disabled."""
    if not Feed.objects.exists():
        _add_known([row for row in _known_feeds() if row.get("default")])


@transaction.atomic
def import_feeds(actor: Actor, documents: Sequence[Any]) -> tuple[int, int]:
    """Add feeds from documents as feeds/index returns them; returns how many were added, and how many failed.

    Feeds with a known address are skipped, and references to the other instance's objects (tags by id,
    groups, events) are not imported.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    known = set(Feed.objects.values_list("url", flat=True))
    added = failed = 0
    for document in documents:
        block = document.get("Feed", document) if isinstance(document, dict) else None
        if not isinstance(block, dict):
            failed += 1
        elif block.get("url") not in known:
            try:
                kept = {key: value for key, value in block.items() if key in IMPORTED}
                known.add(add_feed(actor, {**kept, **_tag_by_name(document)}).url)
                added += 1
            except Invalid:
                failed += 1
    return added, failed


@cache
def _known_feeds() -> list[dict[str, Any]]:
    return list(json.loads(LIST.read_text(encoding="utf-8")))


def _add_known(rows: Iterable[Mapping[str, Any]]) -> int:
    known = set(Feed.objects.values_list("url", flat=True))
    return len(Feed.objects.bulk_create(_feed_from_list(row) for row in rows if row["url"] not in known))


def _feed_from_list(row: Mapping[str, Any]) -> Feed:
    facts = {
        key: value for key, value in row.items() if key not in ("value", "delimiter", "excluderegex", "tag")
    }
    table = {"value": row.get("value", ""), "delimiter": row.get("delimiter", ",")}
    settings = {"csv": table, "common": {"excluderegex": row.get("excluderegex", "")}}
    tag = Tag.objects.get_or_create(name=row["tag"])[0] if row.get("tag") else None
    return Feed(
        **{"distribution": Distribution.ALL, "lookup_visible": True, **facts}, settings=settings, tag=tag
    )


def _tag_by_name(document: Mapping[str, Any]) -> dict[str, Any]:
    tag = document.get("Tag")
    wanted = str(tag.get("name") or "") if isinstance(tag, dict) else ""
    found = Tag.objects.filter(name__iexact=wanted).first() if wanted else None
    return {"tag_id": found.pk} if found else {}


def _apply(actor: Actor, feed: Feed, data: Mapping[str, Any]) -> list[str]:
    before = feed.url
    source = str(data.get("input_source") or feed.input_source)
    place = {"url": local_path if source == InputSource.LOCAL else web_address}
    changed = apply(feed, _with_address(feed, data), {**READERS, **place})
    if feed.delete_local_file and feed.input_source == InputSource.NETWORK:
        raise Invalid({"delete_local_file": [FeedProblem.NOT_REMOVABLE()]})
    _apply_references(actor, feed, data)
    if feed.distribution != Distribution.SHARING_GROUP:
        feed.sharing_group = None
    elif feed.sharing_group is None:
        raise Invalid({"sharing_group_id": [FeedProblem.SHARING_GROUP_MISSING()]})
    _apply_headers(feed, data, moved=bool(before) and origin(before) != origin(feed.url))
    return changed


def _with_address(feed: Feed, data: Mapping[str, Any]) -> Mapping[str, Any]:
    # Another source reads addresses in another way: the stored one has to be valid for it too.
    if data.get("input_source") in (None, "", feed.input_source):
        return {member: value for member, value in data.items() if member != "input_source"}
    return {"url": feed.url, **data}


def local_path(value: Any) -> str:
    path_below(path := name(value))
    return path


def _apply_references(actor: Actor, feed: Feed, data: Mapping[str, Any]) -> None:
    if "tag_id" in data:
        feed.tag = Tag.objects.filter(pk=as_int(data["tag_id"]) or 0).first()
        if feed.tag is None and as_int(data["tag_id"]):
            raise Invalid({"tag_id": [FeedProblem.UNKNOWN_TAG()]})
    if "tag_collection_id" in data:
        collection = as_int(data["tag_collection_id"]) or 0
        feed.tag_collection = TagCollection.objects.filter(pk=collection).first()
        if feed.tag_collection is None and collection:
            raise Invalid({"tag_collection_id": [FeedProblem.UNKNOWN_TAG_COLLECTION()]})
    if "orgc_id" in data:
        feed.orgc = _referenced("orgc_id", data, find_organisation)
        if speaks_for_member(feed):
            raise Invalid({"orgc_id": [FeedProblem.NAME_OF_A_MEMBER()]})
    if "sharing_group_id" in data:
        feed.sharing_group = _referenced("sharing_group_id", data, partial(find_group, actor))


def _referenced[Row](member: str, data: Mapping[str, Any], find: Callable[[int], Row]) -> Row | None:
    number = as_int(data[member])
    try:
        return find(number) if number else None
    except NotFound as missing:
        raise Invalid({member: [missing.problem or CommonProblem.INVALID_INPUT()]}) from None


def _apply_headers(feed: Feed, data: Mapping[str, Any], *, moved: bool) -> None:
    """The headers to send; stored ones are sent only to the server they were given for."""
    if feed.input_source == InputSource.LOCAL:
        feed.encrypted_headers = ""
        return
    stored = HEADERS.decrypt(feed.encrypted_headers)
    lines = data.get("headers", masked_lines(stored))
    try:
        wanted = header_lines(lines)
    except Invalid as fault:
        raise Invalid({"headers": [fault.problem]}) from fault
    # Masked headers would be filled with keys that were given for the old server.
    if moved and any(value == MASK for _, value in wanted):
        raise Invalid({"headers": [FeedProblem.HEADERS_AGAIN()]})
    feed.encrypted_headers = HEADERS.encrypt(merged(wanted, stored))


def feed_distribution(value: Any) -> int:
    number = as_int(value)
    if number not in list(Distribution):
        raise Invalid(FeedProblem.BAD_DISTRIBUTION())
    return int(number)


def feed_rules(value: Any) -> dict[str, Any] | None:
    parsed = rules(value) if value else None
    check_times((parsed or {}).get("url_params"))
    return parsed


def list_settings(value: Any) -> dict[str, Any]:
    """List settings: ``{"csv": {"value": "1,3", "delimiter": ","}, "common": {"excluderegex": "/x/i"}}``."""
    parsed = decoded(value)
    if isinstance(parsed, list) and not parsed:
        return {}
    if not isinstance(parsed, dict) or not all(
        isinstance(parsed.get(part, {}), dict) for part in ("csv", "common")
    ):
        raise Invalid(FeedProblem.SETTINGS_NOT_AN_OBJECT())
    table, common = parsed.get("csv", {}), parsed.get("common", {})
    parts = [part.strip() for part in str(table.get("value") or "").split(",") if part.strip()]
    if len(parts) > MOST_COLUMNS or not all(part.isdecimal() and 0 < int(part) < 1000 for part in parts):
        raise Invalid(FeedProblem.BAD_COLUMNS())
    if len(str(table.get("delimiter") or ",")) > LONGEST_DELIMITER:
        raise Invalid(FeedProblem.BAD_DELIMITER())
    written = common.get("excluderegex") or ""
    try:
        if written:
            expression_from(str(written))
    except InvalidValue as fault:
        raise Invalid(FeedProblem.BAD_EXPRESSION(reason=fault.problem)) from None
    return {**parsed, "csv": table, "common": common} if parsed else {}


READERS: Readers = {
    "name": name,
    "provider": name,
    "rules": feed_rules,
    "input_source": member_of(*InputSource.values),
    "distribution": feed_distribution,
    "source_format": member_of(*SourceFormat.values),
    "settings": list_settings,
    "event_id": lambda value: as_int(value) or 0,
    **dict.fromkeys(FLAGS, as_bool),
}
IMPORTED = (READERS.keys() | {"url"}) - {"event_id", "enabled", "caching_enabled", "delete_local_file"}
