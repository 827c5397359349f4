"""Sandboxed parsing: libraries process untrusted documents in a separate process with limits.

A `SandboxPool` keeps a program warm (see `forkserver`). Each job is a fork of it that has a limit of memory and, for
each document, of time; it knows no secret of ours, and only bytes come back.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from vardkase.core.bounded_blocking import TooManyBlockedThreads, blocking
from vardkase.core.errors import Invalid, VardkaseError
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.problems import CommonProblem, problems_in
from vardkase.core.sandbox.framing import Kind, Stream, read_frame, write_frame
from vardkase.core.sandbox.problems import SandboxProblem
from vardkase.core.telemetry import metrics

__all__ = ["Job", "LimitReached", "Limits", "Meter", "ProgramFailed", "SandboxPool", "metered"]

MEBIBYTE = 1024 * 1024


class LimitReached(VardkaseError):
    """The document exceeds its time or memory limit."""


class ProgramFailed(VardkaseError):
    """The program failed on the document; the text is the program's."""


@dataclass(slots=True)
class Meter:
    """`seconds`, by the clock, in which jobs worked."""

    seconds: float = 0.0


class _MeterOfThread(threading.local):
    meter: Meter | None = None


_thread = _MeterOfThread()


@contextmanager
def metered() -> Iterator[Meter]:
    """Measures the jobs of this thread."""
    former, _thread.meter = _thread.meter, Meter()
    try:
        yield _thread.meter
    finally:
        _thread.meter = former


@dataclass(frozen=True, slots=True)
class Limits:
    """What a job may use.

    `memory` in bytes; for each document `seconds` of the processor and three times that by the clock; for all of its
    documents together `all_seconds` by the clock, in which it is waited for; `at_once` jobs of one pool in one
    process, and the next waits its turn.
    """

    memory: int = 2048 * MEBIBYTE
    seconds: int = 60
    all_seconds: int = 900
    at_once: int = 2

    @property
    def timeout(self) -> int:
        return 3 * self.seconds


class SandboxPool:
    """A sandbox pool: one program and the jobs that run it. Starts on first use.

    `part`: the program imports the libraries of this optional part; without them each job raises PartMissing.
    `measured`: its jobs are counted and timed for the hub's metrics, which tell when there was one.
    """

    def __init__(
        self,
        module: str,
        limits: Limits | None = None,
        *,
        part: OptionalPart | None = None,
        measured: bool = True,
    ) -> None:
        self._module = module
        self._part = part
        self._measured = measured
        self.limits = limits or Limits()
        self._turns = threading.BoundedSemaphore(self.limits.at_once)
        self._lock = threading.Lock()
        self._control: socket.socket | None = None

    @contextmanager
    def job(self, arguments: Mapping[str, Any]) -> Iterator[Job]:
        """A job with these arguments (JSON) for the duration of the block; raises LimitReached if none is
        free."""
        try:
            timed = (
                metrics.timed(metrics.SANDBOX, self._module) if self._measured else contextlib.nullcontext()
            )
            with blocking(), self._turn(), self._begun(arguments) as job, timed:
                yield job
        except TooManyBlockedThreads as refused:
            raise LimitReached(SandboxProblem.BUSY()) from refused

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self.limits.timeout):
            raise LimitReached(SandboxProblem.BUSY())
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _begun(self, arguments: Mapping[str, Any]) -> Iterator[Job]:
        ours, theirs = socket.socketpair()
        with ours, ours.makefile("rwb") as stream:
            with theirs:
                self._request(arguments, theirs.fileno())
            ours.settimeout(self.limits.timeout)
            yield Job(stream, self.limits.all_seconds)

    def _request(self, arguments: Mapping[str, Any], descriptor: int) -> None:
        limits = self.limits
        request = {"memory": limits.memory, "seconds": limits.seconds, "timeout": limits.timeout}
        message = json.dumps({"arguments": arguments, **request}).encode()
        with self._lock:
            try:
                socket.send_fds(self._control or self._start(), [message], [descriptor])
            except OSError:  # The forkserver is gone: somebody ended it, or the machine was short of memory.
                socket.send_fds(self._start(), [message], [descriptor])

    def _start(self) -> socket.socket:
        if self._control:
            self._control.close()
        if self._part:
            # The forkserver would end on the import, and all that we see of it is a closed socket.
            self._part.require()
        # SEQPACKET keeps the bounds of messages, and so each request together with its descriptor.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # -P: nothing is imported from the current folder.
            command = (sys.executable, "-P", "-m", "vardkase.core.sandbox.forkserver", self._module)
            forkserver = subprocess.Popen(
                (*command, str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._control = ours
        atexit.register(_end, ours, forkserver)
        return ours


@dataclass(slots=True)
class Job:
    """A conversation with one confined process, which has `_left` seconds for all that it is asked."""

    _stream: Stream
    _left: float

    def ask(self, document: bytes) -> Iterator[bytes]:
        """Yield the response to `document` in pieces; read it to the end before the next call.

        Raises Invalid (the document is invalid), LimitReached, ProgramFailed.
        """
        if self._left < 0:
            raise LimitReached(SandboxProblem.TOO_MUCH())
        try:
            write_frame(self._stream, Kind.DATA, document)
            while frame := self._next():
                kind, content = frame
                if kind is Kind.DONE:
                    return
                if kind is not Kind.DATA:
                    raise _error(kind, content.decode(errors="replace"))
                yield content
        except OSError as error:
            raise _error(Kind.EXHAUSTED) from error
        raise _error(Kind.EXHAUSTED)

    def _next(self) -> tuple[Kind, bytes] | None:
        begun = time.monotonic()
        try:
            return read_frame(self._stream)
        finally:
            seconds = time.monotonic() - begun
            self._left -= seconds
            if _thread.meter is not None:
                _thread.meter.seconds += seconds


def _error(kind: Kind, text: str = "") -> VardkaseError:
    match kind:
        case Kind.REFUSED:
            return Invalid(next(iter(problems_in(text)), CommonProblem.INVALID_INPUT()))
        case Kind.FAILED:
            return ProgramFailed(CommonProblem.QUOTED(said=text))
        case _:
            return LimitReached(SandboxProblem.EXHAUSTED())


def _end(control: socket.socket, forkserver: subprocess.Popen[bytes]) -> None:
    control.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        forkserver.wait(timeout=5)
