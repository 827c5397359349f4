"""What listens to a hook."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from vardkase.core.hooks import Hook


class Listener[Payload](NamedTuple):
    """`does` completes "The listener …" in docs/architecture.md."""

    hook: Hook[Payload]
    call: Callable[[Payload], None]
    does: str
