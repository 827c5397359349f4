"""Reports are written, read, changed and deleted by those who may, and exist for nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import call
from tests.cast import Cast, Player

UUID = "fbc8cc08-71fc-54b7-a506-7ceee3c1ac18"


def make_event(by: Player, **members: Any) -> dict[str, Any]:
    status, body = call(by.key, "POST", "/events/add", {"info": "Event", "distribution": 3, **members})
    assert status == 200, body
    return dict(body["Event"])


def make_report(by: Player, event: dict[str, Any], **members: Any) -> dict[str, Any]:
    body = {"name": "Report", "content": "Text", "distribution": 5, **members}
    status, answer = call(by.key, "POST", f"/event_reports/add/{event['uuid']}", body)
    assert status == 200, answer
    return dict(answer["EventReport"])


def names(by: Player, path: str = "/event_reports/index") -> list[str]:
    return [row["EventReport"]["name"] for row in call(by.key, "GET", path)[1]]


def test_a_report_is_answered_with_its_event_and_group(cast: Cast) -> None:
    event = make_event(cast.analyst)
    body = {"name": "one", "uuid": UUID, "distribution": 4, "sharing_group_id": cast.group.pk}
    status, answer = call(cast.analyst.key, "POST", f"/event_reports/add/{event['id']}", body)
    assert status == 200
    assert list(answer) == ["EventReport", "Event", "SharingGroup"]
    assert answer["SharingGroup"]["uuid"] == str(cast.group.uuid)
    assert answer["Event"]["Orgc"] == {"id": str(cast.org_a.pk), "name": "Organisation A"}
    status, viewed = call(cast.analyst.key, "GET", f"/eventReports/view/{UUID}")
    assert viewed == answer | {"RelationshipInbound": []}
    assert call(cast.analyst.key, "GET", f"/eventReports/viewSummary/{UUID}")[1] == viewed


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
def test_a_report_that_is_wrong_is_refused_with_the_reason(
    cast: Cast, members: dict[str, Any], message: str
) -> None:
    event = make_event(cast.analyst)
    make_report(cast.analyst, event, uuid=UUID)
    status, answer = call(
        cast.analyst.key, "POST", f"/event_reports/add/{event['id']}", {"name": "x", **members}
    )
    assert (status, answer["errors"]) == (403, message)
    assert len(names(cast.analyst)) == 1


def test_an_edit_changes_what_it_names_and_unpublishes(cast: Cast) -> None:
    event = make_event(cast.org_admin, Attribute=[{"type": "domain", "value": "evil.example"}])
    report = make_report(cast.org_admin, event)
    call(cast.org_admin.key, "POST", f"/events/publish/{event['id']}")
    body = {"name": "Better", "timestamp": "1", "uuid": UUID}
    status, answer = call(cast.org_admin.key, "POST", f"/event_reports/edit/{report['id']}", body)
    assert status == 200
    assert answer["EventReport"] | {"timestamp": ""} == report | {"name": "Better", "timestamp": ""}
    assert not call(cast.org_admin.key, "GET", f"/events/view/{event['id']}")[1]["Event"]["published"]


def test_soft_deletion_hides_and_restoring_shows_and_hard_deletion_ends(cast: Cast) -> None:
    event = make_event(cast.analyst)
    report = make_report(cast.analyst, event)
    path = report["uuid"]
    status, answer = call(cast.analyst.key, "POST", f"/eventReports/delete/{path}")
    assert (status, answer["message"]) == (200, f"Event Report {path} soft deleted")
    assert names(cast.analyst) == []
    assert names(cast.analyst, "/event_reports/index/context:deleted") == ["Report"]
    assert call(cast.partner.key, "GET", f"/event_reports/view/{path}")[0] == 404
    assert call(cast.analyst.key, "GET", f"/event_reports/view/{path}")[1]["EventReport"]["deleted"] is True
    assert call(cast.analyst.key, "POST", f"/event_reports/restore/{path}")[0] == 200
    assert names(cast.partner) == ["Report"]
    assert call(cast.analyst.key, "POST", f"/event_reports/delete/{path}", {"hard": 1})[0] == 200
    status, answer = call(cast.analyst.key, "POST", f"/event_reports/delete/{path}")
    assert (status, answer["message"]) == (404, "Invalid report")


def test_the_list_is_narrowed_by_event_word_and_extension(cast: Cast) -> None:
    event = make_event(cast.analyst)
    extending = make_event(cast.partner, extends_uuid=event["uuid"])
    make_report(cast.analyst, event, name="Main", content="100% sure")
    make_report(cast.partner, extending, name="More")
    assert names(cast.analyst, f"/event_reports/index/event_id:{event['id']}") == ["Main"]
    extended = f"/event_reports/index/event_id:{event['uuid']}/extended_event:1"
    assert names(cast.analyst, extended) == ["Main", "More"]
    assert names(cast.analyst, "/event_reports/index/value:100%25") == ["Main"]
    assert names(cast.analyst, "/event_reports/index/limit:1/page:2") == ["More"]


@pytest.mark.parametrize(
    ("distribution", "readers"), [(0, "A"), (1, "ABC"), (3, "ABC"), (4, "AB"), (5, "ABC")]
)
def test_a_report_has_its_own_reach(cast: Cast, distribution: int, readers: str) -> None:
    event = make_event(cast.analyst)
    report = make_report(cast.analyst, event, distribution=distribution, sharing_group_id=str(cast.group.pk))
    for name, player in (("A", cast.reader), ("B", cast.partner), ("C", cast.stranger)):
        may = name in readers
        assert call(player.key, "GET", f"/event_reports/view/{report['id']}")[0] == (200 if may else 404)
        assert bool(names(player)) is may
        document = call(player.key, "GET", f"/events/view/{event['id']}")[1]
        assert bool(document["Event"]["EventReport"]) is may


def test_a_report_of_a_hidden_event_is_hidden(cast: Cast) -> None:
    event = make_event(cast.analyst, distribution=0)
    report = make_report(cast.analyst, event, distribution=3)
    assert call(cast.stranger.key, "GET", f"/event_reports/view/{report['id']}")[0] == 404
    assert names(cast.stranger) == []
    assert call(cast.stranger.key, "GET", f"/event_reports/index/event_id:{event['id']}")[0] == 404


def test_others_may_not_write(cast: Cast) -> None:
    event = make_event(cast.analyst)
    report = make_report(cast.analyst, event)
    for act, body in (("edit", {"name": "x"}), ("delete", {}), ("delete", {"hard": 1}), ("restore", {})):
        path = f"/event_reports/{act}/{report['id']}"
        status, answer = call(cast.stranger.key, "POST", path, body)
        assert (status, answer["message"]) == (403, "You do not have permission to do that.")
        assert call(cast.reader.key, "POST", path, body)[0] == 403
    path = f"/event_reports/add/{event['id']}"
    assert call(cast.stranger.key, "POST", path, {"name": "x"})[0] == 403
    assert call(cast.analyst.key, "GET", f"/event_reports/view/{report['id']}")[1]["EventReport"] == report


def test_peers_find_out_that_there_are_reports(cast: Cast) -> None:
    status, answer = call(cast.partner_sync.key, "GET", "/eventReports/add")
    assert (status, answer["mandatory_fields"]) == (200, ["name"])
    assert call(cast.analyst.key, "GET", "/eventReports/view/none")[0] == 404


def test_tags_on_reports_travel_with_the_event(cast: Cast) -> None:
    tag = {"name": "tlp:green"}
    sent = {"name": "Tagged", "uuid": UUID, "distribution": 5, "Tag": [tag]}
    event = make_event(cast.org_admin, EventReport=[sent])
    assert [one["name"] for one in event["EventReport"][0]["Tag"]] == ["tlp:green"]
    key = cast.org_admin.key
    assert call(key, "POST", f"/event_reports/addTag/{UUID}/tlp:white")[0] == 200
    assert call(key, "POST", f"/event_reports/addTag/{UUID}", {"tag": ["a:b"], "local": 1})[0] == 200
    assert call(key, "POST", f"/event_reports/removeTag/{UUID}/tlp:green")[0] == 200
    tags = call(cast.reader.key, "GET", f"/event_reports/view/{UUID}")[1]["EventReport"]["Tag"]
    assert [(one["name"], one["local"]) for one in tags] == [("tlp:white", False), ("a:b", True)]
    assert call(key, "POST", f"/event_reports/removeTag/{UUID}/tlp:green")[0] == 403
    assert call(cast.partner.key, "POST", f"/event_reports/addTag/{UUID}/tlp:white")[0] == 403
    assert call(key, "POST", f"/events/delete/{event['id']}")[0] == 200
