"""Which feeds and connected instances know a value, in the API and on pages, as far as the reader may see."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.seed import ApiUser, Seed
from vardkase.exchange.feeds.models import Feed, SourceFormat
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import Role
from vardkase.intel.models import Event
from vardkase.knowledge.cached_sources import kinds
from vardkase.knowledge.cached_sources.hashing import md5_of
from vardkase.knowledge.cached_sources.models import CachedOverlap, CachedSource, CachedValue
from vardkase.knowledge.cached_sources.queries import coverage, overlaps
from vardkase.knowledge.cached_sources.services import forget, store

THEIRS, ANOTHER = str(uuid4()), str(uuid4())


@pytest.fixture
def feeds(seed: Seed) -> tuple[Feed, Feed]:
    """A MISP feed that everyone may see, and a list for site administrators; all roles see feed correlations."""
    Role.objects.update(perm_view_feed_correlations=True)
    shown, hidden = (
        Feed.objects.create(
            name=name,
            provider="P",
            url=f"https://{name}.example",
            source_format=source_format,
            lookup_visible=name == "shown",
        )
        for name, source_format in (("shown", SourceFormat.MISP), ("hidden", SourceFormat.FREETEXT))
    )
    store(
        kinds.FEED, shown.pk, [(md5_of("evil.example"), THEIRS), (md5_of("evil.example"), ANOTHER), (md5_of("x"), None)]
    )  # fmt: skip
    store(kinds.FEED, hidden.pk, [(md5_of("evil.example"), None), (md5_of("192.0.2.1"), None)])
    return shown, hidden


@pytest.fixture
def event(seed: Seed) -> Event:
    """Three attributes: one that both feeds know, one of which the list knows a half, and one that no feed knows."""
    event = make_event(seed.org_a, distribution=1, published=True)
    event.save()
    make_attribute(event, type="domain", value1="evil.example").save()
    make_attribute(event, type="domain|ip", value1="other.example", value2="192.0.2.1").save()
    make_attribute(event, type="domain", value1="alone.example").save()
    return event


def viewed(api_user: ApiUser, path: str) -> dict[str, Any]:
    status, body = call(api_user.key, "GET", path)
    assert status == 200
    return body["Event"]  # type: ignore[no-any-return]


def feed_names(document: dict[str, Any]) -> list[str]:
    return [feed["name"] for feed in document.get("Feed", [])]


def test_attributes_and_event_list_matching_feeds(seed: Seed, feeds: tuple[Feed, Feed], event: Event) -> None:
    document = viewed(seed.site_admin, f"/events/view/{event.pk}")
    first, half, alone = document["Attribute"]
    assert (feed_names(first), feed_names(half), feed_names(alone)) == (["shown", "hidden"], ["hidden"], [])
    assert first["Feed"][0] == {
        "id": str(feeds[0].pk), "name": "shown", "url": "https://shown.example", "provider": "P",
        "source_format": "misp", "event_uuids": sorted([THEIRS, ANOTHER]),
    }  # fmt: skip
    assert "event_uuids" not in first["Feed"][1]
    assert feed_names(document) == ["shown", "hidden"]
    assert "Feed" not in alone
    silent = viewed(seed.site_admin, f"/events/view/{event.pk}/includeFeedCorrelations:0")
    assert "Feed" not in silent
    assert "Feed" not in silent["Attribute"][0]


def test_searches_list_matching_feeds_on_request(seed: Seed, feeds: tuple[Feed, Feed], event: Event) -> None:
    def found(**more: Any) -> dict[str, Any]:
        body = call(seed.site_admin.key, "POST", "/events/restSearch", {"eventid": event.pk, **more})[1]
        return body["response"][0]["Event"]  # type: ignore[no-any-return]

    assert feed_names(found()) == []
    assert feed_names(found(includeFeedCorrelations=1)) == ["shown", "hidden"]


def test_other_users_see_only_visible_feeds(seed: Seed, feeds: tuple[Feed, Feed], event: Event) -> None:
    path = f"/events/view/{event.pk}"
    assert feed_names(viewed(seed.analyst, path)) == ["shown"]
    feeds[0].lookup_visible = False
    feeds[0].save()
    assert feed_names(viewed(seed.analyst, path)) == []


def test_role_without_permission_sees_no_feed_correlations(
    seed: Seed, feeds: tuple[Feed, Feed], event: Event
) -> None:
    Role.objects.filter(perm_site_admin=False).update(perm_view_feed_correlations=False)
    analyst = ApiUser(type(seed.analyst.user).objects.get(pk=seed.analyst.user.pk), seed.analyst.key)
    assert feed_names(viewed(analyst, f"/events/view/{event.pk}")) == []


def test_attributes_without_correlation_are_not_looked_up(
    seed: Seed, feeds: tuple[Feed, Feed], event: Event
) -> None:
    event.attributes.filter(value1="evil.example").update(disable_correlation=True)
    assert feed_names(viewed(seed.site_admin, f"/events/view/{event.pk}")) == ["hidden"]


def test_lookups_need_no_query_per_attribute(seed: Seed, feeds: tuple[Feed, Feed], event: Event) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            viewed(seed.site_admin, f"/events/view/{event.pk}")
        return len(captured)

    few = queries()
    for number in range(20):
        make_attribute(event, type="domain", value1=f"{number}.example").save()
    assert queries() == few


def test_recaching_replaces_values_and_counts(seed: Seed, feeds: tuple[Feed, Feed]) -> None:
    shown, hidden = feeds
    [(_, others), _] = overlaps(seed.site_admin.actor)
    assert [(each.shared, each.percent) for each in others] == [(1, 50)]
    assert overlaps(seed.analyst.actor)[0][1] == []
    store(kinds.FEED, hidden.pk, [(md5_of("x"), None), (md5_of("x"), None), (md5_of("evil.example"), None)])
    assert CachedSource.objects.get(number=hidden.pk).size == 2
    assert coverage(kinds.FEED, shown.pk) == 100
    store(kinds.FEED, hidden.pk, [])
    assert not CachedOverlap.objects.exists()
    assert CachedValue.objects.count() == 3
    forget(kinds.FEED, shown.pk)
    assert not CachedValue.objects.exists()


def test_value_in_several_feeds_is_covered_once(seed: Seed, feeds: tuple[Feed, Feed]) -> None:
    third = Feed.objects.create(name="third", provider="P", url="https://third.example")
    store(kinds.FEED, third.pk, [(md5_of("evil.example"), None)])
    assert coverage(kinds.FEED, feeds[0].pk) == 50.0


def test_connected_instances_are_listed_with_the_feeds(
    seed: Seed, feeds: tuple[Feed, Feed], event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def describe(actor: Actor, numbers: Any) -> dict[int, kinds.About]:
        return {7: {"id": "7", "name": "Norden", "url": "https://norden.example"}}

    monkeypatch.setitem(kinds._kinds, kinds.SERVER, describe)
    store(kinds.SERVER, 7, [(md5_of("evil.example"), THEIRS)])
    path = f"/events/view/{event.pk}/includeServerCorrelations:1"
    first = viewed(seed.site_admin, path)["Attribute"][0]
    assert [server["name"] for server in first["Server"]] == ["Norden"]
    hits = call(seed.site_admin.key, "POST", "/feeds/searchCaches", {"value": "evil.example"})[1]
    assert [(hit["Feed"]["name"], hit["Feed"]["type"]) for hit in hits] == [
        ("shown", "Feed"), ("hidden", "Feed"), ("Norden", "MISP Server"),
    ]  # fmt: skip
    assert hits[2]["Feed"]["direct_urls"][0]["url"] == f"https://norden.example/events/view/{THEIRS}"
    compared = call(seed.site_admin.key, "GET", "/feeds/compareFeeds")[1]
    assert [each["Feed"]["name"] for each in compared] == ["shown", "hidden", "Norden"]
    assert compared[2]["Feed"]["is_misp_server"]
