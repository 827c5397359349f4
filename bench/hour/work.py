"""What people and peers do in an hour, each act by its name and how often one of them does it."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bench.asking import Said
from bench.corpus import Corpus
from bench.hour.population import Member

SIZES = (5, 20, 60)
RECENT = 200


class Store:
    """Events that those at work may open, and an endless supply of new ones."""

    def __init__(self, seed: int, events: list[dict[str, Any]]) -> None:
        self._events = events[-RECENT:]
        self._corpus = Corpus(seed)
        self._lock = threading.Lock()

    def one(self, rng: random.Random) -> dict[str, Any]:
        with self._lock:
            return rng.choice(self._events)

    def new(self, rng: random.Random) -> dict[str, Any]:
        with self._lock:
            event = self._corpus.event(rng.choice(SIZES))
        now = str(int(time.time()))
        attributes = [{**attribute, "timestamp": now} for attribute in event["Attribute"]]
        return {**event, "timestamp": now, "Attribute": attributes, "Tag": [{"name": "tlp:green"}]}

    def keep(self, event: dict[str, Any]) -> None:
        with self._lock:
            self._events = [*self._events[-RECENT + 1 :], event]


@dataclass(frozen=True, slots=True)
class Act:
    name: str
    times: int
    """In an hour, by each person, or each peer."""
    do: Callable[[Member, Store, random.Random], Said]


def _page(path: Callable[[Store, random.Random], str]) -> Callable[[Member, Store, random.Random], Said]:
    def do(member: Member, store: Store, rng: random.Random) -> Said:
        assert member.asking
        return member.asking.page(path(store, rng))

    return do


def _ask(
    path: str, body: Callable[[Store, random.Random], Any]
) -> Callable[[Member, Store, random.Random], Said]:
    def do(member: Member, store: Store, rng: random.Random) -> Said:
        assert member.asking
        return member.asking.api("POST", path, body(store, rng))

    return do


def _add(member: Member, store: Store, rng: random.Random) -> Said:
    assert member.asking
    event = store.new(rng)
    said = member.asking.api("POST", "/events/add/metadata:1", event)
    if said.is_done():
        store.keep(event)
    return said


def _publish(member: Member, store: Store, rng: random.Random) -> Said:
    """A person's own event, from beginning to end: the time is that of the publication."""
    assert member.asking
    event = store.new(rng)
    said = member.asking.api("POST", "/events/add/metadata:1", event)
    return member.asking.api("POST", f"/events/publish/{event['uuid']}", {}) if said.is_done() else said


def _pull(member: Member, _store: Store, _rng: random.Random) -> Said:
    """What came since the last time, as a pulling instance asks for it: versions, then the events."""
    assert member.asking
    began = int(time.time())
    body = {"minimal": 1, "published": 1, "timestamp": member.seen}
    said = member.asking.api("POST", "/events/index", body)
    if said.is_done():
        member.seen = began
    return said


def _value(store: Store, rng: random.Random) -> str:
    return str(rng.choice(store.one(rng)["Attribute"])["value"])


OF_A_PERSON = (
    Act("page: overview", 4, _page(lambda _store, _rng: "/")),
    Act("page: list of events", 6, _page(lambda _store, _rng: "/events/")),
    Act(
        "page: search in the list",
        4,
        _page(lambda store, rng: f"/events/?text={store.one(rng)['info'][-4:]}"),
    ),
    Act("page: search for a value", 2, _page(lambda s, r: f"/search/?{urlencode({'q': _value(s, r)})}")),
    Act("page: an event", 10, _page(lambda store, rng: f"/event/{store.one(rng)['uuid']}/")),
    Act(
        "API: exact search",
        4,
        _ask("/attributes/restSearch", lambda s, r: {"value": _value(s, r), "limit": 50}),
    ),
    Act("API: an event added", 2, _add),
    Act("API: an event published", 1, _publish),
    Act(
        "API: a sighting",
        2,
        _ask("/sightings/add", lambda s, r: {"uuid": r.choice(s.one(r)["Attribute"])["uuid"], "type": "0"}),
    ),
)
OF_A_PEER = (
    Act("sync: version", 4, lambda m, _s, _r: m.asking.api("GET", "/servers/getVersion")),  # type: ignore[union-attr]
    Act("sync: index of what is new", 4, _pull),
    Act(
        "sync: an event fetched",
        20,
        lambda m, s, r: m.asking.api("GET", f"/events/view/{s.one(r)['uuid']}"),  # type: ignore[union-attr]
    ),
    Act("sync: 20 events searched", 2, _ask("/events/restSearch", lambda _s, _r: {"limit": 20, "page": 1})),
    Act("sync: an event pushed", 4, _add),
    Act("SIEM: attributes of the last hour", 12, _ask(
        "/attributes/restSearch", lambda _s, _r: {"attribute_timestamp": "1h", "to_ids": 1, "limit": 500}
    )),
)  # fmt: skip
