"""Event reports are written, read, changed and deleted by users with permission, and are invisible to others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.seed import ApiUser, Seed

UUID = "fbc8cc08-71fc-54b7-a506-7ceee3c1ac18"


def make_event(by: ApiUser, **members: Any) -> dict[str, Any]:
    status, body = call(by.key, "POST", "/events/add", {"info": "Event", "distribution": 3, **members})
    assert status == 200, body
    return dict(body["Event"])


def make_report(by: ApiUser, event: dict[str, Any], **members: Any) -> dict[str, Any]:
    body = {"name": "Report", "content": "Text", "distribution": 5, **members}
    status, answer = call(by.key, "POST", f"/event_reports/add/{event['uuid']}", body)
    assert status == 200, answer
    return dict(answer["EventReport"])


def names(by: ApiUser, path: str = "/event_reports/index") -> list[str]:
    return [row["EventReport"]["name"] for row in call(by.key, "GET", path)[1]]


def test_response_contains_event_and_sharing_group(seed: Seed) -> None:
    event = make_event(seed.analyst)
    body = {"name": "one", "uuid": UUID, "distribution": 4, "sharing_group_id": seed.group.pk}
    status, answer = call(seed.analyst.key, "POST", f"/event_reports/add/{event['id']}", body)
    assert status == 200
    assert list(answer) == ["EventReport", "Event", "SharingGroup"]
    assert answer["SharingGroup"]["uuid"] == str(seed.group.uuid)
    assert answer["Event"]["Orgc"] == {"id": str(seed.org_a.pk), "name": "Organisation A"}
    status, viewed = call(seed.analyst.key, "GET", f"/eventReports/view/{UUID}")
    assert viewed == answer | {"RelationshipInbound": []}
    assert call(seed.analyst.key, "GET", f"/eventReports/viewSummary/{UUID}")[1] == viewed


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"name": ""}, "This field cannot be left blank"),
        ({"name": ["a"]}, "This field cannot be left blank"),
        ({"uuid": "nope"}, "Please provide a valid RFC 4122 UUID"),
        ({"uuid": UUID}, "The UUID provided is not unique"),
        ({"timestamp": {"a": 1}}, "Expected a Unix timestamp"),
    ],
)
def test_invalid_report_is_rejected_with_the_reason(
    seed: Seed, members: dict[str, Any], message: str
) -> None:
    event = make_event(seed.analyst)
    make_report(seed.analyst, event, uuid=UUID)
    status, answer = call(
        seed.analyst.key, "POST", f"/event_reports/add/{event['id']}", {"name": "x", **members}
    )
    assert (status, answer["errors"]) == (403, message)
    assert len(names(seed.analyst)) == 1


def test_edit_changes_only_named_fields_and_unpublishes(seed: Seed) -> None:
    event = make_event(seed.org_admin, Attribute=[{"type": "domain", "value": "evil.example"}])
    report = make_report(seed.org_admin, event)
    call(seed.org_admin.key, "POST", f"/events/publish/{event['id']}")
    body = {"name": "Better", "timestamp": "1", "uuid": UUID}
    status, answer = call(seed.org_admin.key, "POST", f"/event_reports/edit/{report['id']}", body)
    assert status == 200
    assert answer["EventReport"] | {"timestamp": ""} == report | {"name": "Better", "timestamp": ""}
    assert not call(seed.org_admin.key, "GET", f"/events/view/{event['id']}")[1]["Event"]["published"]


def test_soft_deletion_restoring_and_hard_deletion(seed: Seed) -> None:
    event = make_event(seed.analyst)
    report = make_report(seed.analyst, event)
    path = report["uuid"]
    status, answer = call(seed.analyst.key, "POST", f"/eventReports/delete/{path}")
    assert (status, answer["message"]) == (200, f"Event Report {path} soft deleted")
    assert names(seed.analyst) == []
    assert names(seed.analyst, "/event_reports/index/context:deleted") == ["Report"]
    assert call(seed.partner.key, "GET", f"/event_reports/view/{path}")[0] == 404
    assert call(seed.analyst.key, "GET", f"/event_reports/view/{path}")[1]["EventReport"]["deleted"] is True
    assert call(seed.analyst.key, "POST", f"/event_reports/restore/{path}")[0] == 200
    assert names(seed.partner) == ["Report"]
    assert call(seed.analyst.key, "POST", f"/event_reports/delete/{path}", {"hard": 1})[0] == 200
    status, answer = call(seed.analyst.key, "POST", f"/event_reports/delete/{path}")
    assert (status, answer["message"]) == (404, "Invalid report")


def test_index_filters_by_event_text_and_extension(seed: Seed) -> None:
    event = make_event(seed.analyst)
    extending = make_event(seed.partner, extends_uuid=event["uuid"])
    make_report(seed.analyst, event, name="Main", content="100% sure")
    make_report(seed.partner, extending, name="More")
    assert names(seed.analyst, f"/event_reports/index/event_id:{event['id']}") == ["Main"]
    extended = f"/event_reports/index/event_id:{event['uuid']}/extended_event:1"
    assert names(seed.analyst, extended) == ["Main", "More"]
    assert names(seed.analyst, "/event_reports/index/value:100%25") == ["Main"]
    assert names(seed.analyst, "/event_reports/index/limit:1/page:2") == ["More"]


@pytest.mark.parametrize(
    ("distribution", "readers"), [(0, "A"), (1, "ABC"), (3, "ABC"), (4, "AB"), (5, "ABC")]
)
def test_report_has_its_own_distribution(seed: Seed, distribution: int, readers: str) -> None:
    event = make_event(seed.analyst)
    report = make_report(seed.analyst, event, distribution=distribution, sharing_group_id=str(seed.group.pk))
    for name, api_user in (("A", seed.reader), ("B", seed.partner), ("C", seed.stranger)):
        may = name in readers
        assert call(api_user.key, "GET", f"/event_reports/view/{report['id']}")[0] == (200 if may else 404)
        assert bool(names(api_user)) is may
        document = call(api_user.key, "GET", f"/events/view/{event['id']}")[1]
        assert bool(document["Event"]["EventReport"]) is may


def test_report_of_a_hidden_event_is_hidden(seed: Seed) -> None:
    event = make_event(seed.analyst, distribution=0)
    report = make_report(seed.analyst, event, distribution=3)
    assert call(seed.stranger.key, "GET", f"/event_reports/view/{report['id']}")[0] == 404
    assert names(seed.stranger) == []
    assert call(seed.stranger.key, "GET", f"/event_reports/index/event_id:{event['id']}")[0] == 404


def test_other_organisations_cannot_change_reports(seed: Seed) -> None:
    event = make_event(seed.analyst)
    report = make_report(seed.analyst, event)
    for act, body in (("edit", {"name": "x"}), ("delete", {}), ("delete", {"hard": 1}), ("restore", {})):
        path = f"/event_reports/{act}/{report['id']}"
        status, answer = call(seed.stranger.key, "POST", path, body)
        assert (status, answer["message"]) == (403, "You do not have permission to do that.")
        assert call(seed.reader.key, "POST", path, body)[0] == 403
    path = f"/event_reports/add/{event['id']}"
    assert call(seed.stranger.key, "POST", path, {"name": "x"})[0] == 403
    assert call(seed.analyst.key, "GET", f"/event_reports/view/{report['id']}")[1]["EventReport"] == report


def test_peers_can_detect_support_for_reports(seed: Seed) -> None:
    status, answer = call(seed.partner_sync.key, "GET", "/eventReports/add")
    assert (status, answer["mandatory_fields"]) == (200, ["name"])
    assert call(seed.analyst.key, "GET", "/eventReports/view/none")[0] == 404


def test_report_tags_are_part_of_the_event(seed: Seed) -> None:
    tag = {"name": "tlp:green"}
    sent = {"name": "Tagged", "uuid": UUID, "distribution": 5, "Tag": [tag]}
    event = make_event(seed.org_admin, EventReport=[sent])
    assert [one["name"] for one in event["EventReport"][0]["Tag"]] == ["tlp:green"]
    key = seed.org_admin.key
    assert call(key, "POST", f"/event_reports/addTag/{UUID}/tlp:white")[0] == 200
    assert call(key, "POST", f"/event_reports/addTag/{UUID}", {"tag": ["a:b"], "local": 1})[0] == 200
    assert call(key, "POST", f"/event_reports/removeTag/{UUID}/tlp:green")[0] == 200
    tags = call(seed.reader.key, "GET", f"/event_reports/view/{UUID}")[1]["EventReport"]["Tag"]
    assert [(one["name"], one["local"]) for one in tags] == [("tlp:white", False), ("a:b", True)]
    assert call(key, "POST", f"/event_reports/removeTag/{UUID}/tlp:green")[0] == 403
    assert call(seed.partner.key, "POST", f"/event_reports/addTag/{UUID}/tlp:white")[0] == 403
    assert call(key, "POST", f"/events/delete/{event['id']}")[0] == 200
