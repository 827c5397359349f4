"""Memory limits for request bodies being received, per process and per sender."""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO

from django.conf import settings

from vardkase.core.body_limits import BodyLimits, Sender

IN_MEMORY = BodyLimits.PUBLIC.value
"""Bytes of one body that wait in memory; a longer one waits in a file."""
LARGEST_BODIES = 4
"""How many bodies of the largest size one process holds, or as many bytes of smaller ones."""

logger = logging.getLogger(__name__)


class SpoolFull(Exception):
    """The memory budget is used up, or the disk has reached its reserve."""


class Budget:
    """The bytes of request bodies held by one process, by sender. Used only in the event loop, so it needs no
    lock."""

    def __init__(self) -> None:
        self._held = 0
        self._held_for: Counter[str] = Counter()

    @property
    def bytes(self) -> int:
        return LARGEST_BODIES * int(settings.VARDKASE_MAX_BODY)

    def check(self, sender: Sender, size: int) -> None:
        if self._held + size > self.bytes or any(
            self._held_for[name] + size > self.bytes * share for name, share in sender.shares.items()
        ):
            raise SpoolFull

    def take(self, sender: Sender, size: int) -> None:
        self.check(sender, size)
        self._held += size
        self._held_for.update(dict.fromkeys(sender.shares, size))

    def give_back(self, sender: Sender, size: int) -> None:
        self._held -= size
        self._held_for.subtract(dict.fromkeys(sender.shares, size))
        for name in sender.shares:
            if not self._held_for[name]:
                del self._held_for[name]


class IncomingBody:
    """One request body being received. Not counted until the sender is known: until then it is small."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._sender: Sender | None = None
        self.file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed in `close`
        self.size = 0

    def count_for(self, sender: Sender, declared: int) -> None:
        """Count the bytes held and those to come for `sender`; raises NoRoom, immediately if `declared` does
        not fit."""
        self._budget.check(sender, max(declared, self.size))
        check_disk(max(declared, self.size))
        self._budget.take(sender, self.size)
        self._sender = sender

    def write(self, piece: bytes) -> None:
        if self._sender is not None:
            self._budget.take(self._sender, len(piece))
            check_disk(len(piece))
        self.size += len(piece)
        with _disk_errors():
            self.file.write(piece)

    def stay_in_memory(self) -> None:
        """Never write the body into a file. Of one that came without a length, a beginning may be in one already."""
        received = self.file
        received.seek(0)
        self.file = BytesIO()
        shutil.copyfileobj(received, self.file)
        received.close()

    def rewind(self) -> None:
        with _disk_errors():
            self.file.seek(0)

    def close(self) -> None:
        if self._sender is not None:
            self._budget.give_back(self._sender, self.size)
            self._sender = None
        self.size = 0
        with contextlib.suppress(OSError):  # What a full disk did not take is still in its buffer.
            self.file.close()


def check_disk(size: int) -> None:
    """Raise NoRoom if `size` more bytes would leave less free space than VARDKASE_DISK_RESERVE."""
    with _disk_errors():
        free = shutil.disk_usage(settings.DATA_DIR).free
    if free - size < settings.VARDKASE_DISK_RESERVE:
        logger.error("bodies are refused: %s bytes are free on the disk of the data folder", free)
        raise SpoolFull


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        logger.error("a body cannot be received: %s", error)
        raise SpoolFull from error
