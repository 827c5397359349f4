"""Run the hour and print the tables. Exit code 1 when a request failed or memory grew."""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.asking import Cut
from bench.client import Client
from bench.corpus import Corpus
from bench.hour.population import Member, populate
from bench.hour.watching import Watch
from bench.hour.work import OF_A_PEER, OF_A_PERSON, Act, Store
from bench.instance import prepared_instance

THREADS = 48
STORED = 60
"""Events there before work begins."""
MOST_GROWTH = 1.15
STEADY = 2.0
"""MB by which a process may grow anyway."""


@dataclass(slots=True)
class Results:
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    late: list[float] = field(default_factory=list)
    """By how much acts began later than planned: the generator's share, or that of a queue at the hub."""
    failures: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Start a hub, fill it, let everybody work, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.hour", description=__doc__)
    parser.add_argument("--minutes", type=float, default=6.0, help="into how many the hour is compressed")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--peers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path(".cache/hour.json"))
    options = parser.parse_args()
    # Everybody has an address of their own, or the limits for one would apply to all together.
    with prepared_instance(VARDKASE_TRUSTED_PROXIES="1") as instance:
        assert instance.pid
        print("The population signs in", flush=True)
        store = Store(options.seed + 1, _filled(instance.url, instance.key, options.seed))
        people, peers = populate(instance.url, instance.key, options.people, options.peers)
        plan = planned(people, peers, options.seed)
        print(f"{len(plan):,} requests in {options.minutes:g} minutes", flush=True)
        watch, results = Watch(instance.pid), Results()
        began = time.monotonic()
        _work(plan, store, options.minutes * 60, results)
        watch.stop()
        document = _document(results, watch, time.monotonic() - began)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(document, indent=1) + "\n")
    print("\n".join(tables(document)))
    grew = any(row["last"] > row["second"] * MOST_GROWTH + STEADY for row in document["memory"])
    sys.exit(bool(results.failures) or grew)


def planned(people: list[Member], peers: list[Member], seed: int) -> list[tuple[float, Member, Act]]:
    """Everything that everybody does, with its moment as a share of the hour."""
    rng = random.Random(seed)
    plan = [
        (rng.random(), member, act)
        for members, acts in ((people, OF_A_PERSON), (peers, OF_A_PEER))
        for member in members
        for act in acts
        for _ in range(act.times)
    ]
    return sorted(plan, key=lambda each: each[0])


def _filled(url: str, key: str, seed: int) -> list[dict[str, Any]]:
    corpus = Corpus(seed)
    events = [{**corpus.event(60), "Tag": [{"name": "tlp:green"}]} for _ in range(STORED)]
    with Client(url, key) as client:
        for event in events:
            client.post("/events/add/metadata:1", event, keep=False)
            client.post(f"/events/publish/{event['uuid']}", {})
    return events


def _work(plan: list[tuple[float, Member, Act]], store: Store, length: float, results: Results) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        for number, (share, member, act) in enumerate(plan):
            time.sleep(max(0.0, began + share * length - time.monotonic()))
            pool.submit(_done, act, member, store, random.Random(number), began + share * length, results)


def _done(act: Act, member: Member, store: Store, rng: random.Random, due: float, results: Results) -> None:
    with member.lock:
        began = time.monotonic()
        results.late.append(began - due)
        try:
            said = act.do(member, store, rng)
        except Cut as cut:
            results.failures[f"{act.name}: {cut}"] += 1
            return
        except Exception as error:  # noqa: BLE001 - a thread would end without a word
            results.failures[f"{act.name}: {error!r}"] += 1
            return
        results.seconds[act.name].append(time.monotonic() - began)
        if not said.is_done():
            results.failures[f"{act.name}: {said.shown()}"] += 1


def _document(results: Results, watch: Watch, seconds: float) -> dict[str, Any]:
    memory = [
        {"kind": kind, "second": second, "last": last, "most": max(watch.memory[kind])}
        for kind in sorted(watch.memory)
        for second, last in [watch.growth(kind)]
    ]
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "seconds": seconds,
        "requests": [
            {"kind": kind, "count": len(times), **_percentiles(times)}
            for kind, times in sorted(results.seconds.items())
        ],
        "late_p99": _percentiles(results.late)["p99"],
        "failures": dict(results.failures),
        "memory": memory,
        "connections": max(watch.processes.get("postgresql: connections", [0])),
        "processor_seconds": watch.processor_seconds(),
    }


def _percentiles(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "most": max(times)}


def tables(document: dict[str, Any]) -> Iterator[str]:
    """Markdown."""
    yield "| request | count | median | p95 | p99 | most |\n|---|---|---|---|---|---|"
    for row in document["requests"]:
        times = " | ".join(f"{row[name] * 1000:,.0f} ms" for name in ("p50", "p95", "p99", "most"))
        yield f"| {row['kind']} | {row['count']:,} | {times} |"
    yield "\n| processes | memory of one in the second quarter | in the last | of all at most | processor seconds |"
    yield "|---|---|---|---|---|"
    for row in document["memory"]:
        sizes = " | ".join(f"{row[name]:,.0f} MB" for name in ("second", "last", "most"))
        yield f"| {row['kind']} | {sizes} | {document['processor_seconds'].get(row['kind'], 0):,.0f} |"
    yield (
        f"\n{sum(row['count'] for row in document['requests']):,} requests in {document['seconds']:,.0f} s, "
        f"{sum(document['failures'].values())} failed; at most {document['connections']} connections to the database; "
        f"p99 of the delay before a request was sent {document['late_p99']:.1f} s; load of the machine at the end "
        f"{document['load'][0]:.1f} on {document['cores']} cores"
    )
    yield from (f"    {count} x {text}" for text, count in document["failures"].items())


if __name__ == "__main__":
    main()
