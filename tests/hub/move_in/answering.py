"""A MISP that answers over its API, without a network: another state of this hub, or what was recorded of a MISP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.test import Client

from tests.recordings.replay import exchanges
from vardkase.exchange.http import Reply

ADDRESS = "https://misp.example"

type Fetch = Callable[..., Reply]


class Remembering:
    """Answers as this hub does while it is asked (`hub`), and later with the same, but for what a test changes."""

    def __init__(self, key: str) -> None:
        self._key = key
        self.answers: dict[tuple[str, str, bytes], Reply] = {}
        self.asked: list[str] = []

    def hub(self, method: str, url: str, *, body: bytes | None = None, **_: Any) -> Reply:
        path = url.removeprefix(ADDRESS)
        headers = {"authorization": self._key, "accept": "application/json"}
        answer = Client().generic(method, path, body or b"", "application/json", headers=headers)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        told = {"content-type": answer.headers.get("Content-Type", "")}
        self.answers[method, path, body or b""] = Reply(answer.status_code, told, url, content)
        return self.answers[method, path, body or b""]

    def say(self, key: str, path: str, body: Mapping[str, object]) -> None:
        headers = {"authorization": key, "accept": "application/json"}
        answer = Client().post(path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content

    def again(self, method: str, url: str, *, body: bytes | None = None, **_: Any) -> Reply:
        path = url.removeprefix(ADDRESS)
        self.asked.append(path)
        return self.answers[method, path, body or b""]

    def change(self, path: str, change: Callable[[Any], None]) -> None:
        """Change what is answered at addresses that begin so."""
        for asked, reply in self.answers.items():
            if asked[1].startswith(path) and reply.status == 200:
                document = json.loads(reply.content)
                change(document)
                self.answers[asked] = Reply(200, reply.headers, reply.url, json.dumps(document).encode())


def recorded(given: Mapping[str, Any]) -> Fetch:
    """Answers as MISP 2.5.1 did, each list as recorded first, and `given` by the beginning of the address."""
    answers: dict[str, tuple[int, Any]] = {}
    for call in (call for world in exchanges().values() for call in world if call["method"] == "GET"):
        answers.setdefault(_plain(call["path"]), (call["status"], call["response"]))

    def fetch(method: str, url: str, **_: Any) -> Reply:
        path = url.removeprefix(ADDRESS)
        for beginning, answer in given.items():
            if path.startswith(beginning):
                page = "page:" in path and not path.endswith("page:1")
                return _reply(200, [] if page else answer)
        return _reply(*answers.get(_plain(path.partition("/limit:")[0]), (404, {})))

    return fetch


def _plain(path: str) -> str:
    return path.lower().replace("_", "")


def _reply(status: int, document: Any) -> Reply:
    content = json.dumps(_without_marks(document)).encode()
    return Reply(status, {"content-type": "application/json"}, ADDRESS, content)


def _without_marks(node: Any) -> Any:
    """Recorded lists are shortened: "... 12 more"."""
    if isinstance(node, list):
        return [_without_marks(each) for each in node if not str(each).startswith("... ")]
    return {name: _without_marks(each) for name, each in node.items()} if isinstance(node, dict) else node
