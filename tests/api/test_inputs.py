"""Declared inputs are read from body, path and query, and invalid ones are refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calls import answer, call, send
from tests.factories.seed import Seed
from vardkase.api.answers import Json, Saved
from vardkase.api.fields import Choice, Date, Flag, Mandatory, Number, Text
from vardkase.api.inputs import Body, Params, inputs_of
from vardkase.api.request import Call

pytestmark = pytest.mark.django_db


class Fields(Body, kw_only=True):
    model = "Thing"

    day: Date
    name: Mandatory[Text] = ""
    number: Number = 5


class Query(Params, kw_only=True):
    flag: Flag = False


class Decision(Body, kw_only=True):
    accept: Choice


def handler(call: Call, thing_id: str, place: str = "", *, body: Fields, params: Query) -> Json | Saved:
    raise NotImplementedError


def test_signature_declares_inputs() -> None:
    declared = inputs_of(handler, {})
    assert declared.path == {"thing_id": True, "place": False}
    assert declared.read == {"body": Fields, "params": Query}
    assert declared.answers == (Json, Saved)
    assert {name: field.is_mandatory for name, field in Fields.fields().items()} == {
        "day": True,
        "name": True,
        "number": False,
    }


def test_undeclared_parameter_is_type_error() -> None:
    def wrong(call: Call, number: int) -> Json:
        raise NotImplementedError

    with pytest.raises(TypeError, match="number is no declared input"):
        inputs_of(wrong, {})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/galaxies/index", {"context": "custom"}),
        ("/galaxies/index/context:custom", None),
        ("/galaxies/index?context=custom", None),
    ],
)
def test_parameter_comes_from_body_path_or_query(seed: Seed, path: str, body: Any) -> None:
    galaxy = {"name": "Ours", "type": "ours", "namespace": "x", "description": "d"}
    assert send(seed.site_admin.key, "POST", "/galaxies/add", galaxy).status_code == 200
    status, found = call(seed.site_admin.key, "POST" if body else "GET", path, body)
    assert (status, [each["Galaxy"]["name"] for each in found]) == (200, ["Ours"])


def test_parameter_of_wrong_type_is_refused_by_name(seed: Seed) -> None:
    status, refused = call(seed.reader.key, "POST", "/galaxies/index", {"enabled": ["yes"]})
    assert status == 400
    assert refused["message"] == "enabled is true or false."
    assert refused["errors"] == {"enabled": ["enabled is true or false."]}


def test_all_invalid_members_are_named_in_misps_error(seed: Seed) -> None:
    body = {"FavouriteTag": {"data": ["x"], "tag_id": {"y": 1}}}
    response = send(seed.reader.key, "POST", "/favouriteTags/toggle", body)
    assert response.status_code == 403
    refused = answer(response)
    assert refused["saved"] is False
    assert refused["errors"].keys() == {"data", "tag_id"}


def test_undeclared_members_are_ignored_as_in_misp(seed: Seed) -> None:
    sent = {"name": "t-1", "colour": "#ff0000", "no_such_member": {"a": []}}
    status, tag = call(seed.site_admin.key, "POST", "/tags/add", {"Tag": sent})
    assert (status, tag["Tag"]["name"]) == (200, "t-1")


def test_tag_that_looks_like_parameter_is_argument(seed: Seed) -> None:
    key = seed.site_admin.key
    event = call(key, "POST", "/events/add", {"info": "i"})[1]["Event"]["id"]
    call(key, "POST", "/tags/add", {"name": "tlp:white"})
    assert call(key, "POST", f"/events/addTag/{event}/tlp:white/local:1")[1]["saved"] is True
    tags = call(key, "GET", f"/events/view/{event}")[1]["Event"]["Tag"]
    assert [(tag["name"], tag["local"]) for tag in tags] == [("tlp:white", 1)]


@pytest.mark.parametrize("sent", [{}, {"networks": None}])
def test_replacing_list_is_required(seed: Seed, sent: dict[str, Any]) -> None:
    seed.org_a.networks = ["192.0.2.0/24"]
    seed.org_a.save()
    status, refused = call(seed.org_admin.key, "POST", "/organisationSecurity/setNetworks", sent)
    assert (status, refused["errors"]) == (400, {"networks": ["networks is missing."]})
    seed.org_a.refresh_from_db()
    assert seed.org_a.networks == ["192.0.2.0/24"]


@pytest.mark.parametrize("none", [0, False, None, ""])
def test_empty_reference_counts_as_missing(seed: Seed, none: Any) -> None:
    for path, body in (
        ("/sightings/index", {"event_id": none}),
        ("/shadow_attributes/index", {"eventId": none}),
        ("/userSettings/index", {"user_id": none}),
    ):
        assert call(seed.reader.key, "POST", path, body) == (200, []), path


def test_server_0_of_sharing_group_is_this_instance(seed: Seed) -> None:
    servers = {"sg_id": str(seed.group.uuid), "server_id": 0}
    status, body = call(seed.site_admin.key, "POST", "/sharing_groups/addServer", servers)
    assert "Invalid Server" not in body["message"], (status, body)


@pytest.mark.parametrize("word", ["null", "None", "", "ja"])
def test_unclear_decision_is_refused(word: str) -> None:
    with pytest.raises(ValueError):
        Decision.fields()["accept"].kind.read(word)


def test_post_test_echoes_body(seed: Seed) -> None:
    assert call(seed.reader.key, "POST", "/servers/postTest", [1, "å"])[1]["body"] == [1, "å"]
    assert call(seed.reader.key, "POST", "/servers/postTest", {})[1]["body"] == []


def test_tag_named_like_parameter_is_not_another_tag(seed: Seed) -> None:
    key = seed.site_admin.key
    for name in ("x", "id:x"):
        call(key, "POST", "/tags/add", {"name": name})
    assert send(key, "POST", "/tags/delete/id:x").status_code == 200
    assert send(key, "GET", "/tags/view/x").status_code == 200
    assert send(key, "GET", "/tags/view/id:x").status_code == 405


def test_false_is_not_a_number(seed: Seed) -> None:
    """In MISP's flags it is 0, and mail to recipient 0 goes to all users."""
    letter = {"recipient": False, "subject": "s", "body": "b"}
    status, refused = call(seed.site_admin.key, "POST", "/admin/users/email", letter)
    assert (status, refused["errors"]) == (403, {"recipient": ["recipient is a number."]})
