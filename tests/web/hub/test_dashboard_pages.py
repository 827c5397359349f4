"""One's own widgets on the overview: added, moved, set, kept as a layout, shared and taken away again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_event
from tests.factories.knowledge import make_cluster, make_galaxy
from tests.factories.seed import Seed
from tests.web.signed_in import signed_in
from vardkase.core.clock import now_seconds
from vardkase.hub.dashboards.models import DashboardTemplate
from vardkase.hub.dashboards.services import set_dashboard
from vardkase.identity.user_settings.models import UserSetting
from vardkase.intel.models import EventTag
from vardkase.intel.services.events import add_event
from vardkase.knowledge.taxonomies.models import Tag

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_is_enough")]

HOSTILE = "<script>alert(1)</script>"


def own(client: Client) -> Any:
    return client.get(reverse("dashboard")).context["layout"]


def names(client: Client) -> list[str]:
    return [each.widget.name for each in own(client).placed]


def add(client: Client, name: str) -> None:
    client.post(reverse("dashboard_add"), {"widget": name, "seen": own(client).mark})


def test_overview_stays_as_it_is_until_widgets_are_chosen(seed: Seed) -> None:
    client = signed_in(seed.analyst)
    home = client.get("/")
    assert home.context["widgets"] == []
    assert reverse("dashboard") in home.content.decode()
    assert not own(client).is_own

    for name in ("MispStatusWidget", "AttributeTypesWidget", "EventStreamWidget"):
        add(client, name)
    assert len(client.get("/").context["widgets"]) == 3
    mark = own(client).mark
    client.post(reverse("dashboard_move", args=[2]), {"to": "up", "seen": mark})
    assert names(client) == ["MispStatusWidget", "EventStreamWidget", "AttributeTypesWidget"]
    # Another window still shows the former order: what it sends changes nothing.
    client.post(reverse("dashboard_remove", args=[0]), {"seen": mark})
    assert len(names(client)) == 3

    setting = reverse("dashboard_configure", args=[2])
    mark = client.get(setting).context["form"].initial["seen"]
    assert client.post(setting, {"limit": "0", "seen": mark}).status_code == 422
    assert client.post(setting, {"alias": HOSTILE, "limit": "3", "seen": mark}).status_code == 302
    page = client.get(reverse("dashboard"))
    assert HOSTILE not in page.content.decode()
    assert page.context["placed"][2][1] == HOSTILE
    assert UserSetting.objects.get(setting="dashboard").value[2]["config"]["limit"] == 3

    client.post(reverse("dashboard_remove", args=[0]), {"seen": own(client).mark})
    assert names(client) == ["EventStreamWidget", "AttributeTypesWidget"]
    for _ in range(30):
        add(client, "WhoamiWidget")
    assert len(names(client)) == 24
    assert client.get(reverse("dashboard_reset")).status_code == 200
    client.post(reverse("dashboard_reset"))
    assert client.get("/").context["widgets"] == []


def test_widgets_count_what_their_reader_sees(seed: Seed) -> None:
    add_event(
        seed.stranger.actor,
        {"info": "Secret title", "distribution": 0, "Attribute": [{"type": "domain", "value": "s.example"}]},
    )
    add_event(
        seed.analyst.actor,
        {"info": HOSTILE, "distribution": 1, "Attribute": [{"type": "url", "value": "http://a.example/"}]},
    )
    client = signed_in(seed.analyst)
    add(client, "AttributeTypesWidget")
    add(client, "MispStatusWidget")
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(reverse("dashboard_widget", args=[0]), headers=headers)
        assert [(line.label, line.value) for line in page.context["lines"]] == [("url", "1")]
    assert ("<html" in page.content.decode()) is False
    assert client.get(reverse("dashboard_widget", args=[9])).status_code == 404
    # A widget for administrators is neither offered nor added, and a layout from elsewhere cannot bring it in.
    assert client.post(reverse("dashboard_add"), {"widget": "MispAdminWorkerWidget"}).status_code == 403
    broken = [
        {"widget": "MispAdminWorkerWidget", "config": {}},
        {"widget": "Nothing", "config": 5, "position": 7},
        {"widget": "TrendingTagsWidget", "config": {"period": "ever"}},
    ]
    set_dashboard(seed.analyst.actor, broken)
    assert names(client) == ["TrendingTagsWidget"]
    assert client.get("/").status_code == 200
    assert client.get(reverse("dashboard_widget", args=[2])).context["wrong"]
    assert client.get(reverse("dashboard_widget", args=[0])).status_code == 404


def test_most_used_tags_are_shown_in_words(seed: Seed) -> None:
    galaxy = make_galaxy("target", name="Target")
    own = make_cluster(galaxy, "Own cluster")
    own.tag_name = f'misp-galaxy:target="{own.uuid}"'
    own.save()
    event = make_event(seed.org_a, published=True, publish_timestamp=now_seconds() - 60)
    event.save()
    for name in (own.tag_name, "tlp:green"):
        EventTag.objects.create(event=event, tag=Tag.objects.get_or_create(name=name)[0])
    client = signed_in(seed.analyst)
    add(client, "TrendingTagsWidget")
    lines = client.get(reverse("dashboard_widget", args=[0])).context["lines"]
    assert sorted(str(line.label) for line in lines) == ["TLP:GREEN", "Target: Own cluster"]


def test_layouts_are_saved_shared_and_used(seed: Seed) -> None:
    client, boss, other = signed_in(seed.analyst), signed_in(seed.site_admin), signed_in(seed.stranger)
    add(client, "WhoamiWidget")
    save = reverse("dashboard_save")
    assert client.post(save, {"name": ""}).status_code == 422
    client.post(save, {"name": "Mine", "selectable": "on"})
    mine = DashboardTemplate.objects.get()
    assert not mine.selectable  # Only site administrators offer one to everyone.
    assert list(other.get(reverse("dashboard")).context["layouts"]) == []
    for name in ("dashboard_use", "dashboard_layout_delete"):
        assert other.post(reverse(name, args=[mine.pk])).status_code == 404
    add(boss, "MispStatusWidget")
    boss.post(save, {"name": "For all", "selectable": "on"})
    shared = DashboardTemplate.objects.get(name="For all")
    other.post(reverse("dashboard_use", args=[shared.pk]))
    assert names(other) == ["MispStatusWidget"]
    assert other.post(reverse("dashboard_layout_delete", args=[shared.pk])).status_code == 403
    assert client.get(reverse("dashboard_layout_delete", args=[mine.pk])).status_code == 200
    client.post(reverse("dashboard_layout_delete", args=[mine.pk]))
    assert DashboardTemplate.objects.count() == 1
