"""Requests to a running MISP, with the key of a site administrator there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from vardkase.core.errors import InvalidValue
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import Method, Reply, RequestPolicy, fetch
from vardkase.hub.move_in.problems import MoveInProblem

PAGE = 500
MOST_PAGES = 100_000
LARGEST = 512 * 1024 * 1024
ABSENT = frozenset({302, 403, 404, 405, 500})
"""How a MISP answers that has no such list, or does not give it: it depends on its version and settings."""


class RunningMisp:
    """`authority` (PEM) is trusted instead of the public ones, for a MISP with a certificate of its own."""

    def __init__(self, url: str, key: str, authority: str = "") -> None:
        self.url = url.rstrip("/")
        self._headers = {
            "Authorization": key,
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._policy = RequestPolicy(authority=authority, limit=LARGEST, seconds=600.0)

    def get(self, path: str) -> Any:
        return _decoded(_accepted(self._ask("GET", path)))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return _decoded(_accepted(self._ask("POST", path, msgspec.json.encode(body))))

    def file(self, path: str) -> bytes | None:
        reply = self._ask("GET", path)
        return reply.content if reply.status == 200 else None

    def find(self, path: str) -> Any:
        """Like `get`; None if this MISP has no such list, or has it as a page for people only."""
        reply = self._ask("GET", path)
        is_page = not reply.headers.get("content-type", "").startswith("application/json")
        return None if reply.status in ABSENT or is_page else _decoded(_accepted(reply))

    def event_rows(self) -> Iterator[dict[str, Any]]:
        """All events as the index has them, by number. MISP's minimal index leaves out empty ones."""
        question: dict[str, Any] = {"sort": "id", "direction": "asc", "limit": PAGE}
        for page in range(1, MOST_PAGES):
            rows = self.post("events/index", question | {"page": page})
            yield from sorted(rows, key=lambda row: number_of(row["id"]))
            if len(rows) < PAGE:
                return

    def pages(self, path: str, member: str = "id") -> Iterator[list[Any]] | None:
        """The entries of a list, page by page; None if this MISP has no such list. Some lists know no pages and
        answer with everything each time: `member` tells."""
        first = self.find(f"{path}/limit:{PAGE}/page:1")
        return None if first is None else self._following(path, entries_of(first), member)

    def _following(self, path: str, entries: list[Any], member: str) -> Iterator[list[Any]]:
        seen: set[str] = set()
        for page in range(2, MOST_PAGES):
            new = [entry for entry in entries if _mark(entry, member) not in seen]
            if not new:
                return
            seen.update(_mark(entry, member) for entry in new)
            yield new
            if len(entries) != PAGE:
                return
            entries = entries_of(self.find(f"{path}/limit:{PAGE}/page:{page}"))

    def _ask(self, method: Method, path: str, body: bytes | None = None) -> Reply:
        url = f"{self.url}/{path}"
        try:
            return fetch(method, url, headers=self._headers, body=body, policy=self._policy)
        except OutgoingFailed as error:
            raise InvalidValue(MoveInProblem.MISP_UNREACHABLE(reason=str(error))) from error


def entries_of(answer: Any) -> list[Any]:
    """A list, bare or as the one member of an object."""
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), [])
    return answer if isinstance(answer, list) else []


def number_of(value: Any) -> int:
    """The number of a thing, which goes into addresses and file names. Raises InvalidValue: MISP is not believed."""
    text = str(value)
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 19 and int(text) > 0):
        raise InvalidValue(MoveInProblem.MISP_UNREACHABLE(reason=f"{text[:40]!r} is not a number"))
    return int(text)


def _mark(entry: Any, member: str) -> str:
    """What an entry is told by: its number, wherever it stands."""
    if not isinstance(entry, dict):
        return str(entry)
    inner = next((value for value in entry.values() if isinstance(value, dict) and member in value), entry)
    return str(inner.get(member))


def _accepted(reply: Reply) -> Reply:
    if reply.status != 200:
        raise InvalidValue(MoveInProblem.MISP_REFUSED(status=reply.status))
    return reply


def _decoded(reply: Reply) -> Any:
    try:
        return msgspec.json.decode(reply.content)
    except msgspec.DecodeError as error:
        raise InvalidValue(MoveInProblem.MISP_UNREACHABLE(reason=str(error))) from error
