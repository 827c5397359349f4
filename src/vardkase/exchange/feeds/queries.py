"""Queries for feeds. Site administrators see all, other users those visible to everyone."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet

from vardkase.core.query_expressions import first_or_not_found
from vardkase.exchange.feeds.models import Feed
from vardkase.exchange.feeds.problems import FeedProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.queries import Reference
from vardkase.knowledge.cached_sources.kinds import FEED
from vardkase.knowledge.cached_sources.models import CachedSource
from vardkase.misp.flags import as_int


def feeds(actor: Actor) -> QuerySet[Feed]:
    found = Feed.objects.select_related("tag", "sharing_group", "orgc").order_by("pk")
    return found if actor.is_site_admin else found.filter(lookup_visible=True)


def matching(actor: Actor, text: str, state: str) -> QuerySet[Feed]:
    found = feeds(actor).order_by()
    if text:
        found = found.filter(Q(name__icontains=text) | Q(provider__icontains=text))
    conditions = {"on": Q(enabled=True), "cached": Q(caching_enabled=True)}
    return found.filter(conditions[state]) if state in conditions else found


def find_feed(actor: Actor, reference: Reference) -> Feed:
    return first_or_not_found(feeds(actor).filter(pk=as_int(reference) or 0), FeedProblem.NOT_FOUND())


def find_opened_feed(actor: Actor, reference: Reference) -> Feed:
    actor.require_content_access()
    return find_feed(actor, reference)


def described(actor: Actor, numbers: Collection[int]) -> dict[int, dict[str, str]]:
    return {feed.pk: about(feed) for feed in feeds(actor).filter(pk__in=numbers)}


def about(feed: Feed) -> dict[str, str]:
    return {
        "id": str(feed.pk),
        "name": feed.name,
        "url": feed.url,
        "provider": feed.provider,
        "source_format": feed.source_format,
    }


def cached_at(feed_ids: Iterable[int]) -> dict[int, int]:
    """Feed → time of the last caching (Unix seconds), for those that have been cached."""
    found = CachedSource.objects.filter(kind=FEED, number__in=list(feed_ids))
    return {source.number: source.cached for source in found if source.cached is not None}
