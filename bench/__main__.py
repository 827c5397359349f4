"""`make bench`, or `python -m bench --url https://misp.example --key KEY` for any MISP-compatible server."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import msgspec
from playwright.sync_api import Error as PlaywrightError

from bench.client import Client
from bench.corpus import Corpus
from bench.instance import Instance, fresh_instance
from bench.load import load
from bench.memory import resident
from bench.pages import page_rows
from bench.row import MEMORY_TARGET, Row, failed
from bench.rows import Bench, all_rows

QUICK = 50_000
BIGGEST = 350_000
"""Attributes of the largest event that is opened as a page."""


def main() -> None:
    """Load, measure, print the table, write the JSON. Exit code 1 when a target is missed."""
    options = _options()
    attributes = QUICK if options.quick else options.attributes
    corpus, rows = Corpus(options.seed), []
    with _instance(options) as instance:
        for row in _all(instance, corpus, attributes, options):
            rows.append(row)
            show(row)
    rows.append(memory_row(rows))
    show(rows[-1])
    write(options.output, rows, attributes, options.seed)
    sys.exit(any(row.met is False for row in rows))


def filled(instance: Instance, corpus: Corpus, attributes: int) -> Row:
    """Fill the store."""
    seconds = load(instance.url, instance.key, corpus, attributes)
    size = resident(instance.pid)
    detail = {"seconds": round(seconds), "web_resident_mb": size and round(size)}
    name = f"{attributes:,} attributes loaded"
    return Row(name, attributes / seconds, "attributes/s", more_is_better=True, detail=detail)


def _all(instance: Instance, corpus: Corpus, attributes: int, options: argparse.Namespace) -> Iterator[Row]:
    if options.loaded:
        deque(corpus.events(attributes), maxlen=0)  # Made again, for the sample of its values.
        corpus.part_ways()
    else:
        yield filled(instance, corpus, attributes)
    with Client(instance.url, instance.key) as client:
        bench = Bench(client, corpus, instance.pid, attributes, options.published)
        yield from all_rows(bench)
    try:
        yield from page_rows(instance, _events_for_pages(instance, bench))
    except (PlaywrightError, RuntimeError, LookupError) as error:
        yield failed("pages", error)


def _events_for_pages(instance: Instance, bench: Bench) -> dict[int, str]:
    events = {10_000: bench.events[10_000][0]}
    if bench.stored > QUICK:
        with Client(instance.url, instance.key) as client:
            stored = client.post("/events/add/metadata:1", msgspec.json.encode(bench.corpus.event(BIGGEST)))
            events[BIGGEST] = stored.json()["Event"]["id"]
    return events


def memory_row(rows: list[Row]) -> Row:
    """The most that any request added to one web process."""
    known = [(row.detail.get("web_memory_mb") or 0.0, row.name) for row in rows]
    most, name = max(known)
    return Row("memory added by one request, at most", most, "MB", MEMORY_TARGET, detail={"by": name})


def show(row: Row) -> None:
    """One line of the table."""
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    bound = "" if row.target is None else f"{'≥' if row.more_is_better else '≤'} {row.target:,.0f}"
    tail = f"p99 {row.detail['p99_ms']} ms" if "p99_ms" in row.detail else ""
    memory = row.detail.get("web_memory_mb")
    tail += f"  +{memory} MB" if memory else ""
    tail += row.detail.get("error", "")
    print(f"{row.name:46} {row.value:14,.1f} {row.unit:13} {bound:10} {verdict:7} {tail}", flush=True)


def write(path: Path, rows: list[Row], attributes: int, seed: int) -> None:
    """Everything, with what it was measured on."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
    document = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "attributes": attributes,
        "seed": seed,
        "machine": machine,
        "rows": [row.as_dict() for row in rows],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(f"Written to {path}")


@contextlib.contextmanager
def _instance(options: argparse.Namespace) -> Iterator[Instance]:
    if options.url:
        yield Instance(options.url.rstrip("/"), options.key)
        return
    with fresh_instance(options.data_dir) as instance:
        yield instance


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--url", help="a running MISP-compatible server; default: a Vårdkase of its own")
    parser.add_argument("--key", help="API key of a site administrator there")
    parser.add_argument("--attributes", type=int, default=2_000_000, help="how many to store first")
    parser.add_argument("--quick", action="store_true", help=f"store {QUICK:,} only")
    parser.add_argument(
        "--loaded", action="store_true", help="the store was filled before, with the same seed"
    )
    parser.add_argument(
        "--published", type=Path, help="a folder of MISP events; the largest is exported as STIX"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--data-dir", type=Path, help="where the own server keeps its data; default: removed again"
    )
    parser.add_argument("--output", type=Path, default=Path(".cache/bench.json"))
    options = parser.parse_args()
    if bool(options.url) != bool(options.key):
        parser.error("--url and --key go together")
    return options


if __name__ == "__main__":
    main()
