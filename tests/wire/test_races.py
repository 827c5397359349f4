"""Concurrent requests: one succeeds, the others get the ordinary refusal; nothing fails or is stored twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.factories.seed import Seed
from tests.support.web_server import WebServer
from tests.wire.raw import Raw
from vardkase.core.errors import Conflict
from vardkase.core.retries import WRITE_CONFLICT
from vardkase.core.write_conflicts import retry_on_conflict
from vardkase.intel.models import Attribute, AttributeTag, Event, EventTag
from vardkase.knowledge.taxonomies.models import Tag

CLIENTS = 6
ROUNDS = 4

type Answer = tuple[int, Any]


@pytest.fixture
def api(server: WebServer, server_seed: Seed) -> Raw:
    return Raw(server.url, server_seed.org_admin.key)


def at_once(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Start all `calls` at the same moment."""
    gate = threading.Barrier(len(calls))

    def call(one: Callable[[], Answer]) -> Answer:
        gate.wait(10)
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(status for status, _ in answers)


def _new_event(api: Raw, **members: Any) -> str:
    uuid = str(uuid4())
    status, body = api.post("/events/add", {"Event": {"uuid": uuid, "info": "shared", **members}})
    assert status == 200, body
    return uuid


def test_concurrently_added_event_is_stored_once(api: Raw) -> None:
    for _ in range(ROUNDS):
        document: dict[str, Any] = {
            "uuid": str(uuid4()),
            "info": "twice",
            "Attribute": [{"type": "domain", "value": "a.example"}],
        }
        answers = at_once([lambda d=document: api.post("/events/add", {"Event": d})] * CLIENTS)  # type: ignore[misc]
        assert statuses(answers) == {200: 1, 404: CLIENTS - 1}
        texts = {body["message"] for status, body in answers if status == 404}
        assert texts == {
            "Event already exists, if you would like to edit it, use the url in the location header."
        }
        event = Event.objects.get(uuid=document["uuid"])
        assert Attribute.objects.filter(event=event).count() == event.attribute_count == 1


def test_attribute_uuid_added_concurrently_to_two_events_is_stored_once(api: Raw) -> None:
    for _ in range(ROUNDS):
        events = [_new_event(api) for _ in range(CLIENTS)]
        attribute = {"uuid": str(uuid4()), "type": "domain", "value": "a.example"}
        answers = at_once([lambda e=e, a=attribute: api.post(f"/attributes/add/{e}", a) for e in events])  # type: ignore[misc]
        assert statuses(answers) == {200: 1, 403: CLIENTS - 1}
        refused = [body["errors"] for status, body in answers if status == 403]
        assert refused == [{"uuid": ["The UUID provided is not unique"]}] * (CLIENTS - 1)
        assert Attribute.objects.filter(uuid=attribute["uuid"]).count() == 1


def test_concurrently_added_value_is_stored_once(api: Raw) -> None:
    event = _new_event(api)
    path = f"/attributes/add/{event}"
    answers = at_once([lambda: api.post(path, {"type": "domain", "value": "a.example"})] * CLIENTS)
    assert statuses(answers) == {200: 1, 403: CLIENTS - 1}
    assert Event.objects.get(uuid=event).attribute_count == 1


def test_concurrently_added_tag_is_stored_once(api: Raw) -> None:
    for number in range(ROUNDS):
        name = f"race:{number}"
        events = [_new_event(api) for _ in range(CLIENTS // 2)]
        attach = [
            lambda e=e, n=name: api.post("/tags/attachTagToObject", {"uuid": e, "tag": n}) for e in events
        ]
        make = [lambda n=name: api.post("/tags/add", {"name": n.upper()})] * (CLIENTS // 2)
        assert statuses(at_once([*attach, *make])) == {200: CLIENTS}
        assert Tag.objects.filter(name__iexact=name).count() == 1
        assert EventTag.objects.filter(tag__name__iexact=name).count() == len(events)


def test_tags_added_in_opposite_orders_do_not_deadlock(api: Raw) -> None:
    for number in range(ROUNDS):
        names = [{"name": f"order:{number}-{tag}"} for tag in range(30)]
        documents = [{"info": "tags", "Tag": names[:: 1 if client % 2 else -1]} for client in range(CLIENTS)]
        answers = at_once([lambda d=d: api.post("/events/add", {"Event": d}) for d in documents])  # type: ignore[misc]
        assert statuses(answers) == {200: CLIENTS}
        assert all(len(body["Event"]["Tag"]) == len(names) for _, body in answers)


def test_concurrent_changes_to_one_event(api: Raw) -> None:
    uuid = str(uuid4())
    event = _new_event(api, Attribute=[{"uuid": uuid, "type": "domain", "value": "a.example"}])
    calls: list[Callable[[], Answer]] = [
        lambda: api.post(f"/events/edit/{event}", {"info": "edited"}),
        lambda: api.post(f"/attributes/edit/{uuid}", {"comment": "edited"}),
        lambda: api.post(f"/attributes/delete/{uuid}/1", {}),
        lambda: api.post("/tags/attachTagToObject", {"uuid": uuid, "tag": "race:all"}),
        lambda: api.post("/tags/attachTagToObject", {"uuid": event, "tag": "race:all"}),
        lambda: api.post(f"/attributes/add/{event}", {"type": "domain", "value": "b.example"}),
        lambda: api.post(f"/events/publish/{event}", {}),
    ]
    answers = at_once(calls)
    assert set(statuses(answers)) <= {200, 404}
    assert not AttributeTag.objects.exclude(attribute__in=Attribute.objects.all()).exists()
    assert Event.objects.get(uuid=event).attribute_count == 1
    gone = at_once([lambda: api.post(f"/events/delete/{event}", {}), calls[0], calls[5], calls[4]])
    assert gone[0][0] == 200
    assert set(statuses(gone)) <= {200, 403, 404}
    assert not Attribute.objects.exclude(event__in=Event.objects.all()).exists()
    assert not EventTag.objects.filter(event__uuid=event).exists()


@pytest.mark.django_db(transaction=True)
def test_repeated_deadlocks_raise_conflict() -> None:
    attempts = []

    def work() -> None:
        attempts.append(1)
        raise psycopg.errors.DeadlockDetected

    with pytest.raises(Conflict):
        retry_on_conflict(work)
    assert len(attempts) == 1 + (WRITE_CONFLICT.retries or 0)


@pytest.mark.django_db(transaction=True)
def test_other_errors_are_not_retried() -> None:
    attempts = []

    def work() -> None:
        attempts.append(1)
        raise psycopg.errors.NumericValueOutOfRange

    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        retry_on_conflict(work)
    assert len(attempts) == 1
