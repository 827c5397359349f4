"""Tags on many attributes in one request."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from bench.client import Client
from bench.memory import watched
from bench.row import MEMORY_TARGET, Row

NAMES = ("bench:bulk-one", "bench:bulk-two", "bench:bulk-three")
TARGET = 1_000.0


def tagging_rows(client: Client, event: str, pid: int | None) -> Iterator[Row]:
    """One tag, then two at once, on every attribute of an event of 10,000."""
    document = json.loads(client.post(f"/events/view/{event}", {}).body)["Event"]
    ids = [attribute["id"] for attribute in document["Attribute"]]
    for name in NAMES:
        client.post("/tags/add", {"name": name})
    for tags in (NAMES[:1], NAMES[1:]):
        body = {"attribute_ids": ids, "event": event, "tag": list(tags)}
        with watched(pid) as peak:
            started = time.monotonic()
            answer = json.loads(client.post("/attributes/addTag/selected", body).body)
            seconds = time.monotonic() - started
        links = len(ids) * len(tags)
        if answer.get("success") != f"Tag added to {links:,} attribute(s).".replace(",", ""):
            raise RuntimeError(f"Expected {links} new links, not {answer}")
        memory = (
            {} if peak.web is None else {"web_memory_mb": round(peak.web, 1), "allowed_mb": MEMORY_TARGET}
        )
        name = f"{len(tags)} tag(s) on {len(ids):,} attributes"
        yield Row(name, seconds * 1000, "ms", TARGET * len(tags), detail={"links": links, **memory})
