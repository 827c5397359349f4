"""Events, notes and collections are searched by creator names in any case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.api.calls import call
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from vardkase.intel.models import Event


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("organisation a", {"A"}),
        (["ORGANISATION A"], {"A"}),
        ("!organisation a", {"B"}),
        (["!organisation a"], {"B"}),
        (["!Organisation A", "!organisation b"], set()),
        (["organisation c"], set()),
    ],
)
def test_event_index_matches_creators_in_any_case(seed: Seed, asked: Any, found: set[str]) -> None:
    for organisation, info in ((seed.org_a, "A"), (seed.org_b, "B")):
        event = make_event(
            organisation, info=info, distribution=3, published=True, publish_timestamp=1, attribute_count=1
        )
        event.save()
        make_attribute(event, distribution=5).save()
    for body in ({"org": asked}, {"org": asked, "minimal": 1, "published": 1}):
        status, rows = call(seed.partner_sync.key, "POST", "/events/index", body)
        assert status == 200
        names = dict(Event.objects.values_list("uuid", "info"))
        assert {names[UUID(row["uuid"])] for row in rows} == found


def test_notes_match_creators_in_any_case(seed: Seed) -> None:
    event = make_event(seed.org_a, distribution=3, published=True, publish_timestamp=1)
    event.save()
    note = {"note": "said", "distribution": 3}
    assert call(seed.analyst.key, "POST", f"/analyst_data/add/Note/{event.uuid}/Event", note)[0] == 200
    for asked, count in ((["organisation a"], 1), (["!ORGANISATION a"], 0), (["organisation b"], 0)):
        body = call(seed.partner_sync.key, "POST", "/analyst_data/indexMinimal", {"orgc_name": asked})[1]
        assert len(body["Note"] if body else []) == count
