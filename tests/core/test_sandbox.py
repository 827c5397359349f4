"""Sandboxed programs: their results, and how each limit ends them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tests.support.processes import is_running, wait_until
from vardkase.core.errors import Invalid, VardkaseError
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.core.sandbox.problems import SandboxProblem

LIMITS = Limits(memory=512 * 1024 * 1024, seconds=1, at_once=1)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def workshop() -> SandboxPool:
    return SandboxPool("tests.core.confined_program", LIMITS)


def ask(workshop: SandboxPool, document: bytes) -> bytes:
    with workshop.job({"eats": 2**30}) as job:
        return b"".join(job.ask(document))


def test_job_answers_documents_one_after_another(workshop: SandboxPool) -> None:
    with workshop.job({}) as job:
        assert list(job.ask(b"a")) == [b"a", b"a"]
        big = os.urandom(3_000_000)
        assert list(job.ask(big)) == [big, big]


@pytest.mark.parametrize(
    ("document", "error", "says"),
    [
        (b"refuse", Invalid, "not a document: å"),
        (b"fail", ProgramFailed, "ZeroDivisionError: oh"),
        (b"eat", LimitReached, "too much memory"),
        (b"die", LimitReached, "too long"),
        (b"spin", LimitReached, "too long"),
        (b"sleep", LimitReached, "too long"),
        (b"claim", LimitReached, "too long"),
        (b"babble", LimitReached, "too long"),
    ],
)
def test_every_misdeed_raises_an_error_with_a_message(
    workshop: SandboxPool, document: bytes, error: type[VardkaseError], says: str
) -> None:
    with pytest.raises(error, match=says):
        ask(workshop, document)
    assert ask(workshop, b"next") == b"nextnext"


def test_job_does_not_inherit_our_environment(workshop: SandboxPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VARDKASE_SECRET_KEY", "secret")
    fresh = SandboxPool("tests.core.confined_program", LIMITS)
    assert b"VARDKASE" not in ask(fresh, b"environment")


def test_abandoned_job_is_ended_and_frees_its_slot(workshop: SandboxPool) -> None:
    with workshop.job({}) as job:
        next(job.ask(bytes(50_000_000)))
    assert ask(workshop, b"next") == b"nextnext"


def test_second_job_waits_for_the_slot(workshop: SandboxPool) -> None:
    with workshop.job({}), pytest.raises(LimitReached, match="busy"):
        ask(workshop, b"a")
    assert ask(workshop, b"a") == b"aa"


def test_killed_keeper_process_is_replaced() -> None:
    workshop = SandboxPool("tests.core.confined_program", LIMITS)
    assert ask(workshop, b"a") == b"aa"
    killed = list(_keepers())
    for keeper in killed:
        os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: not any(map(is_running, killed)))
    assert ask(workshop, b"a") == b"aa"


def _keepers() -> Iterator[int]:
    """Our child processes that keep the program of these tests loaded."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"tests.core.confined_program" in command:
            yield int(process.name)


def test_total_time_of_a_job_is_limited() -> None:
    """Many documents, each within its own limit, must not go on for ever."""
    with SandboxPool("tests.core.confined_program", Limits(all_seconds=0)).job({}) as job:
        assert list(job.ask(b"a")) == [b"a", b"a"]
        with pytest.raises(LimitReached) as refused:
            list(job.ask(b"b"))
    assert refused.value.has(SandboxProblem.TOO_MUCH)
