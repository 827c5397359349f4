"""Custom warninglists: created, edited, moved to another hub, and enforced when attributes are added."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call, send
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.factories.warninglists import WarninglistFile, store
from vardkase.audit.models import AuditEntry
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry

MINE = {
    "name": "Our own",
    "type": "hostname",
    "description": "What we run ourselves",
    "category": "known",
    "entries": "ours.example # the web\nmail.ours.example\n\nours.example",
    "matching_attributes": ["domain", "hostname", "url"],
    "enabled": True,
}
TRIPS = "Attribute could not be saved as it trips over a warninglist and enforceWarninglist is enforced."


def make(seed: Seed, **changes: Any) -> dict[str, Any]:
    status, body = call(seed.site_admin.key, "POST", "/warninglists/add", {**MINE, **changes})
    assert status == 200, body
    return dict(body["Warninglist"])


def test_custom_list_warns(seed: Seed) -> None:
    made = make(seed)
    assert (made["default"], made["enabled"], made["version"], made["category"]) == (
        False,
        True,
        "1",
        "known",
    )
    assert [(entry["value"], entry["comment"]) for entry in made["WarninglistEntry"]] == [
        ("ours.example", "the web"),
        ("mail.ours.example", None),
    ]
    assert [each["type"] for each in made["WarninglistType"]] == ["domain", "hostname", "url"]
    _, found = call(seed.analyst.key, "POST", "/warninglists/checkValue", ["https://www.ours.example/x"])
    assert found == {
        "https://www.ours.example/x": [{"id": made["id"], "name": "Our own", "matched": "ours.example"}]
    }
    assert AuditEntry.objects.filter(action="warninglist.added", target_id=int(made["id"])).exists()


def test_edit_changes_only_given_members(seed: Seed) -> None:
    made = make(seed)
    path = f"/warninglists/edit/{made['id']}"
    _, body = call(seed.site_admin.key, "POST", path, {"Warninglist": {"description": "Other words"}})
    edited = body["Warninglist"]
    assert (edited["description"], edited["version"]) == ("Other words", "2")
    assert edited["WarninglistEntry"] == made["WarninglistEntry"]
    entries = [{"value": "new.example", "comment": "from today"}]
    _, body = call(seed.site_admin.key, "POST", path, {"WarninglistEntry": entries, "type": "string"})
    assert [entry["comment"] for entry in body["Warninglist"]["WarninglistEntry"]] == ["from today"]
    _, found = call(seed.analyst.key, "POST", "/warninglists/checkValue", ["new.example", "www.new.example"])
    assert set(found) == {"new.example"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"entries": ""}, "entries"),
        ({"entries": None, "values": "x"}, "entries"),
        ({"entries": [["x"]]}, "entries"),
        ({"entries": [{"a": 1}]}, "entries"),
        ({"name": ""}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x" * 300}, "name"),
        ({"description": None}, "description"),
        ({"type": "nonsense"}, "type"),
        ({"type": ["string"]}, "type"),
        ({"category": {"a": 1}}, "category"),
        ({"version": 10**30}, "version"),
        ({"version": "soon"}, "version"),
        ({"matching_attributes": ["no-such-type"]}, "matching_attributes"),
        ({"matching_attributes": [{"x": []}]}, "matching_attributes"),
        ({"type": "cidr", "entries": "10.0.0.0/8\nnonsense"}, "entries"),
        ({"type": "regex", "entries": "/(unclosed/"}, "entries"),
        ({"type": "regex", "entries": "/(a)\\1/"}, "entries"),
        ({"type": "regex", "entries": "/a/e"}, "entries"),
        ({"type": "substring", "entries": [str(n) for n in range(20_001)]}, "entries"),
    ],
)
def test_invalid_list_is_refused_by_field(seed: Seed, changes: dict[str, Any], field: str) -> None:
    status, body = call(seed.site_admin.key, "POST", "/warninglists/add", {**MINE, **changes})
    assert (status, body["name"], list(body["errors"])) == (403, "Could not add warninglist", [field])
    assert not Warninglist.objects.exists()
    assert not WarninglistEntry.objects.exists()


def test_names_are_unique(seed: Seed) -> None:
    make(seed)
    other = make(seed, name="Other")
    for path in ("/warninglists/add", f"/warninglists/edit/{other['id']}"):
        status, body = call(seed.site_admin.key, "POST", path, MINE)
        assert (status, list(body["errors"])) == (403, ["name"])


def test_export_can_be_imported(seed: Seed) -> None:
    made = make(seed)
    for entries in (MINE["entries"], [{"value": "a.example", "comment": 'with "comment"'}]):
        changed = {"WarninglistEntry": entries} if isinstance(entries, list) else {}
        call(seed.site_admin.key, "POST", f"/warninglists/edit/{made['id']}", changed or {"entries": entries})
        _, exported = call(seed.analyst.key, "GET", f"/warninglists/export/{made['id']}")
        status, body = call(
            seed.site_admin.key, "POST", "/warninglists/import", {**exported, "name": "Another hub's"}
        )
        assert (status, body["message"]) == (200, "Warninglist imported")
        _, again = call(seed.analyst.key, "GET", f"/warninglists/export/{body['id']}")
        assert again == {**exported, "name": "Another hub's"}
    assert exported["list"] == {"a.example": 'with "comment"'}
    assert Warninglist.objects.count() == 2


@pytest.mark.parametrize("missing", ["name", "type", "version", "description", "list"])
def test_incomplete_import_is_refused(seed: Seed, missing: str) -> None:
    whole = {"name": "x", "type": "string", "version": 1, "description": "d", "list": ["a"]}
    del whole[missing]
    if missing == "type":
        whole["type"] = ""
    status, body = call(seed.site_admin.key, "POST", "/warninglists/import", whole)
    assert (status, list(body["errors"])) == (403, [missing])


def test_packaged_list_is_replaced_by_import_but_not_edited(seed: Seed) -> None:
    store(WarninglistFile(name="Packaged", type="string", version=1, values=["a"]))
    number = Warninglist.objects.get().pk
    for path in ("edit", "add_attribute"):
        event = make_event(seed.org_a)
        event.save()
        attribute = make_attribute(event)
        attribute.save()
        status, _ = call(
            seed.site_admin.key, "POST", f"/warninglists/{path}/{number}/{attribute.pk}", {"description": "x"}
        )
        assert status == 403
    newer = {"name": "Packaged", "type": "string", "version": 7, "description": "d", "list": ["b"]}
    assert call(seed.site_admin.key, "POST", "/warninglists/import", newer)[0] == 200
    assert not store(WarninglistFile(name="Packaged", type="string", version=5, values=["c"]))
    assert list(WarninglistEntry.objects.values_list("value", flat=True)) == ["b"]
    assert Warninglist.objects.get().default


def test_list_is_enabled_by_path(seed: Seed) -> None:
    made = make(seed)
    for suffix, enabled in (("/1", True), ("", False)):
        response = send(
            seed.site_admin.key, "POST", f"/warninglists/enableWarninglist/{made['id']}{suffix}", {}
        )
        assert (response.status_code, response["Location"].endswith(f"/warninglists/view/{made['id']}")) == (
            302,
            True,
        )
        assert Warninglist.objects.get().enabled is enabled


def test_deletion_removes_entries(seed: Seed) -> None:
    made = make(seed)
    status, body = call(seed.site_admin.key, "POST", f"/warninglists/delete/{made['id']}", {})
    assert (status, body["message"], body["id"]) == (200, "Warninglist deleted.", int(made["id"]))
    assert not WarninglistEntry.objects.exists()
    assert call(seed.site_admin.key, "POST", f"/warninglists/delete/{made['id']}", {})[0] == 404


def test_attribute_value_is_added_to_list(seed: Seed) -> None:
    made = make(seed, type="string")
    event = make_event(seed.org_a)
    event.distribution = 0
    event.save()
    attribute = make_attribute(event, type="domain", value1="benign.example")
    attribute.save()
    path = f"/warninglists/add_attribute/{made['id']}/{attribute.uuid}"
    _, body = call(seed.site_admin.key, "POST", path, {})
    assert body["message"] == "Value added to the warninglist."
    _, body = call(seed.site_admin.key, "POST", path, {})
    assert body["message"] == "Value is on the warninglist already."
    _, found = call(seed.analyst.key, "POST", "/warninglists/checkValue", ["benign.example"])
    assert set(found) == {"benign.example"}


@pytest.mark.parametrize("who", ["analyst", "reader", "stranger", "org_admin"])
def test_editing_lists_requires_permission(seed: Seed, who: str) -> None:
    made = make(seed)
    key = getattr(seed, who).key
    for path in (
        "add",
        "import",
        f"edit/{made['id']}",
        f"delete/{made['id']}",
        f"enableWarninglist/{made['id']}",
    ):
        assert call(key, "POST", f"/warninglists/{path}", MINE)[0] == 403
    assert call(key, "GET", f"/warninglists/view/{made['id']}")[0] == 200
    assert Warninglist.objects.get().enabled


def test_attribute_may_ask_for_enforcement(seed: Seed) -> None:
    make(seed)
    event = make_event(seed.org_a)
    event.save()
    warned = {"type": "domain", "value": "ours.example", "enforceWarninglist": True}
    path = f"/attributes/add/{event.pk}"
    status, body = call(seed.analyst.key, "POST", path, warned)
    assert (status, body["errors"]) == (403, TRIPS)
    good = {"type": "domain", "value": "bad.example", "enforceWarninglist": True}
    status, body = call(seed.analyst.key, "POST", path, [good, warned])
    assert (status, body["Attribute"]["value"]) == (200, "bad.example")
    assert body["errors"] == {"attribute_1": {"warninglist": [TRIPS]}}
    assert call(seed.analyst.key, "POST", path, {**warned, "enforceWarninglist": "0"})[0] == 200


def test_number_of_checked_values_is_limited(seed: Seed) -> None:
    """Commas within a value do not separate values."""
    values = [f"v{n}" for n in range(50_001)]
    status, refused = call(seed.analyst.key, "POST", "/warninglists/checkValue", values)
    assert (status, refused["message"]) == (
        413,
        "At most 50000 values are taken in one request. Send them in parts.",
    )
    assert call(seed.analyst.key, "POST", "/warninglists/checkValue", ["a," * 60_000])[0] == 200
