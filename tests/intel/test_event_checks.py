"""Small queries about events: whether a push is wanted, publication status, edit strategy, mass deletion."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.api.calls import call, send
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from vardkase.intel.models import Event

HERE = 1_000


@pytest.fixture
def event(seed: Seed) -> Event:
    """A published event of organisation A, readable by everyone."""
    event = make_event(seed.org_a, distribution=3, published=True, info="found", timestamp=HERE)
    event.save()
    return event


def offered(uuid: object, timestamp: object) -> dict[str, dict[str, str]]:
    return {"Event": {"uuid": str(uuid), "timestamp": str(timestamp)}}


def test_peer_asks_which_events_are_wanted(seed: Seed, event: Event) -> None:
    synchronised = make_event(seed.org_a, distribution=3, locked=True, timestamp=HERE)
    synchronised.save()
    unknown = uuid4()
    path = "/events/filterEventIdsForPush"
    for timestamp, wanted in ((HERE, []), (HERE + 1, [str(synchronised.uuid)])):
        body = [offered(each.uuid, timestamp) for each in (event, synchronised)]
        assert call(seed.partner_sync.key, "POST", path, [*body, offered(unknown, 1)]) == (
            200,
            [*wanted, str(unknown)],
        )
    assert call(seed.partner_sync.key, "POST", path, []) == (200, [])
    odd = [1, {}, {"Event": "x"}, offered("none", 1), offered(unknown, 10**30), offered(unknown, "soon")]
    assert call(seed.partner_sync.key, "POST", path, odd) == (200, [str(unknown)] * 2)
    for key in (seed.analyst.key, seed.reader.key, None):
        assert call(key, "POST", path, [offered(unknown, 1)])[0] == 403


def test_event_info_and_published_status(seed: Seed, event: Event) -> None:
    make_attribute(event).save()
    about = call(seed.stranger.key, "GET", f"/events/getEventInfoById/{event.uuid}")[1]
    assert (about["Event"]["id"], about["Event"]["info"]) == (str(event.pk), "found")
    assert list(about) == ["Event", "ThreatLevel", "EventTag"]
    assert about["ThreatLevel"]["id"] == about["Event"]["threat_level_id"]
    assert call(seed.stranger.key, "GET", f"/events/checkPublishedStatus/{event.pk}") == (200, True)
    Event.objects.update(published=False)
    assert call(seed.analyst.key, "GET", f"/events/checkPublishedStatus/{event.pk}") == (200, False)


def test_edit_strategy_is_edit_for_own_and_extend_for_other_events(seed: Seed, event: Event) -> None:
    for distribution in (3, 0):
        make_event(seed.org_b, distribution=distribution, published=True, extends_uuid=event.uuid).save()
    path = f"/events/getEditStrategy/{event.pk}"
    assert call(seed.analyst.key, "GET", path)[1]["strategy"] == "edit"
    theirs = call(seed.stranger.key, "GET", path)[1]
    assert theirs["strategy"] == "extend"
    assert len(theirs["extensions"]) == 1, "hidden extensions are left out"
    assert len(call(seed.partner.key, "GET", path)[1]["extensions"]) == 2
    assert call(seed.reader.key, "GET", path)[0] == 403


def test_mass_deletion_is_all_or_nothing(seed: Seed, event: Event) -> None:
    other = make_event(seed.org_b, distribution=0)
    other.save()
    for key in (seed.analyst.key, seed.org_admin.key, seed.reader.key, None):
        assert call(key, "POST", "/events/massDelete", {"id": [event.pk]})[0] == 403
    assert call(seed.site_admin.key, "POST", "/events/massDelete", {})[0] == 400
    some = {"id": [event.pk, 999_999_999]}
    assert call(seed.site_admin.key, "POST", "/events/massDelete", some)[0] == 403
    assert Event.objects.count() == 2, "all or none"
    both = {"id": [str(event.pk), str(other.uuid)]}
    assert call(seed.site_admin.key, "POST", "/events/massDelete", both)[1]["message"] == "2 events deleted."
    assert not Event.objects.exists()


def test_hidden_event_returns_404(seed: Seed, event: Event) -> None:
    Event.objects.update(distribution=0)
    for action in (
        "getEventInfoById",
        "checkPublishedStatus",
        "getEditStrategy",
    ):
        assert send(seed.partner.key, "GET", f"/events/{action}/{event.pk}").status_code == 404
        assert send(None, "GET", f"/events/{action}/{event.pk}").status_code == 403
