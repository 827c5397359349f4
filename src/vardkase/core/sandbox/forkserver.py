"""Keeps a program loaded and forks it for each job (``python -m vardkase.core.sandbox.forkserver MODULE FD``).

What the program imports is shared by all its jobs, so that a job starts in a few milliseconds. The forkserver ends
with the process that started it.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.sandbox.framing import Kind, Stream, read_frame, write_frame
from vardkase.core.sandbox.program import Answerer

REQUEST = 65_536

type Opener = Callable[[dict[str, Any]], Answerer]


def main(module: str, control: int) -> None:
    """Fork a job for each request (limits and arguments, with the job's end of a socket) until the socket
    closes."""
    open_job: Opener = importlib.import_module(module).open_job
    gc.collect()
    gc.freeze()  # The collector would write to the pages that the jobs share, and so copy them.
    # Ended jobs are not waited for, and must not stay as zombies: their answers say how they went.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, with whom this ends.
    with socket.socket(fileno=control) as requests:
        while True:
            message, descriptors, _, _ = socket.recv_fds(requests, REQUEST, 1)
            if not message:
                return
            if os.fork() == 0:
                try:
                    requests.close()
                    with socket.socket(fileno=descriptors[0]) as line, line.makefile("rwb") as stream:
                        _work(open_job, json.loads(message), stream)
                finally:
                    os._exit(0)
            os.close(descriptors[0])


def _work(open_job: Opener, request: dict[str, Any], stream: Stream) -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # End at once when the parent has stopped reading.
    resource.setrlimit(resource.RLIMIT_AS, (request["memory"], request["memory"]))
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))  # A web worker's own limit is inherited.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = open_job(request["arguments"])
        while frame := read_frame(stream):
            # Both timers end the process by a signal that no Python code handles, so also inside a
            # library's loop.
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime) + request["seconds"]
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))
            signal.alarm(request["timeout"])
            for piece in answer(frame[1]):
                write_frame(stream, Kind.DATA, piece)
            write_frame(stream, Kind.DONE)
    except Invalid as refusal:
        write_frame(stream, Kind.REFUSED, json.dumps(refusal.problem.as_json()).encode())
    except MemoryError:
        write_frame(stream, Kind.EXHAUSTED)
    except Exception as error:  # noqa: BLE001  whatever a library does with a hostile document
        write_frame(stream, Kind.FAILED, f"{type(error).__name__}: {error}".encode(errors="replace"))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
