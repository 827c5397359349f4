"""Parses the contents of a feed.

A list is read as it comes, a batch of lines at a time: a million lines need no more memory than a thousand.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from itertools import batched, chain
from typing import Any

from vardkase.core import json_limits
from vardkase.core.expressions import compiled, expression_from
from vardkase.core.time_budget import check_time
from vardkase.exchange.feeds.models import Feed, SourceFormat
from vardkase.exchange.feeds.problems import FeedContentProblem
from vardkase.exchange.feeds.rules import AnnouncedEvent, rules_of
from vardkase.exchange.feeds.sources import BadFeed, opened
from vardkase.exchange.http import MEBIBYTE, RequestPolicy
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_int
from vardkase.misp.freetext import DetectedValue, detect

MANIFEST = "manifest.json"
DOCUMENT = RequestPolicy(limit=256 * MEBIBYTE, seconds=600)
LIST = RequestPolicy(limit=512 * MEBIBYTE, seconds=1800)
GLANCE = RequestPolicy(limit=64 * MEBIBYTE, seconds=30)
"""For previews, while a person waits."""
LINES_AT_ONCE = 1_000
LONGEST_LINE = 1 * MEBIBYTE
LONGEST_DOCUMENT = 32 * MEBIBYTE
"""Characters of a page or JSON document that is searched for values as a whole."""
COMMENT = ("#", ";", "//")


def manifest(feed: Feed, policy: RequestPolicy = DOCUMENT) -> list[AnnouncedEvent]:
    document = _json_document(feed, MANIFEST, policy)
    if not isinstance(document, dict):
        raise BadFeed(FeedContentProblem.MANIFEST_NOT_AN_OBJECT())
    entries = ((uuid.lower(), about) for uuid, about in document.items() if isinstance(about, dict))
    announced = [
        AnnouncedEvent(uuid, as_int(about.get("timestamp")) or 0, about)
        for uuid, about in entries
        if UUID.fullmatch(uuid)
    ]
    rules = rules_of(feed)
    return [entry for entry in announced if rules.passes(entry)]


def feed_event(feed: Feed, uuid: str, policy: RequestPolicy = DOCUMENT) -> dict[str, Any]:
    document = _json_document(feed, f"{uuid}.json", policy)
    event = document.get("Event") if isinstance(document, dict) else None
    if not isinstance(event, dict) or str(event.get("uuid")).lower() != uuid.lower():
        raise BadFeed(FeedContentProblem.EVENT_MISSING(uuid=uuid))
    return event


def hashes(feed: Feed) -> Iterator[tuple[str, str]]:
    """The MD5 of every value of a MISP feed, with its event's uuid (hashes.csv). Raises OutgoingFailed."""
    with opened(feed, "hashes.csv", LIST) as content:
        for line in _lines(_decoded(content)):
            digest, _, uuid = line.strip().partition(",")
            if len(digest) == 32 and UUID.fullmatch(uuid.lower()):
                yield digest, uuid.lower()


def values(feed: Feed, policy: RequestPolicy = LIST) -> Iterator[DetectedValue]:
    written = feed.settings.get("common", {}).get("excluderegex") if feed.settings else ""
    # RE2: no expression that somebody wrote takes more than linear time.
    unwanted = compiled(expression_from(str(written))) if written else None
    with opened(feed, "", policy) as content:
        found = (
            _table_values(feed, content) if feed.source_format == SourceFormat.CSV else _text_values(content)
        )
        for detected in found:
            if unwanted is None or not unwanted.search(detected.value):
                yield detected


def _table_values(feed: Feed, content: Iterable[bytes]) -> Iterator[DetectedValue]:
    table = (feed.settings or {}).get("csv", {})
    columns = [int(part) - 1 for part in str(table.get("value") or "").split(",") if part.strip()]
    lines = (line for line in _lines(_decoded(content)) if not line.lstrip().startswith(COMMENT))
    try:
        for row in csv.reader(lines, delimiter=str(table.get("delimiter") or ",")):
            cells = [row[column] for column in columns if column < len(row)] if columns else row
            for cell in cells:
                found = detect(cell, check=check_time)
                # A cell with blanks or several values is a remark that happens to mention some.
                if len(found) == 1 and not cell.strip().count(" "):
                    yield found[0]
    except csv.Error as error:
        raise BadFeed(FeedContentProblem.NOT_A_TABLE()) from error


def _text_values(content: Iterable[bytes]) -> Iterator[DetectedValue]:
    chunks = _decoded(content)
    first = next(chunks, "")
    # A web page or JSON: values may be spread over lines, so it is searched as a whole.
    if first.lstrip().startswith(("{", "[", "<")):
        yield from detect("".join(_within_limit(chain([first], chunks))), check=check_time)
        return
    for lines in batched(_lines(chain([first], chunks)), LINES_AT_ONCE):
        wanted = "\n".join(line for line in lines if not line.lstrip().startswith(COMMENT))
        yield from detect(wanted, check=check_time)


def _within_limit(chunks: Iterable[str]) -> Iterator[str]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > LONGEST_DOCUMENT:
            raise BadFeed(FeedContentProblem.DOCUMENT_TOO_LONG())
        yield chunk


def _lines(chunks: Iterable[str]) -> Iterator[str]:
    left = ""
    for chunk in chunks:
        *whole, left = (left + chunk).replace("\r\n", "\n").split("\n")
        # A file without line breaks would be held whole.
        if len(left) > LONGEST_LINE:
            raise BadFeed(FeedContentProblem.LINE_TOO_LONG())
        yield from whole
    if left:
        yield left


def _decoded(content: Iterable[bytes]) -> Iterator[str]:
    """The text of a response as a stream, without characters that PostgreSQL cannot store."""
    # Lists of Windows programs begin with a byte order mark.
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    for chunk in content:
        if text := decoder.decode(chunk).replace("\0", ""):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text


def _json_document(feed: Feed, name: str, policy: RequestPolicy) -> Any:
    with opened(feed, name, policy) as content:
        try:
            return json_limits.decoded(b"".join(content))
        except ValueError as error:
            raise BadFeed(FeedContentProblem.NOT_JSON(file=name)) from error
