"""The rule that blocks events with certain tags, from every source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.calls import call
from tests.factories.people import make_key
from tests.factories.seed import Seed

RULE = "/servers/eventBlockRule"


def event(*tags: str, **members: Any) -> dict[str, Any]:
    return {"Event": {"info": "story", "distribution": 0, "Tag": [{"name": tag} for tag in tags], **members}}


def test_events_with_a_blocked_tag_are_refused(seed: Seed) -> None:
    admin, key = seed.site_admin.key, seed.publisher.key
    made = call(seed.org_admin.key, "POST", "/events/add", event("rumour"))[1]["Event"]
    rule = {"tags": ["Rumour", "hearsay"]}
    assert call(admin, "POST", RULE, {"Server": {"value": json.dumps(rule)}})[0] == 200
    assert json.loads(call(admin, "GET", RULE)[1]["value"]) == rule
    status, body = call(seed.org_admin.key, "POST", "/events/add", event("rumour"))
    assert (status, body["message"]) == (403, "Event blocked by the event block rule.")
    assert call(admin, "POST", "/events/add", event("RUMOUR"))[0] == 403
    newer = event("rumour", info="changed", timestamp=int(made["timestamp"]) + 10)
    assert call(seed.org_admin.key, "POST", f"/events/edit/{made['id']}", newer)[0] == 403
    assert call(key, "POST", "/events/add", event("truth"))[0] == 200
    assert call(admin, "POST", RULE, {"value": ""})[0] == 200
    assert call(seed.org_admin.key, "POST", "/events/add", event("rumour"))[0] == 200


@pytest.mark.parametrize("value", ["tags", "[1]", '{"tags": [1]}', '{"tags": {"a": 1}}'])
def test_invalid_rule_is_rejected(seed: Seed, value: str) -> None:
    admin = seed.site_admin.key
    call(admin, "POST", RULE, {"value": '{"tags": ["rumour"]}'})
    status, body = call(admin, "POST", RULE, {"value": value})
    assert (status, list(body["errors"])) == (403, ["value"])
    assert call(admin, "GET", RULE)[1]["value"] == '{"tags": ["rumour"]}'


@pytest.mark.parametrize("sent", [{}, {"value": None}, {"Server": {}}])
def test_only_an_empty_text_removes_the_rule(seed: Seed, sent: dict[str, Any]) -> None:
    admin = seed.site_admin.key
    call(admin, "POST", RULE, {"value": '{"tags": ["rumour"]}'})
    status, body = call(admin, "POST", RULE, sent)
    assert (status, body["errors"]) == (403, {"value": ["value is missing."]})
    assert call(admin, "GET", RULE)[1]["value"] == '{"tags": ["rumour"]}'


def test_read_only_key_cannot_change_the_rule(seed: Seed) -> None:
    key = make_key(seed.site_admin.user, read_only=True)
    assert call(key, "POST", RULE, {"value": '{"tags": ["rumour"]}'})[0] == 403
    assert call(key, "GET", RULE)[1]["value"] == ""


def test_only_site_administrators_see_or_change_the_rule(seed: Seed) -> None:
    for api_user in (seed.org_admin, seed.partner_sync, seed.reader):
        assert call(api_user.key, "GET", RULE)[0] == 403
        assert call(api_user.key, "POST", RULE, {"value": '{"tags": ["tlp:red"]}'})[0] == 403
    assert call(seed.site_admin.key, "GET", RULE)[1]["value"] == ""
