"""Large responses are spooled to disk: one that cannot be written or read takes no space from the others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vardkase.config.gateway import response_body
from vardkase.config.gateway.response_body import IN_MEMORY, MEBIBYTE, Outgoing

ROOM = 4 * MEBIBYTE


@pytest.fixture(autouse=True)
def small_spool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_body, "ALL_ON_DISK", ROOM)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """In its own thread: in the test's, Playwright may keep one running."""
    with contextlib.closing(asyncio.new_event_loop()) as made:
        running = threading.Thread(target=made.run_forever, daemon=True)
        running.start()
        yield made
        made.call_soon_threadsafe(made.stop)
        running.join(30)


@contextlib.contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Writes beyond `size` bytes of a file fail."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def deleted_files() -> set[int]:
    """Descriptors of unlinked files, such as temporary ones."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(each.readlink()).endswith("(deleted)"):
                found.add(int(each.name))
    return found


def next_part(answer: Outgoing, loop: asyncio.AbstractEventLoop) -> bytes:
    return asyncio.run_coroutine_threadsafe(answer.get(), loop).result(30)


def assert_all_space_is_free(loop: asyncio.AbstractEventLoop) -> None:
    """A response as large as the whole spool can be written without waiting."""
    answer = Outgoing(loop)
    answer.put(b"x" * IN_MEMORY)

    def write() -> None:
        for _ in range(ROOM // MEBIBYTE):
            answer.put(b"x" * MEBIBYTE)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    writer.join(30)
    waits = writer.is_alive()
    answer.close()
    assert not waits


def test_response_that_does_not_fit_releases_its_space(loop: asyncio.AbstractEventLoop) -> None:
    with full_disk(MEBIBYTE + 1000):
        for _ in range(2):
            answer = Outgoing(loop)
            answer.put(b"x" * IN_MEMORY)
            answer.put(b"x" * MEBIBYTE)
            with pytest.raises(OSError, match="File too large"):
                answer.put(b"x" * MEBIBYTE)
            answer.close()
    assert_all_space_is_free(loop)


def test_unreadable_response_is_marked_broken(loop: asyncio.AbstractEventLoop) -> None:
    for _ in range(2):
        answer, others = Outgoing(loop), deleted_files()
        answer.put(b"x" * IN_MEMORY)
        answer.put(b"x" * MEBIBYTE)
        (descriptor,) = deleted_files() - others
        folder = os.open("/", os.O_RDONLY)
        os.dup2(folder, descriptor)
        os.close(folder)
        assert len(next_part(answer, loop)) == IN_MEMORY
        assert next_part(answer, loop) == b""
        assert answer.is_broken
        answer.close()
    assert_all_space_is_free(loop)


def test_memory_of_all_responses_is_limited(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_body, "ALL_IN_MEMORY", MEBIBYTE)
    before = deleted_files()
    first, second = Outgoing(loop), Outgoing(loop)
    first.put(b"1" * MEBIBYTE)
    assert deleted_files() == before
    second.put(b"2" * 1000)
    assert len(deleted_files() - before) == 1
    first.close()
    second.put(b"3" * 1000)
    assert next_part(second, loop) == b"2" * 1000 + b"3" * 1000
    second.put(b"4" * MEBIBYTE)
    third = Outgoing(loop)
    third.put(b"5")
    assert len(deleted_files() - before) == 2
    third.close()
    assert next_part(second, loop) == b"4" * MEBIBYTE
    second.close()
    assert deleted_files() == before


def test_parts_keep_their_order_in_memory_and_on_disk(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_body, "IN_MEMORY", 100)
    parts = [bytes([number]) * 60 for number in range(40)]
    answer, came = Outgoing(loop), b""
    for number, part in enumerate(parts):
        answer.put(part)
        if number % 3 == 2:
            came += next_part(answer, loop)
    answer.finish()
    while piece := next_part(answer, loop):
        came += piece
    answer.close()
    assert came == b"".join(parts)
