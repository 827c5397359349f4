"""Summaries of what was published in the last day, week or month."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_event, make_key
from tests.factories.knowledge import make_galaxy
from tests.factories.seed import Seed
from vardkase.core.clock import now_seconds
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.models import Event, EventTag
from vardkase.knowledge.taxonomies.models import Tag

DAY = 86_400


def published(org: Organisation, info: str, days_ago: float, *tags: str, **fields: Any) -> Event:
    event = make_event(org, info=info, **{"distribution": 1, **fields})
    event.publish_timestamp = now_seconds() - int(days_ago * DAY) - 5
    event.published, event.attribute_count = True, 2
    event.save()
    for name in tags:
        tag, _ = Tag.objects.get_or_create(name=name)
        EventTag.objects.create(event=event, tag=tag)
    return event


def summary(key: str, period: str = "weekly") -> Any:
    status, body = call(key, "GET", f"/users/viewPeriodicSummary/{period}")
    assert status == 200
    return body


def choose(key: str, **filters: Any) -> int:
    body = {"UserSetting": {"periodic_notification_filters": filters}}
    return call(key, "POST", "/users/notificationSettings", body)[0]


def test_periods_and_figures(seed: Seed) -> None:
    published(seed.org_a, "today", 0, "tlp:green", "apt")
    published(seed.org_b, "this week", 3, "apt")
    published(seed.org_b, "this month", 20)
    make_event(seed.org_a, info="draft", distribution=1).save()
    for period, infos in (
        ("daily", ["today"]),
        ("weekly", ["today", "this week"]),
        ("monthly", ["today", "this week", "this month"]),
    ):
        assert [event["info"] for event in summary(seed.analyst.key, period)["events"]] == infos
    body = summary(seed.analyst.key)
    assert (body["event_count"], body["attribute_count"]) == ("2", "4")
    assert body["tags"] == {"apt": "2", "tlp:green": "1"}
    assert body["organisations"] == {"Organisation A": "1", "Organisation B": "1"}
    assert call(seed.analyst.key, "GET", "/users/viewPeriodicSummary/hourly")[0] == 405


def test_summary_has_only_readable_data(seed: Seed) -> None:
    """Also in figures: of events, attributes, tags and organisations."""
    published(seed.org_a, "ours", 0, "secret-tag", distribution=0)
    choose(seed.stranger.key, trending_for_tags=["secret"])
    body = summary(seed.stranger.key)
    assert (body["events"], body["event_count"], body["attribute_count"]) == ([], "0", "0")
    assert (body["tags"], body["organisations"], body["trending"]) == ({}, {}, {})
    assert [event["info"] for event in summary(seed.colleague.key)["events"]] == ["ours"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"event_info": "%PHISH%"}, {"phishing"}),
        ({"tags": ["apt"]}, {"apt one"}),
        ({"tags": ["!APT"]}, {"phishing", "other"}),
        ({"distribution": "3"}, {"other"}),
        ({"distribution": ["1", 3]}, {"phishing", "apt one", "other"}),
        ({"orgc_id": "b"}, {"phishing"}),
        ({"sharing_group_id": 999999}, set()),
    ],
)
def test_users_filters_apply(seed: Seed, filters: dict[str, Any], expected: set[str]) -> None:
    published(seed.org_b, "phishing", 0)
    published(seed.org_a, "apt one", 0, "apt")
    published(seed.org_a, "other", 0, distribution=3)
    wanted = {name: seed.org_b.pk if value == "b" else value for name, value in filters.items()}
    assert choose(seed.analyst.key, **wanted) == 200
    assert {event["info"] for event in summary(seed.analyst.key)["events"]} == expected


def test_trending_tags_over_periods(seed: Seed) -> None:
    for days in (0, 1, 8, 15, 22):
        published(seed.org_a, "e", days, "misp-galaxy:ransomware", "other")
    choose(seed.analyst.key, trending_for_tags=["misp-galaxy:%"], trending_period_amount=2)
    assert summary(seed.analyst.key)["trending"] == {"misp-galaxy:ransomware": [2, 1, 1]}


def test_users_change_only_their_own_settings(seed: Seed) -> None:
    path = "/users/notificationSettings"
    flags = {"notification_daily": True, "notification_weekly": "0", "role_id": "1"}
    body = call(seed.analyst.key, "POST", path, {"User": flags, "UserSetting": {}})[1]
    assert body["User"] == {
        "notification_daily": True, "notification_weekly": False, "notification_monthly": False,
    }  # fmt: skip
    assert call(seed.analyst.key, "GET", path)[1] == body
    assert call(seed.colleague.key, "GET", path)[1]["User"]["notification_daily"] is False
    assert choose(seed.analyst.key, nonsense=1) == 403
    for key in (make_key(seed.analyst.user, read_only=True), None):
        assert call(key, "POST", path, {"User": flags})[0] == 403


def test_tag_of_hidden_cluster_is_not_counted(seed: Seed) -> None:
    galaxy = make_galaxy("actor")
    body = {"value": "of A alone", "description": "d", "source": "s", "distribution": "0"}
    made = call(seed.analyst.key, "POST", f"/galaxy_clusters/add/{galaxy.pk}", body)[1]["GalaxyCluster"]
    name = made["tag_name"]
    published(seed.org_a, "told of", 0, name)
    Tag.objects.filter(name=name).update(is_galaxy=True)
    for key in (seed.analyst.key, seed.stranger.key):
        assert choose(key, trending_for_tags=["misp-galaxy:%"]) == 200
    assert name in summary(seed.analyst.key)["tags"]
    assert summary(seed.stranger.key)["tags"] == {}
    assert name not in str(summary(seed.stranger.key))
