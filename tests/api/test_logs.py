"""The audit log in MISP's shape."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed

LOG = [
    "id", "title", "created", "model", "model_id", "action", "user_id", "change", "email", "org", "description", "ip",
]  # fmt: skip


def logs(api_user: ApiUser, path: str = "/admin/logs/index", **filters: Any) -> list[dict[str, Any]]:
    status, body = call(api_user.key, "POST", path, filters)
    assert status == 200, body
    return [row["Log"] for row in body]


@pytest.fixture
def changed(seed: Seed) -> Seed:
    """The site administrator has renamed the analyst, and both organisations have made an event."""
    path = f"/admin/users/edit/{seed.analyst.user.pk}"
    assert call(seed.site_admin.key, "POST", path, {"email": "renamed@a.example"})[0] == 200
    for api_user in (seed.org_admin, seed.partner):
        event = {"info": f"by {api_user.user.email}", "distribution": 0}
        assert call(api_user.key, "POST", "/events/add", event)[0] == 200
    return seed


def test_change_has_misps_wording(changed: Seed) -> None:
    [entry] = logs(changed.site_admin, model="User", action="edit")
    assert list(entry) == LOG
    assert (entry["model"], entry["action"], entry["model_id"]) == (
        "User",
        "edit",
        str(changed.analyst.user.pk),
    )
    assert entry["change"].startswith("email (analyst@a.example) => (renamed@a.example)")
    assert (entry["email"], entry["org"], entry["title"]) == ("staff@hub.example", "Hub", "renamed@a.example")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 3),
        ({"model": "Event"}, 2),
        ({"model": ["Event", "User"]}, 3),
        ({"action": "add"}, 2),
        ({"action": ["add", "edit"]}, 3),
        ({"action": "login"}, 0),
        ({"email": "hub.example"}, 1),
        ({"title": "by analyst"}, 1),
        ({"change": "renamed"}, 1),
        ({"org": "Organisation B"}, 1),
        ({"ip": "127.0.0.1"}, 3),
        ({"ip": "nonsense"}, 0),
        ({"created": "1d"}, 3),
        ({"created": 4102444800.5}, 0),
        ({"created": ["2020-01-01", "2021-01-01"]}, 0),
        ({"created": ["2020-01-01", "2100-01-01"]}, 3),
        ({"created": "nonsense"}, 0),
        ({"user_id": "nonsense"}, 0),
        ({"user_id": 10**30}, 0),
        ({"limit": 1}, 1),
        ({"limit": 2, "page": 2}, 1),
    ],
)
def test_filters(changed: Seed, filters: dict[str, Any], count: int) -> None:
    assert len(logs(changed.site_admin, **filters)) == count
    assert len(logs(changed.site_admin, "/admin/logs/search", **filters)) == count


@pytest.mark.parametrize("filters", [{"model": {"a": 1}}, {"model_id": [[1]]}])
def test_filters_must_be_texts(seed: Seed, filters: dict[str, Any]) -> None:
    status, body = call(seed.site_admin.key, "POST", "/admin/logs/index", filters)
    assert (status, [*body["errors"]]) == (400, [*filters])


def test_log_is_limited_to_readers_organisation(changed: Seed) -> None:
    assert {entry["org"] for entry in logs(changed.org_admin)} == {"Organisation A"}
    assert len(logs(changed.partner, "/logs/index")) == 1
    assert logs(changed.stranger) == []
    assert call(changed.partner.key, "GET", "/logs/index/limit:1")[0] == 200


def test_history_of_event(seed: Seed) -> None:
    secret = {"type": "text", "value": "secret", "distribution": 0}
    event = {"info": "x", "distribution": 3, "Attribute": [{"type": "text", "value": "open"}, secret]}
    _, body = call(seed.org_admin.key, "POST", "/events/add", event)
    number = body["Event"]["id"]
    for attribute in body["Event"]["Attribute"]:
        path = f"/attributes/edit/{attribute['id']}"
        assert call(seed.org_admin.key, "POST", path, {"comment": "c"})[0] == 200
    own = logs(seed.analyst, f"/logs/event_index/{number}")
    assert [entry["title"] for entry in own] == ["secret", "open", "x"]
    assert {entry["email"] for entry in own} == {"admin@a.example"}
    theirs = logs(seed.stranger, f"/logs/event_index/{number}")
    assert [(entry["title"], entry["org"]) for entry in theirs] == [
        ("open", "Organisation A"),
        ("x", "Organisation A"),
    ]
    assert {(entry["email"], entry["ip"], entry["user_id"]) for entry in theirs} == {("", "", "0")}
    _, rows = call(seed.stranger.key, "GET", f"/audit_logs/eventIndex/{number}")
    assert [row["AuditLog"]["model_title"] for row in rows] == ["open", "x"]
    _, hidden = call(seed.partner.key, "POST", "/events/add", {"info": "y", "distribution": 0})
    for path in ("/logs/event_index/", "/audit_logs/eventIndex/"):
        assert call(seed.stranger.key, "GET", path + hidden["Event"]["id"])[0] == 404


def test_audit_logs_endpoint(changed: Seed) -> None:
    _, rows = call(changed.site_admin.key, "GET", "/admin/audit_logs/index")
    assert [row["AuditLog"]["action"] for row in rows] == ["add", "add", "edit"]
    assert rows[2]["User"]["email"] == "staff@hub.example"
    number = rows[2]["AuditLog"]["id"]
    _, change = call(changed.site_admin.key, "GET", f"/audit_logs/fullChange/{number}")
    assert change["email"] == ["analyst@a.example", "renamed@a.example"]
    for api_user in (changed.org_admin, changed.partner):
        assert call(api_user.key, "GET", f"/audit_logs/fullChange/{number}")[0] == 404


def test_return_dates(changed: Seed) -> None:
    assert list(call(changed.site_admin.key, "GET", "/logs/returnDates")[1].values()) == [3]
    assert list(call(changed.site_admin.key, "GET", "/logs/returnDates/Hub")[1].values()) == [1]
    assert list(call(changed.org_admin.key, "GET", "/audit_logs/returnDates/all")[1].values()) == [1]
    assert call(changed.stranger.key, "GET", "/logs/returnDates")[1] == {}
