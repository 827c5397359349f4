"""Reads the bytes of a feed, from the web or from the local folder configured for feeds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vardkase.core.instance import instance_uuid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds import local_files
from vardkase.exchange.feeds.headers import header_lines
from vardkase.exchange.feeds.models import HEADERS, Feed, InputSource
from vardkase.exchange.feeds.problems import FeedContentProblem
from vardkase.exchange.http import RequestPolicy, stream

ACCEPT = "application/json, text/plain, text/*"


class BadFeed(OutgoingFailed):
    """The feed responded, but not in its declared format."""


@contextmanager
def opened(feed: Feed, name: str, policy: RequestPolicy) -> Iterator[Iterator[bytes]]:
    place = place_of(feed, name)
    if feed.input_source == InputSource.LOCAL:
        yield local_files.read(place, policy.limit)
        return
    own = dict(header_lines(HEADERS.decrypt(feed.encrypted_headers)))
    headers = {"Accept": ACCEPT, "MISP-uuid": instance_uuid(), **own}
    with stream("GET", place, headers=headers, policy=policy) as reply:
        if reply.status != 200:
            problem = FeedContentProblem.FILE_STATUS if name else FeedContentProblem.STATUS
            raise BadFeed(problem(status=reply.status, **({"file": name} if name else {})))
        yield reply.content


def place_of(feed: Feed, name: str = "") -> str:
    if not name:
        return feed.url
    return f"{feed.url.removesuffix('manifest.json').rstrip('/')}/{name}"


def taken_in(feed: Feed, name: str = "") -> None:
    """Remove an imported file, if configured for a local feed. Raises OutgoingFailed."""
    if feed.input_source == InputSource.LOCAL and feed.delete_local_file:
        local_files.remove(place_of(feed, name))
