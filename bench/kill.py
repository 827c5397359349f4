"""kill -9 of everything in the middle of an ingest loop: nothing acknowledged may be lost, nothing halved.

python -m bench.kill --rounds 50
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.client import Client, Refused
from bench.corpus import Corpus
from bench.instance import WITHOUT_KNOWLEDGE, initialise, start_serving
from bench.memory import descendants

SENDERS = 3
SIZES = (3, 40, 400)
LONGEST = 1.5


@dataclass(slots=True)
class Ledger:
    """What was sent, by uuid, and which of it the server acknowledged."""

    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round found."""

    acknowledged: int
    unanswered: int
    kept: int
    """Unanswered events that are there all the same, whole."""


def kill_and_check(folder: Path, key: str, seeds: Iterable[int]) -> Iterator[Round]:
    """Serve; for each seed ingest, kill everything at a random moment, serve again, and look at every event."""
    process, url = start_serving(folder, WITHOUT_KNOWLEDGE)
    try:
        for seed in seeds:
            ledger = _ingest_until_killed(process, url, key, seed)
            process, url = start_serving(folder, WITHOUT_KNOWLEDGE)
            with Client(url, key) as client:
                yield _check(client, ledger)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _ingest_until_killed(process: subprocess.Popen[bytes], url: str, key: str, seed: int) -> Ledger:
    rng = random.Random(seed)
    ledger = Ledger()
    stop = threading.Event()
    senders = [
        threading.Thread(target=_ingest, args=(url, key, Corpus(seed * 10 + number), ledger, stop))
        for number in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    time.sleep(0.2 + rng.random() * LONGEST)
    kill_everything(process)
    stop.set()
    for sender in senders:
        sender.join()
    return ledger


def kill_everything(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for `serve` and everything it started: web, worker, PostgreSQL with all its processes."""
    for pid in descendants(process.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(30)


def _ingest(url: str, key: str, corpus: Corpus, ledger: Ledger, stop: threading.Event) -> None:
    """Add events until the server is gone."""
    with Client(url, key) as client:
        while not stop.is_set():
            event = corpus.event(corpus.rng.choice(SIZES))
            ledger.sent[event["uuid"]] = event
            try:
                client.post("/events/add/metadata:1", event)
            except (OSError, http.client.HTTPException):
                return
            ledger.acknowledged.add(event["uuid"])


def _check(client: Client, ledger: Ledger) -> Round:
    kept = 0
    for uuid, sent in ledger.sent.items():
        there = _find(client, uuid)
        if there is None:
            assert uuid not in ledger.acknowledged, f"event {uuid} was acknowledged and is lost"
            continue
        kept += uuid not in ledger.acknowledged
        _is_whole(client, sent, there)
    unanswered = len(ledger.sent) - len(ledger.acknowledged)
    return Round(len(ledger.acknowledged), unanswered, kept)


def _find(client: Client, uuid: str) -> dict[str, Any] | None:
    try:
        return dict(client.get(f"/events/view/{uuid}").json()["Event"])
    except Refused as error:
        if error.status != 404:
            raise
        return None


def _is_whole(client: Client, sent: dict[str, Any], there: dict[str, Any]) -> None:
    """Every attribute and tag is there, the count is right, and the index knows a value of it."""
    wanted = {(attribute["uuid"], attribute["value"]) for attribute in sent["Attribute"]}
    found = {(attribute["uuid"], attribute["value"]) for attribute in there["Attribute"]}
    assert found == wanted, f"event {sent['uuid']} has {len(found)} of {len(wanted)} attributes"
    assert int(there["attribute_count"]) == len(wanted)
    assert {tag["name"] for tag in there["Tag"]} == {tag["name"] for tag in sent["Tag"]}
    value = sent["Attribute"][-1]["value"].partition("|")[0]
    hits = client.post("/attributes/restSearch", {"value": value, "eventid": there["id"]}).json()
    assert hits["response"]["Attribute"], f"{value} of event {sent['uuid']} is not found"


def main() -> None:
    """Run the rounds on one data directory and say what happened."""
    parser = argparse.ArgumentParser(prog="python -m bench.kill", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vardkase-kill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        key = initialise(folder)["key"]
        seeds = range(options.seed, options.seed + options.rounds)
        for number, result in enumerate(kill_and_check(folder, key, seeds), 1):
            print(f"round {number}: {result}", flush=True)


if __name__ == "__main__":
    main()
