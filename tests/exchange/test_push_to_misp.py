"""Pushing to a MISP 2.5: what it accepts, what it fails on, and what is sent on request."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.api.calls import call
from tests.exchange.servers import HERE, Running, serving
from tests.factories import make_attribute, make_event
from tests.factories.seed import Seed
from tests.intel.proposal_calls import propose
from vardkase.core.problems import stored_wire
from vardkase.core.retries import RetryPolicy
from vardkase.exchange.servers.models import KEYS, Server
from vardkase.exchange.sync import refusals
from vardkase.exchange.sync.models import SyncRun
from vardkase.exchange.sync.push import push
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.models import Event

VERSION = {
    "version": "2.5.1",
    "perm_sync": True,
    "perm_sighting": True,
    "perm_galaxy_editor": True,
    "perm_analyst_data": True,
}
NEEDED = {"event_org_id", "email", "org_id", "event_uuid", "comment", "old_id", "proposal_to_delete"}
"""Columns of a proposal that MISP fills from the document."""


class Misp:
    """A MISP that has the events `known`, requests those it wants, and answers 500 to the actions in `fails`."""

    def __init__(self, **wants: Any) -> None:
        self.known: tuple[str, ...] = tuple(wants.pop("known", ()))
        self.fails: tuple[str, ...] = tuple(wants.pop("fails", ()))
        self.wanted = {
            "events/filterEventIdsForPush": wants.get("events", []),
            "analyst_data/filterAnalystDataForPush": wants.get("analyst_data", {}),
        }

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        status, said = self.answer(handler.path)
        content = b"" if handler.command == "HEAD" else json.dumps(said).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def answer(self, path: str) -> tuple[int, Any]:
        action = "/".join(path.split("/")[1:3])
        if action in self.fails:
            return 500, {"message": "An Internal Error Has Occurred."}
        if action == "events/view":
            return (200 if path.rpartition("/")[2] in self.known else 404), {}
        rows = [{"uuid": each, "published": True, "sighting_timestamp": "1"} for each in self.known]
        answers = {"servers/getVersion": VERSION, "events/index": rows, **self.wanted}
        return 200, answers.get(action, {"saved": True, "success": True, "counter": 1})


@pytest.fixture
def event(seed: Seed) -> Event:
    """A published event of organisation A for everyone, with one attribute."""
    event = make_event(seed.org_a, distribution=3, published=True, publish_timestamp=5)
    event.save()
    make_attribute(event, distribution=5).save()
    return event


@pytest.fixture(autouse=True)
def _on_this_machine(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = list(HERE)
    monkeypatch.setattr("vardkase.exchange.request_retries.REQUEST", RetryPolicy(0, 1, retries=0))


def connection(seed: Seed, url: str, **members: Any) -> Server:
    return Server.objects.create(
        name="misp",
        url=url,
        encrypted_key=KEYS.encrypt("k" * 40),
        org=seed.hub,
        remote_org=seed.org_b,
        priority=1,
        **{"push": True, "push_analyst_data": True, **members},
    )


def sent(peer: Running, action: str) -> list[Any]:
    """The bodies posted to an action."""
    return [
        json.loads(body) for _method, path, _headers, body in peer.requests if path.startswith(f"/{action}")
    ]


def test_proposals_contain_every_column_misp_needs(seed: Seed, event: Event) -> None:
    propose(seed.partner, event, type="domain", category="Network activity", value="proposed.example")
    with serving(Misp(known=[str(event.uuid)])) as peer:
        push(None, connection(seed, peer.url))
    [[proposal]] = sent(peer, "events/pushProposals")
    assert set(proposal) >= NEEDED
    assert (proposal["event_org_id"], proposal["value"]) == (str(seed.org_a.pk), "proposed.example")


def test_analyst_data_is_pushed_separately_after_its_event(seed: Seed, event: Event) -> None:
    attribute = event.attributes.get()
    for kind, uuid, text in (
        ("Event", event.uuid, "of the event"),
        ("Attribute", attribute.uuid, "of a part"),
    ):
        status, _ = call(
            seed.analyst.key,
            "POST",
            f"/analyst_data/add/Note/{uuid}/{kind}",
            {"note": text, "distribution": 3},
        )
        assert status == 200

    notes = {str(uuid): "2026-01-01 00:00:00" for uuid in AnalystData.objects.values_list("uuid", flat=True)}
    with serving(Misp(events=[str(event.uuid)], analyst_data={"Note": notes})) as peer:
        push(None, connection(seed, peer.url))
    [pushed] = sent(peer, "events/add")
    assert not {"Note", "Opinion", "Relationship"} & _all_keys(pushed)
    pushed_notes = sent(peer, "analyst_data/pushAnalystData")
    assert {each["Note"]["note"] for each in pushed_notes} == {"of the event", "of a part"}
    assert {each["Note"]["locked"] for each in pushed_notes} == {True}
    order = ["/".join(path.split("/")[1:3]) for _method, path, _headers, _body in peer.requests]
    assert order.index("events/add") < order.index("analyst_data/pushAnalystData")


def _all_keys(document: Any) -> set[str]:
    """Every key in a document, at any depth."""
    if isinstance(document, dict):
        return set(document) | {name for value in document.values() for name in _all_keys(value)}
    return {name for each in document for name in _all_keys(each)} if isinstance(document, list) else set()


def test_proposals_answered_with_500_are_given_up_until_changed_or_requested(
    seed: Seed, event: Event
) -> None:
    propose(seed.partner, event, type="domain", category="Network activity", value="proposed.example")
    with serving(Misp(known=[str(event.uuid)], fails=["events/pushProposals"])) as peer:
        server = connection(seed, peer.url)
        for _ in range(refusals.MOST_ATTEMPTS + 3):
            push(None, server)
        assert len(sent(peer, "events/pushProposals")) == refusals.MOST_ATTEMPTS
        run = SyncRun.objects.filter(server=server).latest("pk")
        fault = stored_wire(run.fault)
        assert fault.startswith("proposals: 1 not sent again before they change")
        assert "status 500" in fault
        push(seed.site_admin.actor, server)
        assert len(sent(peer, "events/pushProposals")) == refusals.MOST_ATTEMPTS + 1
        propose(seed.stranger, event, type="domain", category="Network activity", value="more.example")
        push(None, server)
        assert len(sent(peer, "events/pushProposals")) == refusals.MOST_ATTEMPTS + 2


def test_manual_push_works_without_automatic_push(seed: Seed, event: Event) -> None:
    call(seed.site_admin.key, "POST", "/servers/serverSettingsEdit/MISP.background_jobs", {"value": False})
    with serving(Misp(events=[str(event.uuid)])) as peer:
        server = connection(seed, peer.url, push=False)
        status, body = call(seed.site_admin.key, "POST", f"/servers/push/{server.pk}/full", {})
        assert (status, body["message"]) == (
            200,
            "Push complete. 1 events pushed, 0 events could not be pushed.",
        )
        assert [each["Event"]["uuid"] for each in sent(peer, "events/add")] == [str(event.uuid)]
        status, planned = call(seed.site_admin.key, "GET", f"/servers/dryRun/{server.pk}/push/full")
        assert (status, planned["move"]["events"]) == (200, 1)
