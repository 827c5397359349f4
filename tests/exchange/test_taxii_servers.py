"""TAXII servers of others: configuration, polling and pushing through the outgoing gateway."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from pytest_django import Settings

from tests.api.calls import call
from tests.exchange.servers import HERE, Answer, Running, serving
from tests.exchange.test_taxii_writing import LATER, indicator, report, uuid_in
from tests.factories import make_object, make_report
from tests.factories.seed import Seed
from tests.factories.taxii import PUBLISHED, add_domain, published_event
from vardkase.audit.models import AuditEntry
from vardkase.core.problems import stored_wire
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.taxii.client import TaxiiClient, authorization
from vardkase.exchange.taxii.models import KEYS, FetchedObject, Run, TaxiiServer
from vardkase.exchange.taxii.polling import poll
from vardkase.exchange.taxii.problems import TaxiiServerProblem
from vardkase.exchange.taxii.pushing import push
from vardkase.intel.models import Attribute, Event

GIVEN = {
    "name": "Partner",
    "owner": "Partner AB",
    "baseurl": "https://taxii.example",
    "api_root": "/api/",
    "collection": "c",
    "filters": {"tags": ["tlp:clear"]},
    "api_key": "user:secret",
}
FIRST, SECOND = "2024-01-01T00:00:00.000000Z", "2024-01-02T00:00:00.000000Z"


def add(seed: Seed, **fields: Any) -> tuple[int, Any]:
    return call(seed.site_admin.key, "POST", "/taxiiServers/add", {**GIVEN, **fields})


def test_server_is_added_changed_listed_and_deleted(seed: Seed) -> None:
    status, body = add(seed)
    added = body["TaxiiServer"]
    assert (status, added["name"], added["collection"]) == (200, "Partner", "c")
    assert json.loads(added["filters"]) == {"tags": ["tlp:clear"]}
    path = f"/taxiiServers/edit/{added['id']}"
    status, body = call(seed.site_admin.key, "POST", path, {"TaxiiServer": {**added, "name": "Other"}})
    assert (status, body["TaxiiServer"]["name"]) == (200, "Other")
    assert call(seed.site_admin.key, "GET", "/taxiiServers/index")[1] == [body]
    assert call(seed.site_admin.key, "GET", f"/taxii_servers/view/{added['uuid']}")[1] == body
    status, body = call(seed.site_admin.key, "POST", f"/taxiiServers/delete/{added['id']}")
    assert (status, body["saved"]) == (200, True)
    assert call(seed.site_admin.key, "POST", path, {"name": "x"})[0] == 404
    actions = AuditEntry.objects.filter(target_kind="taxii_server").values_list("action", flat=True)
    assert set(actions) == {"taxii_server.added", "taxii_server.edited", "taxii_server.deleted"}


def test_keys_are_not_returned_and_bound_to_their_server(seed: Seed) -> None:
    added = add(seed)[1]["TaxiiServer"]
    stored = TaxiiServer.objects.get()
    assert KEYS.decrypt(stored.encrypted_key) == "user:secret"
    assert "secret" not in stored.encrypted_key + json.dumps(added)
    path = f"/taxiiServers/edit/{added['id']}"
    status, body = call(seed.site_admin.key, "POST", path, {"baseurl": "https://elsewhere.example"})
    assert (status, list(body["errors"])) == (403, ["api_key"])
    status, body = call(seed.site_admin.key, "POST", path, {"api_root": "https://elsewhere.example/api/"})
    assert (status, list(body["errors"])) == (403, ["api_root"])
    moved = {"baseurl": "https://elsewhere.example", "api_key": "new"}
    assert call(seed.site_admin.key, "POST", path, moved)[0] == 200
    with pytest.raises(OutgoingFailed) as refused:
        TaxiiClient("https://a.example", "https://b.example/", "key").collections()
    assert refused.value.has(TaxiiServerProblem.ROOT_ELSEWHERE)


@pytest.mark.parametrize(
    ("key", "sent"),
    [("user:secret", "Basic dXNlcjpzZWNyZXQ="), ("Bearer a:b", "Bearer a:b"), ("k" * 40, "k" * 40)],
)
def test_authorization_header_for_each_kind_of_key(key: str, sent: str) -> None:
    assert authorization(key) == sent


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("baseurl", "ftp://x.example"),
        ("baseurl", "https://user:word@x.example"),
        ("api_root", ""),
        ("filters", "["),
        ("filters", {"nonsense": 1}),
        ("filters", {"limit": 1}),
        ("distribution", 5),
        ("sharing_group_id", 999_999),
        ("api_key", "two\nlines"),
    ],
)
def test_invalid_fields_are_named(seed: Seed, field: str, value: Any) -> None:
    status, body = add(seed, **{field: value})
    assert (status, list(body["errors"])) == (403, [field])
    assert not TaxiiServer.objects.exists()


def taxii_server(pages: Callable[[dict[str, str]], tuple[dict[str, Any], str]]) -> Answer:
    """A server whose pages come from `pages`: given the query, an envelope and when its last object was added."""

    def answer(handler: Any) -> None:
        query = {name: values[-1] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        envelope, last = pages(query)
        content = json.dumps(envelope).encode()
        handler.send_response(int(envelope.get("http_status", 200)))
        handler.send_header("Content-Type", "application/taxii+json;version=2.1")
        if last:
            handler.send_header("X-TAXII-Date-Added-Last", last)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def partner(seed: Seed, running: Running, **fields: Any) -> TaxiiServer:
    given = {"name": "Partner", "api_root": "/api/", "collection": "c", **fields}
    return TaxiiServer.objects.create(baseurl=running.url, org=seed.org_a, **given)


@pytest.fixture
def loopback(settings: Settings) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = HERE


@pytest.mark.usefixtures("loopback")
def test_interrupted_poll_resumes(seed: Seed) -> None:
    """Report and indicator are on different pages, and the server fails between them."""
    inside, loose = indicator("inside.example"), indicator("loose.example")
    its_report = report("Told", [inside])
    broken = [True]

    def pages(query: dict[str, str]) -> tuple[dict[str, Any], str]:
        if query.get("next") == "2":
            if broken:
                return {"title": "No", "description": "Not now.", "http_status": "403"}, ""
            return {"objects": [inside, loose]}, SECOND
        if query.get("added_after") == SECOND:
            return {}, ""
        return {"objects": [its_report], "more": True, "next": "2"}, FIRST

    with serving(taxii_server(pages)) as running:
        server = partner(seed, running)
        with pytest.raises(OutgoingFailed, match="Not now"):
            poll(None, server)
        assert not Event.objects.exists()
        assert "Not now" in Run.objects.get().fault
        broken.clear()
        asked = len(running.requests)
        server.refresh_from_db()
        run = poll(None, server)
        assert [request[1].partition("?")[2] for request in running.requests[asked:]] == ["next=2"]
        assert (run.objects_moved, run.events, run.refused) == (2, 2, 0)
        server.refresh_from_db()
        assert (server.polled_to, server.next) == (SECOND, "")
        assert poll(None, server).objects_moved == 0
    assert dict(Attribute.objects.values_list("value1", "event__info")) == {
        "inside.example": "Told",
        "loose.example": "TAXII: Partner",
    }
    assert set(Event.objects.values_list("orgc", "distribution", "published")) == {(seed.org_a.pk, 0, True)}
    assert not FetchedObject.objects.exists()


@pytest.mark.usefixtures("loopback")
def test_server_can_change_only_its_own_events(seed: Seed) -> None:
    ours = published_event(seed.org_a, "ours.example", user_id=seed.analyst.user.pk)
    theirs = published_event(seed.org_c, "theirs.example")
    forged = [
        {**report("Forged", [indicator("forged.example")]), "id": f"report--{event.uuid}", "modified": LATER}
        for event in (ours, theirs)
    ]
    first = indicator("first.example")
    own = report("Own", [first])
    newer = {**own, "name": "Newer", "modified": LATER}
    sent: list[list[dict[str, Any]]] = [[*forged, own, first], [newer, first, *forged]]

    with serving(taxii_server(lambda _query: ({"objects": sent.pop(0)}, ""))) as running:
        server = partner(seed, running, sharing_group=seed.group)
        run = poll(None, server)
        assert (run.events, run.refused) == (1, 2)
        assert "did not come from this server" in stored_wire(run.reasons[0])
        assert poll(None, server).events == 1
    for event in (ours, theirs):
        assert Event.objects.get(pk=event.pk).info == event.info
    event = Event.objects.get(uuid=uuid_in(own))
    assert (event.info, event.distribution, event.sharing_group) == ("Newer", 4, seed.group)


@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize(
    ("envelope", "message"),
    [
        ({"objects": [], "more": True}, "does not say where"),
        ({"title": "Gone", "http_status": "404"}, "status 404: Gone"),
    ],
)
def test_invalid_response_fails_the_poll(seed: Seed, envelope: dict[str, Any], message: str) -> None:
    with (
        serving(taxii_server(lambda _query: (envelope, ""))) as running,
        pytest.raises(OutgoingFailed) as failed,
    ):
        poll(None, partner(seed, running))
    assert message in failed.value.wire
    assert stored_wire(Run.objects.get().fault) == failed.value.wire


@pytest.mark.usefixtures("loopback")
def test_invalid_objects_do_not_stop_the_others(seed: Seed) -> None:
    good = indicator("good.example")
    bad = [7, {"type": "indicator"}, {**indicator("x"), "pattern": "nonsense"}]
    with serving(taxii_server(lambda _query: ({"objects": [*bad, good]}, ""))) as running:
        run = poll(None, partner(seed, running))
    assert (run.objects_moved, run.events, run.refused) == (4, 1, 3)
    assert Attribute.objects.get().value1 == "good.example"


@pytest.mark.usefixtures("loopback")
def test_push_sends_permitted_events_once(seed: Seed) -> None:
    event = published_event(seed.org_a, "leaves.example")
    add_domain(event, "own.example", distribution=0)
    add_domain(event, "community.example", distribution=1)
    add_domain(event, "group.example", distribution=4, sharing_group=seed.group)
    local = make_object(event, distribution=1, comment="object of the community")
    local.save()
    add_domain(event, "in-object.example", object=local, object_relation="domain")
    make_report(event, name="community report", content="words", distribution=1).save()
    for reach in (0, 1, 4):
        group = seed.group if reach == 4 else None
        published_event(seed.org_a, f"stays{reach}.example", distribution=reach, sharing_group=group)
    published_event(seed.org_a, "draft.example", published=False)

    def refuse_identity(_query: dict[str, str]) -> tuple[dict[str, Any], str]:
        failed = [{"id": "identity--x", "message": "no identities"}]
        return {"id": str(uuid4()), "status": "complete", "failures": failed}, ""

    with serving(taxii_server(refuse_identity)) as running:
        server = partner(seed, running)
        run = push(None, server)
        sent = running.requests[-1][3].decode()
        server.refresh_from_db()
        assert server.pushed_to == PUBLISHED
        assert push(None, server).objects_moved == 0
        assert len(running.requests) == 1
        published_event(seed.org_a, "later.example", added=PUBLISHED + 60)
        push(None, server)
        assert "later.example" in running.requests[-1][3].decode()
        assert "leaves.example" not in running.requests[-1][3].decode()
    assert "leaves.example" in sent
    for word in ("own.", "community", "group.example", "in-object", "stays", "draft"):
        assert word not in sent
    assert (run.events, run.refused, [stored_wire(each) for each in run.reasons]) == (
        1,
        1,
        ["identity--x: no identities"],
    )


def test_private_addresses_are_refused(seed: Seed, settings: Settings) -> None:
    settings.VARDKASE_PRIVATE_NETWORKS = ()
    with serving(taxii_server(lambda _query: ({}, ""))) as running:
        server = partner(seed, running)
        for path in (f"collectionsIndex/{server.pk}", f"objectsIndex/{server.pk}/c"):
            status, body = call(seed.site_admin.key, "GET", f"/taxiiServers/{path}")
            assert (status, "may not turn to" in body["message"]) == (404, True)
        assert running.requests == []
