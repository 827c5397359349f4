"""What is measured: events in and out, searches, exports, correlations, requests a second."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bench.client import Answer, Client, Refused, hammer, raw_request
from bench.context import tagging_rows
from bench.contributions import sighting_rows
from bench.corpus import CAMPAIGNS, RARE_WORD, Corpus
from bench.incoming import freetext_rows
from bench.memory import Peak, watched
from bench.quality import warninglist_rows
from bench.row import Row, failed, milliseconds, rate
from bench.stix import stix_rows

REPEATS = {10: 60, 1_000: 15, 10_000: 5, 100_000: 2}
SECONDS = 8.0
CONNECTIONS = 8
SEARCH = "/attributes/restSearch"
ALL = {"published": [0, 1], "to_ids": [0, 1]}
EXPORTS: tuple[tuple[str, dict[str, Any], float | None], ...] = (
    ("CSV", {"returnFormat": "csv"}, None),
    ("JSON", {"returnFormat": "json"}, None),
    ("CSV with context", {"returnFormat": "csv", "includeContext": 1}, 50_000),
    ("Suricata", {"returnFormat": "suricata", **ALL}, 50_000),
)
"""Name, what is asked for, attributes a second."""


@dataclass(slots=True)
class Bench:
    """What every row needs: the server, the corpus, and the ids of the measured events by size."""

    client: Client
    corpus: Corpus
    pid: int | None
    stored: int
    """Attributes that were loaded; those of the measured events come on top."""
    published: Path | None = None
    """A folder of events that others published."""
    events: dict[int, list[str]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Attributes in the store now."""
        return self.stored + sum(size * len(ids) for size, ids in self.events.items())


def all_rows(bench: Bench) -> Iterator[Row]:
    """Measure everything, in an order in which each row finds what it needs. What fails is a row that says so."""
    for measure in MEASURES:
        try:
            yield from measure(bench)
        except (Refused, OSError, RuntimeError, LookupError) as error:
            yield failed(measure.__name__.replace("_", " "), error)


def ingest(bench: Bench) -> Iterator[Row]:
    """Events of every size in."""
    for size in REPEATS:
        yield events_in(bench, size)


def reading(bench: Bench) -> Iterator[Row]:
    """Events of every size out."""
    for size in REPEATS:
        yield events_out(bench, size)


def events_in(bench: Bench, size: int) -> Row:
    """events/add: everything is stored, indexed and correlated when it answers."""
    bodies = [msgspec.json.encode(bench.corpus.event(size)) for _ in range(REPEATS[size])]
    answers, peak = _run(bench, [("/events/add/metadata:1", body) for body in bodies])
    bench.events[size] = [answer.json()["Event"]["id"] for answer in answers]
    return rate(f"event of {size:,} in", size, answers, peak, 20_000 if size >= 10_000 else None)


def events_out(bench: Bench, size: int) -> Row:
    """events/view of the events just stored."""
    answers, peak = _run(bench, [(f"/events/view/{key}", {}) for key in bench.events[size]])
    _expect(len(answers[0].json()["Event"]["Attribute"]) == size, "events/view answers with every attribute")
    return rate(f"event of {size:,} out", size, answers, peak, 150_000 if size >= 10_000 else None)


def exact_search(bench: Bench) -> Iterator[Row]:
    """One value, and a thousand in one query."""
    yield _search(bench, "exact search", [{"value": value} for value in bench.corpus.values(300)], 4)
    yield _search(bench, "1,000 values in one query", [{"value": bench.corpus.values(1_000)}] * 7, 150)


def substring(bench: Bench) -> Iterator[Row]:
    """A word inside domains, URLs and addresses."""
    yield _search(bench, "substring", [{"value": f"%{RARE_WORD}%"}] * 15, 50)


def tag_and_date(bench: Bench) -> Iterator[Row]:
    """A campaign in one month."""
    month = {"from": "2024-03-01", "to": "2024-03-31"}
    yield _search(bench, "tag and date", [{"tags": name, **month} for name in CAMPAIGNS[:10]], None)


def whole_events(bench: Bench) -> Iterator[Row]:
    """events/restSearch for a page of a hundred."""
    answers, peak = _run(bench, [("/events/restSearch", {"limit": 100, "page": 1})] * 3)
    _expect(len(answers[0].json()["response"]) > 50, "a page of 100 whole events is full")
    yield milliseconds("100 whole events", answers, peak)


def correlations(bench: Bench) -> Iterator[Row]:
    """What an event of 10,000 attributes has in common with the rest."""
    keys = bench.events[10_000]
    related, peak = _run(bench, [("/events/restSearch", {"eventid": key, "metadata": True}) for key in keys])
    _expect(
        bool(related[0].json()["response"][0]["Event"].get("RelatedEvent")), "the event is related to others"
    )
    yield milliseconds("related events of an event of 10,000", related, peak, 100)
    bodies = [(SEARCH, {"eventid": key, "includeCorrelations": True}) for key in keys]
    answers, peak = _run(bench, bodies)
    found = answers[0].json()["response"]["Attribute"]
    _expect(any(row.get("RelatedAttribute") for row in found), "attributes are related to others")
    yield milliseconds("every attribute of it with its correlations", answers, peak)


def exports(bench: Bench) -> Iterator[Row]:
    """Everything in one answer."""
    for name, given, target in EXPORTS:
        answers, peak = _run(bench, [(SEARCH, {"deleted": 0, **given})], keep=False)
        yield rate(f"full {name} export", bench.total, answers, peak, target)


def warninglists(bench: Bench) -> Iterator[Row]:
    """Large warninglists in, and many values held against them."""
    yield from warninglist_rows(bench.client, bench.corpus, bench.pid)


def freetext(bench: Bench) -> Iterator[Row]:
    """A megabyte of text in."""
    yield from freetext_rows(bench.client, bench.corpus, bench.pid)


def tagging(bench: Bench) -> Iterator[Row]:
    """Tags on every attribute of an event at once."""
    yield from tagging_rows(bench.client, bench.events[10_000][0], bench.pid)


def stix(bench: Bench) -> Iterator[Row]:
    """Large events as STIX 2.1."""
    yield from stix_rows(bench.client, bench.events[10_000][1], bench.published, bench.pid)


def sightings(bench: Bench) -> Iterator[Row]:
    """Sightings of every attribute of an event at once."""
    yield from sighting_rows(bench.client, bench.events[10_000][2], bench.pid)


def throughput(bench: Bench) -> Iterator[Row]:
    """Requests a second, eight at once."""
    version = [raw_request(bench.client, "GET", "/servers/getVersion")]
    yield _requests_a_second(bench, "getVersion", version, 2_000)
    bodies = [_encoded(value) for value in bench.corpus.values(500)]
    exact = [raw_request(bench.client, "POST", SEARCH, body) for body in bodies]
    yield _requests_a_second(bench, "exact search", exact, 1_000)


MEASURES: tuple[Callable[[Bench], Iterator[Row]], ...] = (
    ingest,
    reading,
    exact_search,
    substring,
    tag_and_date,
    whole_events,
    correlations,
    exports,
    warninglists,
    freetext,
    tagging,
    stix,
    sightings,
    throughput,
)


def _requests_a_second(bench: Bench, name: str, requests: Sequence[bytes], target: float) -> Row:
    value = hammer(bench.client, list(requests), connections=CONNECTIONS, seconds=SECONDS)
    return Row(f"{name}, {CONNECTIONS} connections", value, "requests/s", target, more_is_better=True)


def _search(bench: Bench, name: str, filters: Sequence[dict[str, Any]], target: float | None) -> Row:
    answers, peak = _run(bench, [(SEARCH, {"returnFormat": "json", **one}) for one in filters])
    found = [len(answer.json()["response"]["Attribute"]) for answer in answers]
    _expect(any(found), f"{name} finds something")
    row = milliseconds(name, answers, peak, target)
    row.detail["found"] = sum(found) / len(found)
    return row


def _run(bench: Bench, posts: Sequence[tuple[str, Any]], *, keep: bool = True) -> tuple[list[Answer], Peak]:
    with watched(bench.pid) as peak:
        answers = [bench.client.post(path, body, keep=keep) for path, body in posts]
    return answers, peak


def _encoded(value: str) -> bytes:
    return json.dumps({"returnFormat": "json", "value": value}).encode()


def _expect(true: bool, what: str) -> None:
    """A fast wrong answer is no result."""
    if not true:
        raise RuntimeError(f"Expected that {what}")
