"""Configuration of our TAXII collections by site administrators."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import Seed
from vardkase.audit.models import AuditEntry
from vardkase.exchange.taxii.models import Collection


def add(seed: Seed, **fields: Any) -> tuple[int, Any]:
    return call(seed.site_admin.key, "POST", "/taxiiCollections/add", {"name": "Open", **fields})


def test_collection_is_added_changed_listed_and_deleted(seed: Seed) -> None:
    status, body = add(seed, filters={"tags": ["tlp:clear"]}, readers=[seed.org_b.pk], open_to_write=True)
    added = body["TaxiiCollection"]
    assert (status, added["filters"], added["readers"]) == (
        200,
        {"tags": ["tlp:clear"]},
        [str(seed.org_b.pk)],
    )
    path = f"/taxiiCollections/edit/{added['id']}"
    changes = {"name": "Group", "sharing_group_id": seed.group.pk, "readers": []}
    status, body = call(seed.site_admin.key, "POST", path, {"TaxiiCollection": changes})
    changed = body["TaxiiCollection"]
    assert (changed["name"], changed["readers"], changed["open_to_write"]) == ("Group", [], True)
    assert changed["sharing_group_id"] == str(seed.group.pk)
    assert call(seed.site_admin.key, "GET", "/taxiiCollections/index")[1] == [body]
    assert call(seed.site_admin.key, "GET", f"/taxiiCollections/view/{added['id']}")[1] == body
    assert call(seed.site_admin.key, "POST", f"/taxiiCollections/delete/{added['id']}")[0] == 200
    assert call(seed.site_admin.key, "POST", path, {"name": "x"})[0] == 404
    actions = AuditEntry.objects.filter(target_kind="taxii_collection").values_list("action", flat=True)
    assert set(actions) == {"taxii_collection.added", "taxii_collection.edited", "taxii_collection.deleted"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("filters", "["),
        ("filters", {"limit": 10}),
        ("filters", {"sharinggroup": 1}),
        ("filters", {"whatever": 1}),
        ("distribution", 4),
        ("sharing_group_id", 999_999),
        ("readers", [999_999]),
        ("writers", "everybody"),
    ],
)
def test_invalid_fields_are_named(seed: Seed, field: str, value: Any) -> None:
    status, body = add(seed, **{field: value})
    assert (status, list(body["errors"])) == (403, [field])
    assert not Collection.objects.exists()
