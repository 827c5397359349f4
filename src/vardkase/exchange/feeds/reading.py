"""What lies at a feed's address, fetched through the one outgoing door and taken apart.

A list is read as it comes, a batch of lines at a time: a million lines need no more memory than a thousand.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched, chain
from typing import Any

from vardkase.core import json_limits
from vardkase.core.expressions import compiled, expression_from
from vardkase.core.instance import instance_uuid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds.headers import header_lines
from vardkase.exchange.feeds.models import HEADERS, Feed, SourceFormat
from vardkase.exchange.http import MEBIBYTE, Manner, StreamedReply, fetch, stream
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int
from vardkase.misp.freetext import Detected, detect

ACCEPT = "application/json, text/plain, text/*"
DOCUMENT = Manner(limit=256 * MEBIBYTE, seconds=600)
LIST = Manner(limit=512 * MEBIBYTE, seconds=1800)
GLANCE = Manner(limit=64 * MEBIBYTE, seconds=30)
"""For whoever looks at a feed and waits for the answer."""
LINES_AT_ONCE = 1_000
LONGEST_LINE = 1 * MEBIBYTE
COMMENT = ("#", ";", "//")


class BadFeed(OutgoingFailed):
    """The feed answered, but not with what a feed of its kind holds."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An event in a feed's manifest; `timestamp` is Unix seconds, `about` the manifest's entry."""

    uuid: str
    timestamp: int
    about: dict[str, Any]


def manifest(feed: Feed, manner: Manner = DOCUMENT) -> list[Announced]:
    """The events that a MISP feed announces and its rules let pass. Raises OutgoingFailed."""
    document = _json(feed, "manifest.json", manner)
    if not isinstance(document, dict):
        raise BadFeed("The feed's manifest is no JSON object.")
    entries = ((uuid.lower(), about) for uuid, about in document.items() if isinstance(about, dict))
    announced = [
        Announced(uuid, as_int(about.get("timestamp")) or 0, about)
        for uuid, about in entries
        if UUID.fullmatch(uuid)
    ]
    return [each for each in announced if _passes(feed, each)]


def feed_event(feed: Feed, uuid: str, manner: Manner = DOCUMENT) -> dict[str, Any]:
    """One event of a MISP feed, out of its wrapper. Raises OutgoingFailed."""
    document = _json(feed, f"{uuid}.json", manner)
    event = document.get("Event") if isinstance(document, dict) else None
    if not isinstance(event, dict) or str(event.get("uuid")).lower() != uuid.lower():
        raise BadFeed(f"The feed holds no event {uuid}.")
    return event


def hashes(feed: Feed) -> Iterator[tuple[str, str]]:
    """The MD5 of every value of a MISP feed with the uuid of its event (hashes.csv). Raises OutgoingFailed."""
    with _answer(feed, _address(feed, "hashes.csv"), LIST) as reply:
        for line in _lines(_decoded(reply)):
            digest, _, uuid = line.strip().partition(",")
            if len(digest) == 32 and UUID.fullmatch(uuid.lower()):
                yield digest, uuid.lower()


def values(feed: Feed, manner: Manner = LIST) -> Iterator[Detected]:
    """The values that a list holds, as they come; a value may come again. Raises OutgoingFailed."""
    unwanted = _unwanted(feed)
    with _answer(feed, feed.url, manner) as reply:
        found = _of_table(feed, reply) if feed.source_format == SourceFormat.CSV else _of_text(reply)
        for each in found:
            if unwanted is None or not unwanted.search(each.value):
                yield each


def _unwanted(feed: Feed) -> Any:
    written = feed.settings.get("common", {}).get("excluderegex") if feed.settings else ""
    return compiled(expression_from(str(written))) if written else None


def _of_table(feed: Feed, reply: StreamedReply) -> Iterator[Detected]:
    """The cells of the chosen columns (all, when none are chosen), each a value or nothing."""
    table = (feed.settings or {}).get("csv", {})
    columns = [int(part) - 1 for part in str(table.get("value") or "").split(",") if part.strip()]
    lines = (line for line in _lines(_decoded(reply)) if not line.lstrip().startswith(COMMENT))
    try:
        for row in csv.reader(lines, delimiter=str(table.get("delimiter") or ",")):
            cells = [row[column] for column in columns if column < len(row)] if columns else row
            yield from chain.from_iterable(_cell(cell) for cell in cells)
    except csv.Error as error:
        raise BadFeed("The feed is no table that can be read.") from error


def _cell(cell: str) -> list[Detected]:
    """The value that a cell is as a whole: prose is none."""
    found = detect(cell)
    return found if len(found) == 1 and not cell.strip().count(" ") else []


def _of_text(reply: StreamedReply) -> Iterator[Detected]:
    """What is found in a text; a page or a JSON document is looked at as one."""
    chunks = _decoded(reply)
    first = next(chunks, "")
    if first.lstrip().startswith(("{", "[", "<")):
        yield from detect(first + "".join(chunks))
        return
    for lines in batched(_lines(chain([first], chunks)), LINES_AT_ONCE):
        yield from detect("\n".join(line for line in lines if not line.lstrip().startswith(COMMENT)))


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    left = ""
    for chunk in chunks:
        *whole, left = (left + chunk).replace("\r\n", "\n").split("\n")
        if len(left) > LONGEST_LINE:
            raise BadFeed("The feed holds a line that is too long.")
        yield from whole
    if left:
        yield left


def _decoded(reply: StreamedReply) -> Iterator[str]:
    """The text of an answer as it comes; what PostgreSQL cannot keep is left out."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    for chunk in reply.content:
        if text := decoder.decode(chunk).replace("\0", ""):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text


def _json(feed: Feed, name: str, manner: Manner) -> Any:
    reply = fetch("GET", _address(feed, name), headers=_headers(feed), manner=manner)
    if reply.status != 200:
        raise BadFeed(f"The feed answered {name} with status {reply.status}.")
    try:
        return json_limits.decoded(reply.content)
    except ValueError as error:
        raise BadFeed(f"The feed's {name} is no JSON.") from error


@contextmanager
def _answer(feed: Feed, url: str, manner: Manner) -> Iterator[StreamedReply]:
    with stream("GET", url, headers=_headers(feed), manner=manner) as reply:
        if reply.status != 200:
            raise BadFeed(f"The feed answered with status {reply.status}.")
        yield reply


def _address(feed: Feed, name: str) -> str:
    """A file of a MISP feed; the feed's address may name the folder or the manifest in it."""
    return f"{feed.url.removesuffix('manifest.json').rstrip('/')}/{name}"


def _headers(feed: Feed) -> dict[str, str]:
    own = dict(header_lines(HEADERS.decrypt(feed.encrypted_headers)))
    return {"Accept": ACCEPT, "MISP-uuid": instance_uuid(), **own}


def _passes(feed: Feed, event: Announced) -> bool:
    """Whether the feed's rules let an announced event pass (core-format §14)."""
    rules = feed.rules or {}
    orgc = event.about.get("Orgc")
    organisation = str(orgc.get("name", "")) if isinstance(orgc, dict) else ""
    listed = event.about.get("Tag")
    tags = [
        str(tag.get("name", ""))
        for tag in (listed if isinstance(listed, list) else [])
        if isinstance(tag, dict)
    ]
    return _chosen(rules.get("orgs"), lambda wanted: wanted == organisation) and _chosen(
        rules.get("tags"), lambda wanted: any(wanted in tag for tag in tags)
    )


def _chosen(lists: Any, holds: Any) -> bool:
    """One of OR, when there are any, and none of NOT."""
    lists = lists or {}
    wanted, unwanted = lists.get("OR") or [], lists.get("NOT") or []
    return (not wanted or any(map(holds, wanted))) and not any(map(holds, unwanted))
