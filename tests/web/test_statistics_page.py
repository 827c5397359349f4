"""Statistics of content: each reader's figures hold what that reader may see, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.knowledge import make_cluster, make_galaxy, make_tag
from tests.factories.seed import ApiUser, Seed
from tests.web.signed_in import signed_in
from vardkase.core.clock import now_seconds
from vardkase.intel.models import Attribute
from vardkase.intel.services.events import add_event
from vardkase.intel.sightings.models import Sighting, SightingType

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def events(seed: Seed) -> None:
    make_tag(HOSTILE)
    cluster = make_cluster(make_galaxy("tool"), "Kit")
    make_tag(cluster.tag_name, is_galaxy=True)
    today = timezone.localdate().isoformat()
    domain = {"type": "domain", "value": "a.example"}
    url = {"type": "url", "value": "http://a.example/", "distribution": 0}
    tags = [{"name": HOSTILE}, {"name": cluster.tag_name}]
    shared = {"distribution": 1, "date": today, "Tag": tags}
    add_event(seed.analyst.actor, {"info": "Shared", **shared, "Attribute": [domain, url]})
    add_event(seed.analyst.actor, {"info": "Own", "distribution": 0, "date": today, "Attribute": [domain]})
    add_event(seed.analyst.actor, {"info": "Old", "distribution": 1, "date": "2011-03-04"})


def shown(user: ApiUser, **query: str) -> Any:
    page = signed_in(user).get(reverse("statistics"), query)
    assert page.status_code == 200
    assert HOSTILE not in page.content.decode()
    return page


def counts(user: ApiUser, **query: str) -> dict[str, int]:
    return {row.name: row.count for row in shown(user, **query).context["rows"]}


def test_figures_are_those_of_the_reader(seed: Seed) -> None:
    assert sum(counts(seed.colleague).values()) == 2
    assert sum(counts(seed.partner).values()) == 1
    assert counts(seed.colleague, show="types") == {"domain": 2, "url": 1}
    assert counts(seed.partner, show="types") == {"domain": 1}
    assert counts(seed.partner, show="organisations") == {seed.org_a.name: 1}
    assert counts(seed.partner, show="tags") == {HOSTILE: 1}
    (cluster, times) = next(iter(counts(seed.partner, show="galaxies").items()))
    assert cluster.startswith("Kit (")
    assert times == 1
    over_time = shown(seed.partner, show="galaxies").context["over_time"]
    assert over_time == [(cluster, [1])]
    people = shown(seed.partner, show="people").context["grown"]
    assert all(counted.total for _label, counted in people[:2])


def test_period_is_chosen_and_unknown_ones_are_the_year(seed: Seed) -> None:
    assert sum(counts(seed.partner, period="all").values()) == 2
    everything = shown(seed.partner, period="all")
    assert everything.context["chart"]
    assert [row.count for row in everything.context["rows"]] == [1, 1]
    for query in ({"period": "x"}, {"show": "x"}, {"period": "\0"}):
        assert sum(counts(seed.partner, **query).values()) == 1


def test_sightings_are_counted_by_month_and_kind(seed: Seed) -> None:
    assert shown(seed.partner, show="sightings").context["sighted"] == []
    now = int(timezone.now().timestamp())
    for attribute in Attribute.objects.filter(type__in=("domain", "url")):
        for kind in (SightingType.SEEN, SightingType.FALSE_POSITIVE):
            Sighting.objects.create(
                attribute=attribute, event_id=attribute.event_id, org=seed.org_a, date_sighting=now, type=kind
            )
    own, *before = shown(seed.colleague, show="sightings").context["sighted"]
    assert own[1] == [3, 3, 0]
    assert [counted for _month, counted in before] == [[0, 0, 0]] * len(before)
    assert len(before) in (11, 12)
    (theirs, *_before) = shown(seed.partner, show="sightings").context["sighted"] or [(None, [0, 0, 0])]
    assert theirs[1][0] <= 1


def test_thirty_days_are_counted_by_day(seed: Seed) -> None:
    page = shown(seed.colleague, period="month")
    # Days of nothing are in the chart alone.
    assert [row.count for row in page.context["rows"]] == [2]
    assert page.context["heading"] == "Händelser per dag"
    assert len(page.context["chart"].labels) == 8
    attribute = Attribute.objects.filter(type="url").get()
    Sighting.objects.create(
        attribute=attribute, event_id=attribute.event_id, org=seed.org_a, date_sighting=now_seconds(), type=0
    )
    sighted = shown(seed.colleague, show="sightings", period="month").context["sighted"]
    assert [counted[0] for _day, counted in sighted] == [1]


def test_sighting_counts_in_the_local_month(seed: Seed, time_machine: Any) -> None:
    """Just after midnight on the first, when it is still the last in UTC."""
    time_machine.move_to(datetime(2026, 11, 30, 23, 20, tzinfo=UTC))
    attribute = Attribute.objects.filter(type="url").get()
    Sighting.objects.create(
        attribute=attribute, event_id=attribute.event_id, org=seed.org_a, date_sighting=now_seconds(), type=0
    )
    assert shown(seed.colleague, show="sightings").context["sighted"][0] == ("december 2026", [1, 0, 0])
