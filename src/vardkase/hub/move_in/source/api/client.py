"""Requests to a running MISP, with the key of a site administrator there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from vardkase.core.errors import InvalidValue
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import Method, Reply, RequestPolicy, fetch
from vardkase.hub.move_in.problems import MoveInProblem
from vardkase.hub.move_in.source.api.shapes import EventRow, Id, decoded, odd, require

PAGE = 500
MOST_PAGES = 100_000
MEBIBYTE = 1024 * 1024
LARGEST, LARGEST_EVENTS, LARGEST_FILE = 64 * MEBIBYTE, 256 * MEBIBYTE, 512 * MEBIBYTE
WITH_EVENTS = frozenset({"events/restSearch", "sightings/restSearch"})
"""Answers that grow with what is in events."""
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
        self._authority = authority

    def get(self, path: str) -> Any:
        return _answer(path, self._ask("GET", path, LARGEST))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        largest = LARGEST_EVENTS if path in WITH_EVENTS else LARGEST
        return _answer(path, self._ask("POST", path, largest, msgspec.json.encode(body)))

    def file(self, path: str) -> bytes | None:
        reply = self._ask("GET", path, LARGEST_FILE)
        return reply.content if reply.status == 200 else None

    def find(self, path: str) -> Any:
        """Like `get`; None if this MISP has no such list, or has it as a page for people only."""
        reply = self._ask("GET", path, LARGEST)
        is_page = not reply.headers.get("content-type", "").startswith("application/json")
        return None if reply.status in ABSENT or is_page else _answer(path, reply)

    def event_rows(self) -> Iterator[dict[str, Any]]:
        """All events as the index has them, by number. MISP's minimal index leaves out empty ones."""
        question: dict[str, Any] = {"sort": "id", "direction": "asc", "limit": PAGE}
        seen: set[int] = set()
        for page in range(1, MOST_PAGES):
            rows = self.post("events/index", question | {"page": page})
            require("events/index", rows, list[EventRow])
            new = {int(row["id"]): row for row in rows if int(row["id"]) not in seen}
            seen.update(new)
            yield from (new[number] for number in sorted(new))
            if len(rows) < PAGE or not new:
                return

    def pages(self, path: str, member: str = "id") -> Iterator[list[Any]] | None:
        """The entries of a list, page by page; None if this MISP has no such list. Some lists know no pages and
        answer with everything each time: `member` tells."""
        first = self.find(f"{path}/limit:{PAGE}/page:1")
        return None if first is None else self._following(path, entries_of(path, first), member)

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
            entries = entries_of(path, self.find(f"{path}/limit:{PAGE}/page:{page}"))

    def _ask(self, method: Method, path: str, largest: int, body: bytes | None = None) -> Reply:
        policy = RequestPolicy(authority=self._authority, limit=largest, seconds=600.0)
        try:
            return fetch(method, f"{self.url}/{path}", headers=self._headers, body=body, policy=policy)
        except OutgoingFailed as error:
            raise odd(path, str(error)) from error


def entries_of(path: str, answer: Any) -> list[dict[str, Any]]:
    """A list of objects, bare or as the one member of an object. Raises InvalidValue for another list."""
    if isinstance(answer, dict):
        answer = next((value for value in answer.values() if isinstance(value, list)), [])
    found: list[dict[str, Any]] = answer or []
    require(path, found, list[dict[str, Any]])
    return found


def number_of(path: str, value: Any) -> int:
    """The number of a thing, which goes into addresses and file names. Raises InvalidValue: MISP is not believed."""
    require(path, value, Id)
    return int(value)


def _mark(entry: dict[str, Any], member: str) -> str:
    """What an entry is told by: its number, wherever it stands."""
    inner = next((value for value in entry.values() if isinstance(value, dict) and member in value), entry)
    return str(inner.get(member))


def _answer(path: str, reply: Reply) -> Any:
    if reply.status != 200:
        raise InvalidValue(MoveInProblem.MISP_REFUSED(path=path, status=reply.status))
    return decoded(path, reply.content)
