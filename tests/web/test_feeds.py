"""The pages of feeds, and what other pages tell of them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.api.calls import call
from tests.cast import Cast, Player
from vardkase.exchange.feeds.models import Feed
from vardkase.identity.accounts.models import Role
from vardkase.knowledge.caches import kinds
from vardkase.knowledge.caches.hashing import md5_of
from vardkase.knowledge.caches.services import store

pytestmark = pytest.mark.usefixtures("password_is_enough")


def signed_in(player: Player, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(player.user)
    return client


@pytest.fixture
def feed(cast: Cast) -> Feed:
    """A cached list that everybody may know of."""
    feed = Feed.objects.create(
        name="Blocklist", provider="Somebody", url="https://feed.example/list", lookup_visible=True
    )
    store(kinds.FEED, feed.pk, [(md5_of("evil.example"), None)])
    return feed


@pytest.fixture
def event(cast: Cast) -> int:
    """An event with a value of the list."""
    attributes = [{"type": "domain", "value": "evil.example"}]
    body = {"info": "Beacon", "distribution": 1, "Attribute": attributes}
    return int(call(cast.analyst.key, "POST", "/events/add", body)[1]["Event"]["id"])


def test_pages_tell_which_feeds_know_a_value(cast: Cast, feed: Feed, event: int) -> None:
    value = f"{reverse('value')}?v=evil.example"
    pages = (reverse("event", args=[event]), value, f"{reverse('search')}?q=evil.example")
    for page in pages:
        assert "Blocklist" in signed_in(cast.site_admin).get(page).content.decode(), page
        assert "Blocklist" not in signed_in(cast.analyst).get(page).content.decode(), page
    Role.objects.update(perm_view_feed_correlations=True)
    assert "Blocklist" in signed_in(cast.analyst).get(value).content.decode()
    Feed.objects.update(lookup_visible=False)
    assert "Blocklist" not in signed_in(cast.analyst).get(value).content.decode()
