"""correlation_exclusions/* and correlations/* in MISP's shapes."""

from __future__ import annotations

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.analysis.correlation.models import AttributeKey
from vardkase.analysis.correlation.queries import related_events
from vardkase.analysis.correlation.tasks import rebuild_all
from vardkase.intel.services.events import add_event

pytestmark = pytest.mark.django_db
NAME = "Could not add correlation_exclusion"


def test_exclusion_is_added_edited_and_deleted(seed: Seed) -> None:
    key = seed.site_admin.key
    status, body = call(key, "POST", "/correlation_exclusions/add", {"value": "203.0.117.9", "comment": "x"})
    exclusion = body["CorrelationExclusion"]
    number = exclusion.pop("id")
    assert (status, exclusion) == (200, {"value": "203.0.117.9", "from_json": False, "comment": "x"})
    assert call(key, "POST", "/correlationExclusions/add", {"value": "203.0.117.9"}) == (
        403,
        {
            "saved": False,
            "name": NAME,
            "message": NAME,
            "url": "/correlation_exclusions/add",
            "errors": {"value": ["Value is already in the exclusion list."]},
        },
    )
    edited = call(key, "POST", f"/correlation_exclusions/edit/{number}", {"comment": ""})[1]
    assert edited["CorrelationExclusion"]["comment"] is None
    assert call(key, "GET", "/correlation_exclusions")[1] == [edited]
    assert call(key, "GET", f"/correlation_exclusions/view/{number}") == (200, edited)
    assert call(key, "POST", "/correlation_exclusions/clean", {})[1]["success"] is True
    deleted = call(key, "POST", f"/correlation_exclusions/delete/{number}")[1]
    assert deleted["name"] == "CorrelationExclusion deleted."
    assert call(key, "GET", f"/correlation_exclusions/view/{number}")[0] == 404


@pytest.mark.parametrize(
    "path", ["correlation_exclusions/index", "correlations/top", "correlations/overCorrelations"]
)
def test_reading_requires_site_administrator(seed: Seed, path: str) -> None:
    assert call(seed.org_admin.key, "GET", f"/{path}")[0] == 403
    assert call(seed.site_admin.key, "GET", f"/{path}") == (200, [])


def test_top_values(seed: Seed) -> None:
    for info in ("one", "two"):
        attributes = [{"type": "ip-dst", "value": "198.51.100.1"}]
        add_event(seed.analyst.actor, {"info": info, "distribution": 0, "Attribute": attributes})
    top = call(seed.site_admin.key, "GET", "/correlations/top")[1]
    assert top == [{"Correlation": {"value": "198.51.100.1", "count": "2"}}]


def test_event_is_recorrelated(seed: Seed) -> None:
    attributes = [{"type": "ip-dst", "value": "198.51.100.1"}]
    one, two = (
        add_event(seed.analyst.actor, {"info": info, "distribution": 0, "Attribute": attributes}).event_id
        for info in ("one", "two")
    )
    AttributeKey.objects.filter(event_id=one).delete()
    path = f"/events/recorrelate/{one}"
    assert call(seed.analyst.key, "POST", path)[0] == 403
    assert related_events(seed.analyst.actor, two) == []
    status, body = call(seed.site_admin.key, "POST", path)
    assert (status, body["message"], body["id"]) == (200, "Event recorrelated.", str(one))
    assert [each.event_id for each in related_events(seed.analyst.actor, two)] == [one]
    assert call(seed.site_admin.key, "POST", "/events/recorrelate/999999999")[0] == 404


def test_all_correlations_are_rebuilt(seed: Seed) -> None:
    attributes = [{"type": "ip-dst", "value": "198.51.100.1"}]
    event_id = add_event(
        seed.analyst.actor, {"info": "one", "distribution": 0, "Attribute": attributes}
    ).event_id
    AttributeKey.objects.filter(event_id=event_id).delete()
    status, body = call(seed.site_admin.key, "POST", "/attributes/generateCorrelation", {})
    assert (status, body["message"]) == (200, f"Job queued. Job ID: {body['id']}")
    rebuild_all(user_id=seed.site_admin.user.pk)
    assert AttributeKey.objects.filter(event_id=event_id).exists()


def test_orphaned_correlations_are_removed(seed: Seed) -> None:
    attributes = [{"type": "ip-dst", "value": "198.51.100.1"}]
    add_event(seed.analyst.actor, {"info": "one", "distribution": 0, "Attribute": attributes})
    AttributeKey.objects.update(attribute_id=2**40)
    status, body = call(seed.site_admin.key, "POST", "/servers/removeOrphanedCorrelations", {})
    assert (status, body["message"]) == (200, "1 orphaned correlations removed.")
    assert not AttributeKey.objects.exists()
