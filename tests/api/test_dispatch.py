"""Routing, permissions, error texts and response formats."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.api.calls import answer, call, send
from tests.factories.seed import Seed
from vardkase.api import dispatch
from vardkase.api.answers import Answer, Json, Stream
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import INTERNAL_ERROR, NO_PERMISSION
from vardkase.api.request import Call
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.hub.profiles import EVERY
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.standing import NEVER

PROFILES = EVERY
"""Profiles of this module's endpoints; an endpoint without any exists nowhere."""

VERSION = "/servers/getVersion"


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endpoints of these tests only."""
    monkeypatch.setattr(dispatch, "_endpoints", dict(dispatch._endpoints))

    @endpoint("probes/raise")
    def fail(call: Call, fault: str) -> Answer:
        raise {
            "notfound": NotFound(CommonProblem.QUOTED(said="Invalid <thing>")),
            "forbidden": Forbidden(),
            "conflict": Conflict(CommonProblem.QUOTED(said="Somebody was faster.")),
            "invalid": Invalid({"value": [CommonProblem.QUOTED(said="No.")]}),
            "fault": RuntimeError(f"secret {'k' * 40}"),
        }[fault]

    @endpoint("probes/stream")
    def stream(call: Call) -> Answer:
        return Stream(iter([b'{"a"', b": 1}"]), headers={"X-Result-Count": "1"})

    @endpoint("probes/echo")
    def echo(call: Call) -> Answer:
        return Json({"body": call.body, "args": call.args, "named": call.named, "x": call.param("x")})

    @endpoint("probes/add", requires=(Permission.TAGGER, Permission.ADD), writes=True)
    def add(call: Call) -> Answer:
        return Json({"added": True})

    @endpoint("probes/either", requires_any=(Permission.SYNC, Permission.ADMIN))
    def either(call: Call) -> Answer:
        return Json({})

    @endpoint("probes/staff", site_admin=True)
    def staff(call: Call) -> Answer:
        return Json({})


@pytest.mark.parametrize("path", ["/servers/nothing", "/users/describeRole", "/users/view/%00"])
def test_unknown_action_returns_404(seed: Seed, path: str) -> None:
    status, body = call(seed.analyst.key, "GET", path)
    assert (status, body["name"], body["message"]) == (404, "Not Found", "Not Found")
    assert list(body) == ["name", "message", "url"]


def test_unknown_controller_returns_404_even_with_key(seed: Seed) -> None:
    assert call(seed.analyst.key, "GET", "/nothing/here") == (
        404,
        {"name": "Not Found", "message": "Not Found", "url": "/nothing/here"},
    )


def test_unknown_action_requires_authentication(seed: Seed) -> None:
    assert call(None, "GET", "/users/nothing.json")[0] == 403


@pytest.mark.usefixtures("probes")
@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        ("notfound", 404, "Invalid &lt;thing&gt;"),
        ("forbidden", 403, NO_PERMISSION),
        ("conflict", 409, "Somebody was faster."),
        ("invalid", 403, "Could not raise Probe"),
    ],
)
def test_errors_have_misps_bodies(seed: Seed, fault: str, status: int, message: str) -> None:
    got, body = call(seed.analyst.key, "GET", f"/probes/raise/{fault}")
    assert (got, body["name"], body["message"]) == (status, message, message)


@pytest.mark.usefixtures("probes")
def test_internal_error_shows_only_a_number(seed: Seed, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "vardkase.api.dispatch"):
        response = send(seed.analyst.key, "GET", "/probes/raise/fault")
    assert response.status_code == 500
    assert answer(response) == {
        "name": INTERNAL_ERROR,
        "message": INTERNAL_ERROR,
        "url": "/probes/raise/fault",
    }
    assert response["X-Request-Id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "k" * 40 not in caplog.text
    assert seed.analyst.key not in caplog.text


@pytest.mark.usefixtures("probes")
def test_each_kind_of_permission(seed: Seed) -> None:
    def status(key: str, path: str) -> int:
        return call(key, "POST", path, {})[0]

    assert status(seed.analyst.key, "/probes/add") == 200
    assert status(seed.reader.key, "/probes/add") == 403
    assert status(seed.partner_sync.key, "/probes/either") == 200
    assert status(seed.org_admin.key, "/probes/either") == 200
    assert status(seed.analyst.key, "/probes/either") == 403
    assert status(seed.org_admin.key, "/probes/staff") == 403
    assert status(seed.site_admin.key, "/probes/staff") == 200


@pytest.mark.usefixtures("probes")
def test_organisation_without_write_access_is_refused(seed: Seed) -> None:
    seed.org_a.write_period = NEVER
    seed.org_a.save()
    assert call(seed.analyst.key, "POST", "/probes/add", {})[0] == 403


@pytest.mark.usefixtures("probes")
def test_writing_by_get_is_refused(seed: Seed) -> None:
    status, body = call(seed.analyst.key, "GET", "/probes/add")
    assert (status, body["message"]) == (405, "This method is only accessible via POST requests.")


def test_unusual_method_is_refused_with_usual_ones(seed: Seed) -> None:
    status, body = call(seed.analyst.key, "PATCH", "/events/index", {})
    message = "PATCH is not used here, but GET, POST, PUT, DELETE, OPTIONS."
    assert (status, body["message"]) == (405, message)
    headers = {"Authorization": seed.analyst.key, "Accept": "application/json"}
    assert Client().generic("TRACE", "/events/index", headers=headers).status_code == 405
    for path in (
        "/",
        "/accounts/login/",
        "/static/x.css",
        "/events/index",
        "/feed/manifest.json",
        "/taxii2/",
    ):
        assert Client().generic("TRACE", path).status_code == 405, path
    assert Client().generic("PROPFIND", "/accounts/login/").status_code == 405


def test_get_describes_writing_endpoint(seed: Seed) -> None:
    status, body = call(seed.site_admin.key, "GET", "/admin/organisations/add")
    assert (status, body["name"]) == (200, "/admin/organisations/add API description")
    assert body["mandatory_fields"] == ["name"]


@pytest.mark.usefixtures("probes")
def test_body_is_parsed_only_with_permission(seed: Seed) -> None:
    assert call(seed.reader.key, "POST", "/probes/add", b"{bad")[1]["message"] == NO_PERMISSION
    status, body = call(seed.analyst.key, "POST", "/probes/add", b"{bad")
    assert (status, body["message"][:19]) == (405, "Invalid JSON input.")


@pytest.mark.usefixtures("probes")
def test_parameters_come_from_body_path_and_query(seed: Seed) -> None:
    def x(path: str, body: Any) -> Any:
        return call(seed.analyst.key, "POST", path, body)[1]["x"]

    assert x("/probes/echo/x:path?x=query", {"x": "body"}) == "body"
    assert x("/probes/echo/x:path?x=query", {}) == "path"
    assert x("/probes/echo?x=query", {}) == "query"
    assert x("/probes/echo", {}) is None


@pytest.mark.usefixtures("probes")
def test_stream_keeps_headers(seed: Seed) -> None:
    response = send(seed.analyst.key, "GET", "/probes/stream")
    assert (answer(response), response["X-Result-Count"]) == ({"a": 1}, "1")


@pytest.mark.usefixtures("probes")
def test_entity_tags_are_sent_on_request(seed: Seed) -> None:
    path, body = "/probes/stream", b'{"a": 1}'
    assert "ETag" not in send(seed.analyst.key, "GET", path)
    first = send(seed.analyst.key, "GET", path, headers={"If-None-Match": '""'})
    tag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
    assert (first.status_code, first["ETag"], first["X-Result-Count"]) == (200, tag, "1")
    for known in (tag, tag.replace('"', "").join(['"', '-br"'])):
        second = send(seed.analyst.key, "GET", path, headers={"If-None-Match": known})
        assert (second.status_code, second.content) == (304, b"")


@pytest.mark.usefixtures("probes")
def test_head_has_no_body(seed: Seed) -> None:
    for path, status in (("/probes/stream", 200), (f"/organisations/view/{2**62}", 404)):
        response = send(seed.analyst.key, "HEAD", path)
        assert (response.status_code, response.content) == (status, b"")


def test_browsers_run_and_embed_no_answer(seed: Seed, settings: Settings) -> None:
    for path in (VERSION, "/servers/nothing", "/taxii2/", "/feed/nothing/manifest.json"):
        settings.SECURE_HSTS_SECONDS = 0
        plain = send(seed.analyst.key, "GET", path)
        assert "frame-ancestors 'none'" in plain["Content-Security-Policy"], path
        assert plain["X-Content-Type-Options"] == "nosniff", path
        assert "Strict-Transport-Security" not in plain, path
        settings.SECURE_HSTS_SECONDS = 31_536_000
        encrypted = send(seed.analyst.key, "GET", path)
        assert encrypted["Strict-Transport-Security"] == "max-age=31536000", path


def test_json_is_indented_for_browsers_and_compact_for_clients(seed: Seed) -> None:
    def text(**headers: str) -> str:
        return send(seed.analyst.key, "GET", VERSION, headers=headers).content.decode()

    assert "\n" not in text(**{"User-Agent": "PyMISP 2.5"})
    assert "\n" not in text(**{"User-Agent": "MISP 2.5.1"})
    assert "\n" not in text(**{"User-Agent": "curl", "X-Requested-With": "XMLHttpRequest"})
    indented = text(**{"User-Agent": "curl"})
    assert '\n    "version": "2.5.1"' in indented
    assert json.loads(indented)["perm_sync"] is False


def test_xml_is_sent_if_only_xml_is_accepted(seed: Seed) -> None:
    response = send(seed.analyst.key, "GET", VERSION, headers={"Accept": "application/xml"})
    assert response["Content-Type"] == "application/xml; charset=UTF-8"
    assert "<version>2.5.1</version><pymisp_recommended_version>" in response.content.decode()
    assert "<perm_sync>0</perm_sync>" in response.content.decode()


def test_browser_gets_pages(seed: Seed) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    response = send(None, "GET", "/users/view/me", headers=browser)
    assert not response["Content-Type"].startswith(("application/json", "application/xml"))


def test_duplicate_endpoint_declaration_fails() -> None:
    with pytest.raises(RuntimeError, match="twice"):
        endpoint("Servers/get_version")


def test_acl_lists_functions_and_no_missing_names(seed: Seed) -> None:
    assert call(seed.site_admin.key, "GET", "/events/queryACL/findMissingFunctionNames") == (200, [])
    _, functions = call(seed.site_admin.key, "GET", "/servers/queryACL/printAllFunctionNames")
    assert "getVersion" in functions["servers"]
    assert "admin_add" in functions["users"]
