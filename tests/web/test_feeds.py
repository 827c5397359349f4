"""The pages of feeds, and what other pages show of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.api.calls import call
from tests.exchange.servers import HERE
from tests.exchange.test_feed_fetching import FIRST, misp_files, publishing
from tests.exchange.test_feed_fetching import event as feed_event
from tests.factories.knowledge import make_tag
from tests.factories.seed import ApiUser, Seed
from vardkase.core.problems import stored
from vardkase.exchange.feeds.models import HEADERS, Feed, FeedRun
from vardkase.exchange.feeds.problems import FeedContentProblem
from vardkase.exchange.own_feeds.models import OwnFeed
from vardkase.identity.accounts.models import Role
from vardkase.intel.models import Event
from vardkase.knowledge.cached_sources import kinds
from vardkase.knowledge.cached_sources.hashing import md5_of
from vardkase.knowledge.cached_sources.services import store

pytestmark = pytest.mark.usefixtures("password_is_enough")


def signed_in(api_user: ApiUser, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(api_user.user)
    return client


@pytest.fixture
def feed(seed: Seed) -> Feed:
    """A cached feed that everyone may look up."""
    feed = Feed.objects.create(
        name="Blocklist", provider="Somebody", url="https://feed.example/list", lookup_visible=True
    )
    store(kinds.FEED, feed.pk, [(md5_of("evil.example"), None)])
    return feed


@pytest.fixture
def event(seed: Seed) -> int:
    """An event with a value of the feed."""
    attributes = [{"type": "domain", "value": "evil.example"}]
    body = {"info": "Beacon", "distribution": 1, "Attribute": attributes}
    return int(call(seed.analyst.key, "POST", "/events/add", body)[1]["Event"]["id"])


def test_pages_show_which_feeds_contain_value(seed: Seed, feed: Feed, event: int) -> None:
    value = f"{reverse('value')}?v=evil.example"
    pages = (reverse("event", args=[event]), value, f"{reverse('search')}?q=evil.example")
    for page in pages:
        assert "Blocklist" in signed_in(seed.site_admin).get(page).content.decode(), page
        assert "Blocklist" not in signed_in(seed.analyst).get(page).content.decode(), page
    Role.objects.update(perm_view_feed_correlations=True)
    assert "Blocklist" in signed_in(seed.analyst).get(value).content.decode()
    Feed.objects.update(lookup_visible=False)
    assert "Blocklist" not in signed_in(seed.analyst).get(value).content.decode()


LIST = "/administration/feeds/"


def form_of(**fields: object) -> dict[str, object]:
    """The minimal feed form."""
    return {
        "name": "Addresses", "provider": "Somebody", "source_format": "csv", "url": "https://feed.example/a.csv",
        "distribution": "1", "fixed_event": "1", "columns": "2", "delimiter": ";", **fields,
    }  # fmt: skip


def test_feed_is_added_and_changed(seed: Seed) -> None:
    client = signed_in(seed.site_admin)
    make_tag("feed:own")
    fields = {
        "tag": "feed:own", "basic_name": "hub", "basic_password": "s3cret", "enabled": "on", "excluderegex": "/x/",
        "orgs_or": "Org one\nOrg two", "changed": "30d", "unpublish_event": "on",
    }  # fmt: skip
    answer = client.post(f"{LIST}new/", form_of(**fields))
    feed = Feed.objects.get()
    assert answer.headers["Location"] == f"{LIST}{feed.pk}/"
    assert (feed.enabled, feed.distribution, feed.tag and feed.tag.name) == (True, 1, "feed:own")
    assert feed.settings["csv"] == {"value": "2", "delimiter": ";"}
    assert feed.settings["unpublish_event"] is True
    assert feed.rules["orgs"]["OR"] == ["Org one", "Org two"]  # type: ignore[index]
    assert feed.rules["url_params"] == '{"timestamp": "30d"}'  # type: ignore[index]
    shown = client.get(f"{LIST}{feed.pk}/edit/").content.decode()
    assert "Authorization: *****" in shown
    assert "s3cret" not in shown
    client.post(f"{LIST}{feed.pk}/edit/", form_of(headers="Authorization: *****", orgs_or="Org one"))
    assert HEADERS.decrypt(Feed.objects.get().encrypted_headers).startswith("Authorization: Basic ")
    assert Feed.objects.get().rules["orgs"]["OR"] == ["Org one"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"url": "nowhere"}, "http"),
        ({"columns": "one"}, "column numbers"),
        ({"input_source": "local", "url": "../passwd"}, "no feeds folder"),
        ({"tag": "nosuch"}, "No tag has this name."),
        ({"distribution": "4"}, "Choose which group."),
        ({"changed": "soon"}, "such as 30d"),
    ],
)
def test_invalid_feed_is_reported_at_its_field(seed: Seed, fields: dict[str, str], words: str) -> None:
    answer = signed_in(seed.site_admin).post(f"{LIST}new/", form_of(**fields))
    assert (answer.status_code, Feed.objects.exists()) == (422, False)
    assert words in answer.content.decode()


def test_feed_is_previewed_fetched_and_deleted(seed: Seed, feed: Feed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    client = signed_in(seed.site_admin)
    page = f"{LIST}{feed.pk}/"
    with publishing({"/list": b"evil.example.com\n10.1.1.1\n"}) as server:
        Feed.objects.update(url=f"{server.url}/list")
        inside = client.get(f"{page}inside/").content.decode()
        assert "10.1.1.1" in inside
        assert "evil" in inside
    assert "could not be reached" in client.get(f"{page}inside/").content.decode()
    client.post(f"{page}switch/", {"on": "1"})
    assert Feed.objects.get().enabled
    assert "neither been fetched" in client.get(page).content.decode()
    for act in ("fetch", "cache"):
        client.post(f"{page}{act}/")
    ordered = client.get(page).content.decode()
    assert "every 3s" in ordered
    assert "will start in a moment" in ordered
    assert "neither been fetched" not in ordered
    assert set(ProcrastinateJob.objects.values_list("task_name", flat=True)) == {"feeds.fetch", "feeds.cache"}
    assert "Blocklist" in client.get(LIST).content.decode()
    assert "Blocklist" not in client.get(f"{LIST}?q=nosuch").content.decode()
    assert client.get(f"{page}delete/").status_code == 200
    client.post(f"{page}delete/")
    assert not Feed.objects.exists()


def test_feed_events_are_previewed_and_imported(seed: Seed, settings: Any) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    client = signed_in(seed.site_admin)
    with publishing(misp_files(feed_event(FIRST, 1000, "one.example"))) as server:
        feed = Feed.objects.create(
            name="Events", provider="P", url=f"{server.url}/feed", source_format="misp", distribution=1
        )
        page = f"{LIST}{feed.pk}/inside/"
        assert "event 29ce" in client.get(page).content.decode()
        assert (
            "The event is now on this hub."
            in client.post(f"{page}take/", {"event": FIRST}, follow=True).content.decode()
        )
        assert Event.objects.filter(uuid=FIRST).exists()
        assert "Exists here" in client.get(page).content.decode()
        unknown = client.post(f"{page}take/", {"event": str(uuid4())}, follow=True)
        assert unknown.status_code == 200


def test_runs_and_overlap_of_feeds_are_shown(seed: Seed, feed: Feed) -> None:
    FeedRun.objects.create(
        feed=feed, act="fetch", state="failed", fault=stored(FeedContentProblem.STATUS(status=404))
    )
    FeedRun.objects.create(feed=feed, act="cache", state="running", done=70_000)
    other = Feed.objects.create(name="Other", provider="P", url="https://other.example")
    store(kinds.FEED, other.pk, [(md5_of("evil.example"), None), (md5_of("x"), None)])
    client = signed_in(seed.site_admin)
    page = client.get(f"{LIST}{feed.pk}/").content.decode()
    assert "The feed’s server responded with status 404." in page
    assert re.search(r"70\D000 values found so far", page)
    matrix = client.get(f"{LIST}overlap/").content.decode()
    assert "100 %" in matrix
    assert "50 %" in matrix


def test_own_feed_is_created_and_served(seed: Seed, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    client = signed_in(seed.site_admin)
    form = {
        "name": "public", "organisation_id": seed.org_a.pk, "distributions": ["2", "3"], "readers": "members",
        "without_tags": ["private:yes"], "enabled": "on", "sharing_groups": [],
    }  # fmt: skip
    assert client.post(f"{LIST}own/new/", form).headers["Location"] == f"{LIST}own/public/"
    own = OwnFeed.objects.get()
    assert (own.distributions, own.filters, own.members, own.open) == (
        [2, 3],
        {"tags": ["!private:yes"]},
        True,
        False,
    )
    assert ProcrastinateJob.objects.get().task_name == "own_feeds.write"
    made = client.post(f"{LIST}own/public/key/").content.decode()
    assert "It is shown only now" in made
    assert "It is shown only now" not in client.get(f"{LIST}own/public/").content.decode()
    client.post(f"{LIST}own/public/key/remove/")
    assert OwnFeed.objects.get().token_digest is None
    refused = client.post(f"{LIST}own/public/edit/", {**form, "readers": "open"})
    assert "A feed that anyone may read contains only what is for everyone" in refused.content.decode()
    searched = client.post(f"{LIST}own/new/", {**form, "find": "tags", "q_tags": "ours:%"}).content.decode()
    assert 'value="ours:%"' in searched
    named = client.post(f"{LIST}own/new/", {**form, "name": "Ours, all"}).content.decode()
    assert "Use only letters from a to z" in named
    client.post(f"{LIST}own/public/edit/", {**form, "readers": "token", "since": "2020-01-01"})
    assert OwnFeed.objects.get().filters["publish_timestamp"] == "2020-01-01"
    assert "public" in client.get(f"{LIST}own/").content.decode()
    client.post(f"{LIST}own/public/delete/")
    assert not OwnFeed.objects.exists()


def test_default_feeds_are_added_once(seed: Seed) -> None:
    client = signed_in(seed.site_admin, "sv")
    page = client.post(f"{LIST}known/", follow=True).content.decode()
    assert "avslagna" in page
    assert "finns redan här" in client.post(f"{LIST}known/", follow=True).content.decode()


@pytest.mark.parametrize(
    "path",
    ["", "new/", "overlap/", "own/", "own/new/", "{pk}/", "{pk}/edit/", "{pk}/inside/", "{pk}/delete/"],
)
def test_pages_require_site_administrator(seed: Seed, feed: Feed, path: str) -> None:
    for who in (seed.analyst, seed.org_admin, seed.reader):
        assert signed_in(who).get(LIST + path.format(pk=feed.pk)).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "known/",
        "{pk}/fetch/",
        "{pk}/cache/",
        "{pk}/switch/",
        "{pk}/delete/",
        "{pk}/inside/take/",
        "own/x/key/",
    ],
)
def test_actions_require_site_administrator_and_post(seed: Seed, feed: Feed, path: str) -> None:
    assert signed_in(seed.org_admin).post(LIST + path.format(pk=feed.pk)).status_code == 403
    assert signed_in(seed.site_admin).get(f"{LIST}{feed.pk}/fetch/").status_code == 405
    assert Feed.objects.count() == 1
