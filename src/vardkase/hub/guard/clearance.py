"""Events with a marking that two people have found harmless: which, a package above says (`config.wiring`)."""

from __future__ import annotations

from collections.abc import Callable

type Clearance = Callable[[int, int], bool]

_asked: list[Clearance] = []


def register_clearance(is_cleared: Clearance) -> None:
    """`is_cleared(event_id, version)`, where the version is the event's time of change."""
    if is_cleared not in _asked:
        _asked.append(is_cleared)


def has_clearance(event_id: int, version: int) -> bool:
    return any(is_cleared(event_id, version) for is_cleared in _asked)
