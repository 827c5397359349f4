"""restSearch over HTTP: headers, formats, placement of parameters, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from tests.analysis.recorded import SampleHub, sample_hub
from tests.api.calls import answer, send
from tests.factories import make_key
from vardkase.identity.accounts.models import User
from vardkase.knowledge.warninglists.models import Warninglist, WarninglistEntry

pytestmark = pytest.mark.django_db
DOMAIN = "bcab8bb8-d3f1-584a-803e-ecba6b1f7d20"


@pytest.fixture
def on_stage(db: None) -> SampleHub:
    return sample_hub()


def ask(on_stage: SampleHub, path: str, body: Any = None, who: str = "admin") -> HttpResponse:
    key = make_key(User.objects.get(pk=on_stage.actors[who].user_id))
    return send(key, "GET" if body is None else "POST", path, body)


def content(response: HttpResponse | StreamingHttpResponse) -> str:
    whole = b"".join(response) if isinstance(response, StreamingHttpResponse) else response.content
    return whole.decode()


def test_attributes_are_counted_and_named_in_headers(on_stage: SampleHub) -> None:
    response = ask(on_stage, "/attributes/restSearch", {"value": "evil.test.example"})
    assert [row["uuid"] for row in answer(response)["response"]["Attribute"]] == [DOMAIN]
    assert response["X-Result-Count"] == "1"
    assert response["X-Export-Module-Used"] == response["X-Response-Format"] == "json"
    assert response["Content-Type"] == "application/json; charset=UTF-8"


def test_full_page_hints_at_next(on_stage: SampleHub) -> None:
    counts = [
        ask(on_stage, "/attributes/restSearch", {"eventid": "3915cd05-d32b-53e3-9ffa-299c46d37564", **page})[
            "X-Result-Count"
        ]
        for page in ({"limit": 2}, {"limit": 3, "page": 2}, {"limit": 2, "page": 9}, {})
    ]
    assert counts == ["3", "1", "1", "4"]


def test_event_page_has_total_count(on_stage: SampleHub) -> None:
    response = ask(on_stage, "/events/restSearch", {"limit": 1, "page": 2, "metadata": 1})
    assert response["X-Result-Count"] == "3"
    assert response["Content-Disposition"] == 'attachment; filename="misp.event.list.json"'
    assert [event["Event"]["info"] for event in answer(response)["response"]] == ["rs two beta"]


def test_events_are_whole_except_filtered_tags(on_stage: SampleHub) -> None:
    found = answer(ask(on_stage, "/events/restSearch", {"tags": "!alpha", "eventinfo": "rs two beta"}))
    event = found["response"][0]["Event"]
    assert [a["value"] for a in event["Attribute"]] == [
        "http://evil.test.example/path?a=1&b=2",
        "www.evil.test.example",
    ]
    assert len(event["Object"][0]["Attribute"]) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/attributes/restSearch/json/evil.test.example",
        "/attributes/restSearch/returnFormat:json/value:evil.test.example",
        "/attributes/restSearch/json/null/null/198.18.0.2/ip-%||domain%",
    ],
)
def test_parameters_may_be_in_path(on_stage: SampleHub, path: str) -> None:
    found = answer(ask(on_stage, path))["response"]["Attribute"]
    assert DOMAIN in [row["uuid"] for row in found]


def test_get_without_parameters_is_refused(on_stage: SampleHub) -> None:
    response = ask(on_stage, "/attributes/restSearch")
    assert response.status_code == 400
    assert answer(response)["message"].startswith("Restsearch queries using GET and no parameters")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"returnFormat": "nosuch"}, 404),
        ({"tags": {"XOR": ["alpha"]}}, 400),
        ({"tags": {"OR": [["alpha"]]}}, 400),
        ({"timestamp": [1, 2, 3]}, 400),
        ({"limit": "many"}, 400),
        ({"limit": -5}, 400),
        ({"published": "maybe"}, 400),
        ({"from": "2026-99-99"}, 400),
        ({"returnFormat": "cache", "hash_type": "rot13"}, 400),
    ],
)
def test_invalid_searches_are_refused(on_stage: SampleHub, body: Any, status: int) -> None:
    assert ask(on_stage, "/attributes/restSearch", body).status_code == status


def test_refused_filter_is_named(on_stage: SampleHub) -> None:
    response = ask(on_stage, "/events/restSearch", {"published": "maybe"})
    assert list(answer(response)["errors"]) == ["published"]


def test_text_has_only_published_attributes_for_detection(on_stage: SampleHub) -> None:
    every = [on_stage.request({"eventid": ["87", "88", "89"]})]
    response = ask(on_stage, "/attributes/restSearch", {"returnFormat": "text", **every[0]})
    lines = content(response).split("\n")
    assert lines[0] == "198.18.5.0|8080"
    assert lines[-1] == ""
    assert len(lines) == 8
    all_of_them = {"returnFormat": "text", "published": [0, 1], "to_ids": [0, 1], **every[0]}
    assert content(ask(on_stage, "/events/restSearch", all_of_them)).count("198.18.0.1\n") == 1
    assert (
        content(ask(on_stage, "/attributes/restSearch", {"returnFormat": "text", "value": "nothing"})) == "\n"
    )


def test_count_and_cache(on_stage: SampleHub) -> None:
    assert content(ask(on_stage, "/events/restSearch", {"returnFormat": "count"})) == "3"
    cached = content(
        ask(on_stage, "/attributes/restSearch", {"returnFormat": "cache", "value": "198.18.0.%"})
    )
    assert cached.split("\n")[0] == "c8fe91a668eb0265b3bc52cf12dccf31"
    with_uuid = {"returnFormat": "cache", "value": "8080", "includeEventUuid": 1, "hash_type": "sha256"}
    assert (
        content(ask(on_stage, "/attributes/restSearch", with_uuid))
        .strip()
        .endswith(",91ef9054-e35d-58bd-b6b4-6449d9cad66e")
    )


HEADER = (
    "uuid,event_id,category,type,value,comment,to_ids,date,object_relation,attribute_tag,object_uuid,"
    "object_name,object_meta_category"
)


def test_csv_equals_misps(on_stage: SampleHub) -> None:
    body = {"returnFormat": "csv", **on_stage.request({"eventid": ["87", "88", "89"]})}
    events = content(ask(on_stage, "/events/restSearch", body))
    assert events.startswith(HEADER + "\n")
    assert events.endswith("\n\n")
    number = on_stage.ids["events"]["87"]
    assert (
        f'"f30cc1fa-de19-57db-8517-733c853a769c",{number},"Payload delivery","md5",'
        '"0cc175b9c0f1b6a831c399e269772661","a comment, with comma ""quoted""",1,1700000004,"","","","",""\n'
    ) in events
    in_object = '"filename","","5c453110-c27d-5d22-8d9e-599db66dec03","file","file"\n'
    assert in_object in events
    assert in_object not in content(ask(on_stage, "/attributes/restSearch", body))


def test_csv_with_context_and_selected_columns(on_stage: SampleHub) -> None:
    body = {"returnFormat": "csv", "requested_attributes": ["value", "nosuch"], "includeContext": 1}
    chosen = content(ask(on_stage, "/attributes/restSearch", {**body, "value": DOMAIN, "uuid": DOMAIN}))
    assert chosen == (
        "value,nosuch,event_info,event_member_org,event_source_org,event_distribution,event_threat_level_id,"
        "event_analysis,event_date,event_tag,event_timestamp\n\n"
    )
    row = content(ask(on_stage, "/attributes/restSearch", {**body, "uuid": DOMAIN, "headerless": 1}))
    assert row == (
        '"evil.test.example|198.18.0.2","","rs one alpha","ORGNAME","ORGNAME",3,"High",2,"2023-11-14",'
        '"tlp:white,alpha,misp-galaxy:country=""luxembourg"",beta",1795564963\n\n'
    )


def test_other_organisation_finds_only_readable_data(on_stage: SampleHub) -> None:
    response = ask(on_stage, "/attributes/restSearch", {"value": "198.18.0.1"}, who="user2")
    assert [row["type"] for row in answer(response)["response"]["Attribute"]] == ["ip-dst"]
    assert response["X-Result-Count"] == "1"
    events = ask(on_stage, "/events/restSearch", {"searchall": "%beta%", "limit": 5}, who="user2")
    assert events["X-Result-Count"] == "1"


def test_warninglisted_values_can_be_excluded_from_flat_formats(on_stage: SampleHub) -> None:
    listed = Warninglist.objects.create(name="Known", type="string", enabled=True)
    WarninglistEntry.objects.create(warninglist=listed, value="198.18.0.1")
    body = {"returnFormat": "text", "published": [0, 1], "to_ids": [0, 1], "value": "198.18.0.%"}
    for path in ("/attributes/restSearch", "/events/restSearch"):
        kept = content(ask(on_stage, path, {**body, "enforceWarninglist": 1}))
        assert "evil.test.example|198.18.0.2\n" in kept
        assert "198.18.0.1\n" not in kept
        assert "198.18.0.1\n" in content(ask(on_stage, path, body))
