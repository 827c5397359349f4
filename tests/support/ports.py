"""TCP ports of 127.0.0.1 for the servers of tests."""

from __future__ import annotations

import itertools
import os
import random
import socket

FIRST, PER_PROCESS, PROCESSES = 12_000, 2_000, 10
"""Below the ports that Linux gives to clients (32768 and up): none of these is taken before the server has started."""


def _candidates() -> itertools.cycle[int]:
    # Each process of pytest-xdist has its own, or a test would talk to a server of another.
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PROCESSES
    ports = range(FIRST + process * PER_PROCESS, FIRST + (process + 1) * PER_PROCESS)
    start = random.randrange(PER_PROCESS)
    return itertools.cycle([*ports[start:], *ports[:start]])


_ports = _candidates()


def free_port() -> int:
    """One without a listener, which this process has not named before."""
    for port in itertools.islice(_ports, PER_PROCESS):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("All ports of this process are in use.")
