"""Dashboards: widgets over what the reader may see, and stored layouts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories import make_event, make_key
from tests.factories.seed import Seed
from vardkase.core.clock import now_seconds
from vardkase.hub.dashboards.models import DashboardTemplate
from vardkase.intel.models import EventTag
from vardkase.knowledge.taxonomies.models import Tag

LAYOUT = [{"widget": "WhoamiWidget", "config": {}, "position": {"x": 0, "y": 0, "width": 2, "height": 2}}]


@pytest.fixture(autouse=True)
def private_event(seed: Seed) -> None:
    """An event that only organisation A reads."""
    event = make_event(seed.org_a, info="ours", distribution=0)
    event.published, event.publish_timestamp, event.attribute_count = True, now_seconds() - 60, 3
    event.save()
    EventTag.objects.create(event=event, tag=Tag.objects.create(name="apt"))


def shown(key: str, widget: str, **config: Any) -> Any:
    return call(key, "POST", "/dashboards/renderWidget/1", {"widget": widget, "config": json.dumps(config)})


def test_widgets_show_only_readable_data(seed: Seed) -> None:
    for widget, ours in (
        ("TrendingTagsWidget", {"apt": 1}),
        ("OrgContributionToplistWidget", {"Organisation A": 1}),
    ):
        assert shown(seed.analyst.key, widget)[1]["data"] == {"data": ours}
        assert shown(seed.stranger.key, widget)[1]["data"] == {"data": {}}
    stream = shown(seed.analyst.key, "EventStreamWidget", period="daily", limit=1)[1]
    assert (stream["render"], stream["data"]["data"][0]["info"]) == ("Index", "ours")
    assert shown(seed.stranger.key, "EventStreamWidget")[1]["data"]["data"] == []
    status = {row["title"]: row["value"] for row in shown(seed.stranger.key, "MispStatusWidget")[1]["data"]}
    assert (status["Events"], status["Attributes"]) == (0, 0)
    assert shown(seed.stranger.key, "AttributeTypesWidget")[1]["data"] == {"data": {}}
    who = shown(seed.analyst.key, "WhoamiWidget", alias="Me")[1]
    assert (who["title"], who["data"][0]) == ("Me", {"title": "Email", "value": "analyst@a.example"})


def test_invalid_widget_or_layout_is_refused(seed: Seed) -> None:
    assert shown(seed.analyst.key, "NoSuchWidget")[0] == 404
    assert shown(seed.analyst.key, "TrendingTagsWidget", period="hourly")[0] == 400
    body = {"widget": "WhoamiWidget", "config": "[1]"}
    assert call(seed.analyst.key, "POST", "/dashboards/renderWidget", body)[0] == 400
    for value in ("x", {"a": 1}, [1], [{"config": {}}], None):
        status, answer = call(
            seed.analyst.key, "POST", "/dashboards/updateSettings", {"Dashboard": {"value": value}}
        )
        assert (status, list(answer["errors"])) == (403, ["value"])


def test_worker_widget_is_for_site_administrators(seed: Seed) -> None:
    assert "MispAdminWorkerWidget" in call(seed.site_admin.key, "GET", "/dashboards/getForm")[1]
    assert "MispAdminWorkerWidget" not in call(seed.analyst.key, "GET", "/dashboards/getForm")[1]
    assert shown(seed.site_admin.key, "MispAdminWorkerWidget")[0] == 200
    assert shown(seed.org_admin.key, "MispAdminWorkerWidget")[0] == 403
    assert call(seed.analyst.key, "GET", "/dashboards/getEmptyWidget/MispAdminWorkerWidget")[0] == 403


def test_layout_is_saved_and_returned(seed: Seed) -> None:
    first = call(seed.analyst.key, "GET", "/dashboards/index")[1]
    assert [each["widget"] for each in first] == [
        "MispStatusWidget",
        "TrendingTagsWidget",
        "EventStreamWidget",
    ]
    body = {"Dashboard": {"value": json.dumps(LAYOUT)}}
    assert call(seed.analyst.key, "POST", "/dashboards/updateSettings", body)[0] == 200
    assert call(seed.analyst.key, "GET", "/dashboards/index")[1] == LAYOUT
    exported = call(seed.analyst.key, "GET", "/dashboards/export")[1]
    assert call(seed.colleague.key, "POST", "/dashboards/import", exported)[0] == 200
    assert call(seed.colleague.key, "GET", "/dashboards/index")[1] == LAYOUT
    read_only = make_key(seed.analyst.user, read_only=True)
    assert call(read_only, "POST", "/dashboards/updateSettings", body)[0] == 403


def test_templates_are_saved_and_shared(seed: Seed) -> None:
    save = "/dashboards/saveTemplate"
    sent = {"name": "Mine", "value": LAYOUT, "selectable": True}
    mine = call(seed.analyst.key, "POST", save, {"Dashboard": sent})[1]["Dashboard"]
    assert (json.loads(mine["value"]), mine["selectable"]) == (LAYOUT, False)  # An analyst cannot share it.
    offered = call(seed.site_admin.key, "POST", save, {"name": "All", "selectable": True})[1]["Dashboard"]
    assert [
        each["Dashboard"]["name"] for each in call(seed.stranger.key, "GET", "/dashboards/listTemplates")[1]
    ] == ["All"]
    assert call(seed.stranger.key, "POST", f"{save}/{mine['id']}", {"name": "x"})[0] == 404
    for action in ("saveTemplate", "deleteTemplate"):
        assert (
            call(seed.analyst.key, "POST", f"/dashboards/{action}/{offered['id']}", {"name": "x"})[0] == 403
        )
    assert call(seed.analyst.key, "POST", save, {"name": ""})[0] == 403
    assert call(seed.analyst.key, "POST", f"{save}/{mine['id']}", {"name": "Renamed"})[0] == 200
    assert DashboardTemplate.objects.get(pk=mine["id"]).value == LAYOUT
    assert call(seed.analyst.key, "POST", f"/dashboards/deleteTemplate/{mine['id']}")[0] == 200
    assert DashboardTemplate.objects.count() == 1


@pytest.mark.django_db
def test_empty_list_clears_dashboard(seed: Seed) -> None:
    key = seed.analyst.key
    layout = [{"widget": "WhoamiWidget"}]
    for empty in ([], {"Dashboard": {"value": []}}):
        assert call(key, "POST", "/dashboards/updateSettings", layout)[0] == 200
        assert call(key, "POST", "/dashboards/updateSettings", {})[0] == 403
        assert len(call(key, "GET", "/dashboards/export")[1]["value"]) == 1
        assert call(key, "POST", "/dashboards/updateSettings", empty)[0] == 200
        assert call(key, "GET", "/dashboards/export")[1]["value"] == []
