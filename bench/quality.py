"""Warninglists of the size that MISP ships them in: loaded, and many values held against all of them."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.client import Client
from bench.corpus import Corpus
from bench.memory import watched
from bench.row import MEMORY_TARGET, Row

VALUES = 10_000
ROUNDS = 3
PREFIX = "Bench list"


@dataclass(frozen=True, slots=True)
class Kind:
    """How many lists of a type, how many entries in the largest and in each other, and the n-th entry."""

    type: str
    lists: int
    largest: int
    others: int
    entry: Callable[[int], str]


KINDS = (
    Kind("string", 26, 1_000_000, 12_000, lambda n: f"site{n}.example{n % 83}.org"),
    Kind("hostname", 19, 880_000, 11_000, lambda n: f"name{n}.example{n % 83}.net"),
    Kind("cidr", 60, 40_000, 1_400, lambda n: f"{20 + n % 200}.{n >> 8 & 255}.{n & 255}.0/{24 + n % 8}"),
    Kind("substring", 3, 5_000, 20, lambda n: f"throwaway{n}.example"),
    Kind("regex", 2, 30, 5, lambda n: f"/^(abuse|noc|soc{n})\\@.*\\.test$/i"),
)
"""110 lists of about 2,500,000 entries together, as many of each type as MISP's own."""


def warninglist_rows(client: Client, corpus: Corpus, pid: int | None) -> Iterator[Row]:
    """Load the lists, hold values against them, take them away again."""
    seconds, entries, numbers = _load(client)
    largest = max(seconds)
    yield Row(
        "warninglist of 1,000,000 entries imported", largest, "s", 60, detail={"all_lists_s": sum(seconds)}
    )
    name = f"{VALUES:,} values against {len(numbers)} lists of {entries:,}"
    try:
        yield _matching(client, corpus, pid, name)
    finally:
        for number in numbers:
            client.post(f"/warninglists/delete/{number}", {})


def _matching(client: Client, corpus: Corpus, pid: int | None, name: str) -> Row:
    values = [attribute["value"] for attribute in corpus.event(VALUES)["Attribute"]]
    values[::20] = [KINDS[0].entry(number) for number in range(len(values[::20]))]
    client.post("/warninglists/checkValue", values)
    times = []
    with watched(pid) as peak:
        for _ in range(ROUNDS):
            started = time.monotonic()
            found = json.loads(client.post("/warninglists/checkValue", values).body)
            times.append(time.monotonic() - started)
    memory = {} if peak.web is None else {"web_memory_mb": round(peak.web, 1), "allowed_mb": MEMORY_TARGET}
    detail = {"hits": len(found), "rounds": [round(each, 3) for each in times], **memory}
    return Row(name, statistics.median(times) * 1000, "ms", 1000, detail=detail)


def _load(client: Client) -> tuple[list[float], int, list[str]]:
    """Seconds of each import, entries of all, ids of the lists."""
    seconds, entries, numbers = [], 0, []
    for document in _documents():
        started = time.monotonic()
        stored = json.loads(client.post("/warninglists/import", document).body)
        seconds.append(time.monotonic() - started)
        entries += len(document["list"])
        numbers.append(stored["id"])
    client.post("/warninglists/toggleEnable", {"id": numbers, "enabled": True})
    return seconds, entries, numbers


def _documents() -> Iterator[dict[str, Any]]:
    for kind in KINDS:
        made = 0
        for number in range(kind.lists):
            size = kind.others if number else kind.largest
            yield {
                "name": f"{PREFIX} {kind.type} {number}",
                "type": kind.type,
                "version": 1,
                "description": "Made for measuring.",
                "matching_attributes": ["ALL"],
                "list": [kind.entry(made + each) for each in range(size)],
            }
            made += size
