"""The requests sent to a real MISP 2.5.1, sent here again: tests/data/recordings.jsonl.xz, written by
tools/recordings.py.

A line is an exchange: its `world` (one instance from its set-up on), `file` (a subject, or a test of PyMISP)
and position `n` in it, the time `t` (epoch seconds), `as` whose key (a label; `KEY_…` in the answers is where
it was issued), `method`, `path`, `request` and `headers` as sent, `status`, content `type`, perhaps `etag`, and
`response`.
"""

from __future__ import annotations

import json
import lzma
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.http import StreamingHttpResponse

from tests.api.calls import send
from tests.recordings.compare import Difference, differences
from tests.recordings.names import UUID, Names, kind_of, named_by

PACKED = Path(__file__).parents[1] / "data" / "recordings.jsonl.xz"


@dataclass(frozen=True, slots=True)
class Found:
    """A difference, its exchange, and the endpoint in a normal form (`events/view`)."""

    file: str
    n: int
    endpoint: str
    difference: Difference


@cache
def exchanges() -> dict[str, list[dict[str, Any]]]:
    """The recorded exchanges of every world, in order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lzma.decompress(PACKED.read_bytes()).decode().splitlines():
        exchange = json.loads(line)
        found.setdefault(exchange["world"], []).append(exchange)
    return found


def endpoint_of(path: str) -> str:
    """`/admin/users/edit/3` is admin/users/edit, and `/events/3` is events/*."""
    parts = path.partition("?")[0].removesuffix(".json").strip("/").split("/")
    deep = 3 if parts[0] == "admin" else 2
    named = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part).lower() for part in parts[: deep - 1]]
    action = parts[deep - 1 : deep]
    return "/".join(named + ["*" if UUID.match(one) or one[:1].isdigit() else one for one in action])


def replayed(names: Names, exchange: dict[str, Any]) -> Iterator[Found]:
    """Send the request again; yields where the answer differs, and learns the names in it."""
    endpoint = endpoint_of(exchange["path"])
    for difference in _compared(names, exchange, endpoint):
        yield Found(exchange["file"], exchange["n"], endpoint, difference)


def _compared(names: Names, exchange: dict[str, Any], endpoint: str) -> Iterator[Difference]:
    """Events that need confirmation to be published are confirmed, so that the rest can be compared."""
    label = f"KEY_{exchange['as'].upper()}"
    key = {"nobody": None, "invalid key": "x" * 40}.get(exchange["as"], names.keys.get(label, label))
    response = _send(names, key, exchange, endpoint)
    if "etag" in exchange and "ETag" in response.headers:
        names.etags[exchange["etag"]] = response.headers["ETag"]
    if response.status_code != exchange["status"]:
        yield Difference("", f"status {exchange['status']} -> {response.status_code}", "")
        if endpoint != "events/publish" or b"confirm_tlp" not in response.content:
            return
        response = send(key, "POST", names.path(exchange["path"]), {"confirm_tlp": 1})
    if exchange["method"] == "HEAD":
        return
    recorded, own = exchange["response"], _decoded(response)
    if isinstance(recorded, dict) and "$base64" in recorded:
        if not isinstance(own, dict) or own["$base64"][:5] != recorded["$base64"][:5]:
            yield Difference("", "type", "another kind of file")
        return
    names.learn(recorded, own, named_by(_controller(endpoint)))
    yield from differences(names, recorded, own)


def _controller(endpoint: str) -> str:
    return endpoint.removeprefix("admin/").split("/")[0]


def _send(names: Names, key: str | None, exchange: dict[str, Any], endpoint: str) -> Any:
    headers = {
        name: names.etags.get(value, value)
        for name, value in exchange["headers"].items()
        if name != "content-type"
    }
    options: dict[str, Any] = {"headers": {"accept": "*/*", **headers}}
    options["content_type"] = exchange["headers"].get("content-type", "")
    path = names.path(exchange["path"])
    return send(key, exchange["method"], path, _body(names, exchange, endpoint), **options)


def _body(names: Names, exchange: dict[str, Any], endpoint: str) -> Any:
    """As sent: a text in the recording was not JSON, except for a text sent as JSON, which has quotes."""
    recorded = exchange["request"]
    if isinstance(recorded, dict) and "$base64" in recorded:
        return b64decode(recorded["$base64"])
    own = names.body(recorded, _about(exchange, endpoint))
    return own.encode() if isinstance(own, str) else own


def _about(exchange: dict[str, Any], endpoint: str) -> str:
    """The kind of a body's own `id`: a search for sightings names it in its path or body."""
    body = exchange["request"]
    said = [body.get("context") if isinstance(body, dict) else None, *exchange["path"].split("/")[3:4]]
    about = next((kind_of(each) for each in said if each in ("attribute", "event")), None)
    return about or named_by(_controller(endpoint), "" if endpoint != "sightings/add" else "add")


def _decoded(response: Any) -> Any:
    content = b"".join(response) if isinstance(response, StreamingHttpResponse) else response.content
    if not content:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {"$base64": b64encode(content).decode()}
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
