"""Feeds on the local file system, only below the folder that the operator has configured.

A path is opened from that folder one step at a time, and no step follows a link: nothing in the folder can lead out
of it, even if it is exchanged while a feed is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

from django.conf import settings

from vardkase.core.errors import Invalid
from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.feeds.problems import FeedContentProblem, FeedProblem

CHUNK = 65_536


def path_below(written: str) -> PurePosixPath:
    """A path relative to the operator's feed folder, given absolute or relative.

    Raises Invalid for a path outside, and if no folder is configured.
    """
    if not settings.VARDKASE_FEED_FOLDER:
        raise Invalid(FeedProblem.NO_FOLDER())
    folder = Path(settings.VARDKASE_FEED_FOLDER)
    path = PurePosixPath(written.strip())
    if path.is_absolute():
        if not path.is_relative_to(folder):
            raise Invalid(FeedProblem.OUTSIDE_FOLDER(detail=folder))
        path = path.relative_to(folder)
    # Also an address of the web, which would look like a relative path.
    if not path.parts or ".." in path.parts or "\0" in written or "://" in written:
        raise Invalid(FeedProblem.OUTSIDE_FOLDER(detail=folder))
    return path


def read(written: str, limit: int) -> Iterator[bytes]:
    """The content of a file, piece by piece; at most `limit` bytes. Raises OutgoingFailed."""
    total = 0
    with _opened(written, os.O_RDONLY | os.O_NONBLOCK) as descriptor:
        # O_NONBLOCK, or opening a named pipe would wait for a writer.
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OutgoingFailed(FeedContentProblem.FILE_UNREADABLE(file=written))
        while piece := os.read(descriptor, CHUNK):
            total += len(piece)
            if total > limit:
                raise OutgoingFailed(FeedContentProblem.FILE_TOO_LONG(file=written, bytes=limit))
            yield piece


def remove(written: str) -> None:
    path = path_below(written)
    with _opened(str(path.parent), os.O_RDONLY | os.O_DIRECTORY) as folder:
        try:
            os.unlink(path.name, dir_fd=folder)
        except OSError as error:
            raise OutgoingFailed(
                FeedContentProblem.FILE_NOT_REMOVED(file=written, reason=error.strerror)
            ) from error


@contextmanager
def _opened(written: str, flags: int) -> Iterator[int]:
    try:
        parts = path_below(written).parts if written != "." else ()
    except Invalid as error:
        raise OutgoingFailed(error.problem) from error
    with ExitStack() as leaving:
        try:
            descriptor = os.open(settings.VARDKASE_FEED_FOLDER or "", os.O_RDONLY | os.O_DIRECTORY)
            leaving.callback(os.close, descriptor)
            for number, part in enumerate(parts, 1):
                step = flags if number == len(parts) else os.O_RDONLY | os.O_DIRECTORY
                descriptor = os.open(part, step | os.O_NOFOLLOW, dir_fd=descriptor)
                leaving.callback(os.close, descriptor)
        except OSError as error:
            raise OutgoingFailed(FeedContentProblem.FILE_UNREADABLE(file=written)) from error
        yield descriptor
