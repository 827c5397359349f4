"""Saved graphs of events, visible only within an organisation."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from tests.api.calls import call, send
from tests.core.test_png import picture
from tests.factories import make_event
from tests.factories.seed import ApiUser, Seed
from vardkase.audit.models import AuditEntry
from vardkase.intel.event_graphs import services
from vardkase.intel.event_graphs.models import EventGraph
from vardkase.intel.models import Event

PICTURE = b64encode(picture()).decode()
DRAWING = {"nodes": [{"id": 1, "x": 3}], "edges": []}


@pytest.fixture
def event(seed: Seed) -> Event:
    made = make_event(seed.org_a, distribution=3, published=True)
    made.save()
    return made


def save_graph(api_user: ApiUser, event: Event, **fields: Any) -> tuple[int, Any]:
    given = {
        "network_json": DRAWING,
        "network_name": "mine",
        "preview_img": f"data:image/png;base64,{PICTURE}",
    }
    return call(api_user.key, "POST", f"/eventGraph/add/{event.uuid}", {"EventGraph": {**given, **fields}})


def test_graph_is_saved_shown_and_deleted(seed: Seed, event: Event) -> None:
    status, body = save_graph(seed.analyst, event)
    assert (status, body["name"]) == (200, "EventGraph added.")
    _, (shown,) = call(seed.colleague.key, "GET", f"/eventGraph/view/{event.pk}")
    graph = shown["EventGraph"]
    assert (json.loads(graph["network_json"]), graph["network_name"]) == (DRAWING, "mine")
    assert (graph["preview_img"].partition(",")[2], shown["User"]["email"]) == (PICTURE, "analyst@a.example")
    assert call(seed.colleague.key, "GET", f"/eventGraph/view/{event.pk}/{body['id']}")[1] == [shown]
    image = send(seed.colleague.key, "GET", f"/eventGraph/viewPicture/{event.pk}/{body['id']}")
    assert (image["Content-Type"], image["X-Content-Type-Options"], image.content) == (
        "image/png",
        "nosniff",
        picture(),
    )
    assert call(seed.colleague.key, "POST", f"/eventGraph/delete/{body['id']}")[0] == 200
    assert call(seed.analyst.key, "GET", f"/eventGraph/view/{event.pk}") == (200, [])
    acts = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert acts[-2:] == ["event_graph.added", "event_graph.deleted"]


def test_graph_as_sent_by_misps_pages_is_accepted(seed: Seed, event: Event) -> None:
    assert save_graph(seed.analyst, event, network_json=json.dumps(DRAWING), preview_img=None)[0] == 200
    kept = EventGraph.objects.get()
    assert json.loads(kept.network_json) == DRAWING
    assert send(seed.analyst.key, "GET", f"/eventGraph/viewPicture/{event.pk}/{kept.pk}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("network_json", None),
        ("network_json", "not json"),
        ("network_json", "3"),
        ("network_json", [["x" * 1024] * 1100]),
        ("network_json", "[" * 5000),
        ("network_name", "x" * 256),
        ("network_name", {}),
        ("preview_img", "nonsense!"),
        ("preview_img", b64encode(b"<svg/>").decode()),
        ("preview_img", b64encode(picture() + b"<script>").decode()),
    ],
)
def test_invalid_fields_are_named(seed: Seed, event: Event, field: str, value: Any) -> None:
    status, body = save_graph(seed.analyst, event, **{field: value})
    assert (status, list(body["errors"])) == (403, [field])
    assert not EventGraph.objects.exists()


def test_other_organisations_never_see_the_graph(seed: Seed, event: Event) -> None:
    """The drawing may contain what only its author may read."""
    _, body = save_graph(seed.analyst, event)
    number = body["id"]
    for api_user in (seed.partner, seed.stranger):
        assert call(api_user.key, "GET", f"/eventGraph/view/{event.pk}") == (200, [])
        assert call(api_user.key, "GET", f"/eventGraph/view/{event.pk}/{number}")[0] == 404
        assert call(api_user.key, "GET", f"/eventGraph/viewPicture/{event.pk}/{number}")[0] == 404
        assert call(api_user.key, "POST", f"/eventGraph/delete/{number}")[0] == 404
    assert len(call(seed.site_admin.key, "GET", f"/eventGraph/view/{event.pk}")[1]) == 1


def test_readers_have_own_graphs_while_they_can_read_the_event(seed: Seed, event: Event) -> None:
    assert save_graph(seed.stranger, event)[0] == 200
    assert call(seed.analyst.key, "GET", f"/eventGraph/view/{event.pk}") == (200, [])
    assert save_graph(seed.reader, event)[0] == 403
    number = EventGraph.objects.get().pk
    Event.objects.update(distribution=0)
    assert save_graph(seed.stranger, event)[0] == 404
    assert call(seed.stranger.key, "GET", f"/eventGraph/view/{event.pk}")[0] == 404
    assert call(seed.stranger.key, "POST", f"/eventGraph/delete/{number}")[0] == 404
    other = make_event(seed.org_c)
    other.save()
    assert call(seed.stranger.key, "GET", f"/eventGraph/viewPicture/{other.pk}/{number}")[0] == 404


def test_number_of_graphs_per_organisation_is_limited(
    seed: Seed, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_GRAPHS", 2)
    assert [save_graph(seed.analyst, event)[0] for _ in range(3)] == [200, 200, 403]
    assert save_graph(seed.stranger, event)[0] == 200


def test_deleting_the_event_deletes_its_graphs(seed: Seed, event: Event) -> None:
    save_graph(seed.analyst, event)
    assert call(seed.analyst.key, "POST", f"/events/delete/{event.pk}")[0] == 200
    assert not EventGraph.objects.exists()
