"""How long a refused sign-in takes."""

from __future__ import annotations

import time

STEP = 1.0
"""Seconds. A refusal is answered after a whole number of them: hashes differ in how long they take, and so would
tell which addresses have an account that moved in and has not signed in since."""


def wait_for_next_step(begun: float) -> None:
    """`begun`: `time.monotonic()` when the password came."""
    time.sleep((begun - time.monotonic()) % STEP)
