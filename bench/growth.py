"""`python -m bench.growth --data-dir D`: how the hub's answers change as the store grows to millions of attributes.

At each size the store is filled in SQL (`bench.filling`), vacuumed, and asked the same questions over HTTP. Beside the
time stands the number of pages (8 kB) that PostgreSQL looked at, which no other program on the machine can change.
The JSON is written again after each size, the chart with it; a later run goes on where the store stands.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from bench import filling
from bench.client import Client
from bench.corpus import CAMPAIGNS, DAY, KINDS, POOL, RARE_WORD, START, Corpus
from bench.growth_chart import chart
from bench.instance import Instance, fresh_instance
from bench.load import load
from vardkase.core.database.connection import embedded_url
from vardkase.core.database.layout import ROLE

SIZES = (500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000)
BY_API = 20_000
"""Attributes that come through the API first, with tags and organisations."""
SPARE_DISK = 20_000_000_000
"""Bytes that are left free on the disk."""
IDLE = 10.5
"""Seconds after which an idle connection of PostgreSQL hands in what it has counted."""
SEARCH = "/attributes/restSearch"
PAGE = 1_000


@dataclass(slots=True)
class Measured:
    """One question at one size: milliseconds, pages that PostgreSQL looked at, and rows in the answer."""

    ms: float
    least_ms: float
    pages: float
    found: float


@dataclass(slots=True)
class Level:
    """What was measured at one size; `stored` attributes by a transaction of `filling`, per second."""

    attributes: int
    bytes: int = 0
    filled_per_second: float = 0.0
    vacuum_seconds: float = 0.0
    index_seconds: dict[str, float] = field(default_factory=dict)
    depth: dict[str, int] = field(default_factory=dict)
    """Levels of an index above its leaves."""
    questions: dict[str, Measured] = field(default_factory=dict)


class Growth:
    def __init__(self, instance: Instance, data_dir: Path) -> None:
        self._instance = instance
        self.owner = psycopg.connect(embedded_url(data_dir, ROLE), autocommit=True)
        self.owner.execute("CREATE EXTENSION IF NOT EXISTS pageinspect")
        self.corpus = Corpus(1)
        self.corpus.part_ways()
        self.chance = random.Random(1)

    def level(self, size: int) -> Level:
        rates = [filling.BATCH / seconds for _now, seconds in _shown(filling.fill(size))]
        level = Level(filling.stored(), filled_per_second=statistics.median(rates[-9:]) if rates else 0.0)
        level.vacuum_seconds = self._timed("VACUUM (ANALYZE)")
        self.owner.execute("CHECKPOINT")
        # Anew: the server has closed a connection that was idle while the store was filled.
        self.client = Client(self._instance.url, self._instance.key)
        for name, ask in self._questions().items():
            level.questions[name] = self._measured(ask)
            print(f"  {name:45} {asdict(level.questions[name])}", flush=True)
        for index, definition in INDEXES.items():
            level.depth[index] = self._one(f"SELECT level FROM bt_metap('{index}')")
            level.index_seconds[index] = self._timed(f"CREATE INDEX bench_index ON {definition}")
            self.owner.execute("DROP INDEX bench_index")
        level.bytes = self._one("SELECT pg_database_size(current_database())")
        return level

    def _questions(self) -> dict[str, Callable[[], Iterator[tuple[float, int]]]]:
        events = self._events_of(1_000)
        rare = [(kind.type, kind.value(self.chance.randrange(POOL // 2, POOL))) for kind in KINDS * 30]
        common = [kind.value(rank) for kind in KINDS for rank in (40, 50, 60)]
        month = {"from": "2024-03-01", "to": "2024-03-31"}
        search = self._search
        return {
            "getVersion, which reads no content": lambda: self._get(["/servers/getVersion"] * 50),
            "event of 1,000 in": lambda: self._events_in(1_000, 10),
            "event of 10,000 in": lambda: self._events_in(10_000, 3),
            "event of 1,000 out": lambda: self._get([f"/events/view/{key}" for key in events]),
            "exact search, a rare value": lambda: search([{"value": value} for _type, value in rare]),
            "exact search, a common value, first 100": lambda: search(
                [{"value": value, "limit": 100} for value in common]
            ),
            "related events of an event of 1,000": lambda: self._post(
                "/events/restSearch", [{"eventid": key, "metadata": True} for key in events]
            ),
            "1,000 attributes with their correlations": lambda: search(
                [{"eventid": key, "includeCorrelations": True} for key in events]
            ),
            "page 1 of 1,000 domains": lambda: search([{"type": "domain", "limit": PAGE, "page": 1}] * 10),
            "page 100 of 1,000 domains": lambda: search([{"type": "domain", "limit": PAGE, "page": 100}] * 4),
            "tag and month, first 1,000": lambda: search(
                [{"tags": name, **month, "limit": PAGE} for name in CAMPAIGNS[:10]]
            ),
            "1,000 of one day, in the order of ids": lambda: search(
                [
                    {"timestamp": [START + DAY * day, START + DAY * (day + 1)], "limit": PAGE}
                    for day in range(300, 310)
                ]
            ),
            "substring, first 60": lambda: search([{"value": f"%{RARE_WORD}%", "limit": 60}] * 10),
            "index of 60 events": lambda: self._post("/events/index", [{"limit": 60, "page": 1}] * 10),
        }

    def _measured(self, ask: Callable[[], Iterator[tuple[float, int]]]) -> Measured:
        list(ask())[:1]  # Once, unmeasured: plans, and pages from the disk.
        before = self._pages()
        answers = list(ask())
        pages = (self._pages() - before) / len(answers)
        times = [seconds * 1000 for seconds, _found in answers]
        found = statistics.mean(found for _seconds, found in answers)
        return Measured(statistics.median(times), min(times), pages, found)

    def _pages(self) -> int:
        time.sleep(IDLE)
        return self._one(PAGES)

    def _events_of(self, size: int) -> list[int]:
        rows = self.owner.execute(
            "SELECT id FROM event WHERE attribute_count = %s ORDER BY hashint8(id) LIMIT 10", [size]
        )
        return [row[0] for row in rows.fetchall()]

    def _events_in(self, size: int, count: int) -> Iterator[tuple[float, int]]:
        bodies = [msgspec.json.encode(self.corpus.event(size)) for _ in range(count)]
        for body in bodies:
            yield self.client.post("/events/add/metadata:1", body).seconds, size

    def _get(self, paths: Sequence[str]) -> Iterator[tuple[float, int]]:
        for path in paths:
            yield self.client.get(path).seconds, 1

    def _post(self, path: str, bodies: Sequence[dict[str, Any]]) -> Iterator[tuple[float, int]]:
        for body in bodies:
            answer = self.client.post(path, body)
            yield answer.seconds, answer.body.count(b'"threat_level_id"')

    def _search(self, filters: Sequence[dict[str, Any]]) -> Iterator[tuple[float, int]]:
        for one in filters:
            answer = self.client.post(SEARCH, {"returnFormat": "json", **one})
            yield answer.seconds, len(answer.json()["response"]["Attribute"])

    def _timed(self, statement: str) -> float:
        started = time.perf_counter()
        self.owner.execute(statement)
        return time.perf_counter() - started

    def _one(self, query: str) -> int:
        row = self.owner.execute(query).fetchone()
        return int(row[0]) if row else 0


# Of connections of the hub; not of autovacuum.
PAGES = """
SELECT coalesce(sum(coalesce(io.hits, 0) + coalesce(io.read_bytes, 0) / 8192), 0)
FROM pg_stat_activity a, pg_stat_get_backend_io(a.pid) io
WHERE a.backend_type = 'client backend' AND a.usename <> current_user
"""
INDEXES = {
    "attribute_key_key": "attribute_key (key) INCLUDE (event_id, attribute_id, object_id, distribution,"
    " sharing_group_id, correlates)",
    "attribute_uuid_key": "attribute (uuid)",
    "attribute_pkey": "attribute (id)",
    "attribute_type": "attribute (type, id)",
}


def _shown(batches: Iterator[filling.Batch]) -> Iterator[filling.Batch]:
    for number, (now, seconds) in enumerate(batches):
        if number % 10 == 0:
            print(f"  {now:,} attributes, {filling.BATCH / seconds:,.0f} a second", flush=True)
        yield now, seconds


def main() -> None:
    """Measure at each size, and write what was found."""
    options = _options()
    options.data_dir.mkdir(exist_ok=True)
    kept = options.output.with_suffix(".json")
    levels = json.loads(kept.read_text()) if kept.exists() else []
    with fresh_instance(
        options.data_dir, "--no-knowledge", VARDKASE_REQUIRE_SECOND_FACTOR="false"
    ) as instance:
        if not levels:
            load(instance.url, instance.key, Corpus(1), BY_API)
        filling.prepare(options.data_dir)
        growth = Growth(instance, options.data_dir)
        for size in options.sizes:
            if any(level["attributes"] >= size for level in levels):
                continue
            if shutil.disk_usage(options.data_dir).free < SPARE_DISK + size * 500:
                sys.exit(f"Too little disk for {size:,} attributes.")
            print(f"{size:,} attributes", flush=True)
            levels.append(asdict(growth.level(size)))
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(levels, indent=1) + "\n")
            options.output.with_suffix(".svg").write_text(chart(levels))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="where the store is kept")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="attributes, in ascending order")
    parser.add_argument("--output", type=Path, default=Path(".cache/growth"), help="without its suffix")
    return parser.parse_args()


if __name__ == "__main__":
    main()
