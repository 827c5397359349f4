"""`python -m bench.feeds`: large lists cached, and values looked up in them."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.__main__ import show
from bench.client import Client
from bench.instance import fresh_instance
from bench.memory import watched
from bench.row import MEMORY_TARGET, Row, milliseconds

LINES = 1_000_000
LOOKED_UP = 1000
ROUNDS = 20
TIMEOUT = 900.0
SETTLING = 20.0
"""Seconds until every process of the server has started: a new one would count as growth."""
TABLE = {"csv": {"value": "2", "delimiter": ","}}


def main() -> None:
    """Measure, print the table. Exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.feeds", description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES, help="how many the large table has")
    parser.add_argument("--list", type=Path, help="a list of addresses besides, such as ipsum's level3.txt")
    options = parser.parse_args()
    rows = []
    with ExitStack() as leaving:
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="vardkase-feeds-")))
        os.environ["VARDKASE_FEED_FOLDER"] = str(folder)
        instance = leaving.enter_context(fresh_instance())
        client = leaving.enter_context(Client(instance.url, instance.key))
        time.sleep(SETTLING)
        for row in _rows(client, instance.pid, folder, options):
            rows.append(row)
            show(row)
    sys.exit(any(row.met is False for row in rows))


def _rows(client: Client, pid: int | None, folder: Path, options: argparse.Namespace) -> Iterator[Row]:
    known = []
    if options.list:
        (folder / "list.txt").write_bytes(options.list.read_bytes())
        number = _add(client, "list.txt", source_format="freetext")
        yield _cached(client, pid, number, f"list of {_lines(options.list):,} addresses cached", 30)
        known = options.list.read_text().split()[: LOOKED_UP // 10]
    _write_table(folder / "table.csv", options.lines, known)
    number = _add(client, "table.csv", source_format="csv", settings=TABLE)
    name = f"table of {options.lines:,} lines cached"
    yield _cached(client, pid, number, name, 120)
    yield _cached(client, pid, number, f"{name} again, nothing new", 120)
    values = [_value(place) for place in range(0, options.lines, max(1, options.lines // LOOKED_UP))][
        :LOOKED_UP
    ]
    yield _asked(
        client, pid, "/feeds/searchCaches", f"{len(values):,} values looked up", {"value": values}, 100
    )
    yield _asked(client, pid, "/feeds/compareFeeds", "feeds compared", {}, 100)


def _add(client: Client, path: str, **fields: Any) -> str:
    body = {
        "name": path,
        "provider": "bench",
        "url": path,
        "input_source": "local",
        "lookup_visible": True,
        **fields,
    }
    return str(client.post("/feeds/add", body).json()["Feed"]["id"])


def _cached(client: Client, pid: int | None, number: str, name: str, target: float) -> Row:
    """From the request to cache until the worker is done with it."""
    before = _stamp(client, number)
    time.sleep(1.1)  # The stamp is in seconds, and must be another.
    with watched(pid) as peak:
        started = time.monotonic()
        client.post(f"/feeds/cacheFeeds/{number}", {})
        while _stamp(client, number) == before:
            if time.monotonic() - started > TIMEOUT:
                raise RuntimeError(f"{name}: not done after {TIMEOUT:.0f} s")
            time.sleep(0.2)
        seconds = time.monotonic() - started
    size = client.post(f"/feeds/view/{number}", {}).json()["Feed"]["cached_elements"]
    memory = {} if peak.web is None else {"web_memory_mb": round(peak.web, 1), "allowed_mb": MEMORY_TARGET}
    return Row(
        name, seconds, "s", target, detail={"values": size, "database_memory_mb": peak.database, **memory}
    )


def _asked(client: Client, pid: int | None, path: str, name: str, body: dict[str, Any], target: float) -> Row:
    with watched(pid) as peak:
        answers = [client.post(path, body) for _ in range(ROUNDS)]
    assert answers[0].json(), f"{name}: nothing was found"
    return milliseconds(name, answers, peak, target)


def _stamp(client: Client, number: str) -> Any:
    rows = client.post("/feeds/index", {}).json()
    return next(row["Feed"]["cache_timestamp"] for row in rows if row["Feed"]["id"] == number)


def _write_table(path: Path, lines: int, known: list[str]) -> None:
    """Addresses, names and hashes, a third each; `known` are in another feed as well."""
    with path.open("w") as file:
        file.write("# id,value,seen\n")
        file.writelines(f"k,{value},2026-11-25\n" for value in known)
        file.writelines(f"{place},{_value(place)},2026-11-25\n" for place in range(lines - len(known)))


def _value(place: int) -> str:
    kinds = (
        f"{place >> 16 & 127 | 1}.{place >> 12 & 255}.{place >> 4 & 255}.{place & 15}",
        f"host{place}.example{place % 89}.com",
        f"{place:032x}",
    )
    return kinds[place % 3]


def _lines(path: Path) -> int:
    return len(path.read_text().split())


if __name__ == "__main__":
    main()
