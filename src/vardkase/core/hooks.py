"""Typed hook points through which lower layers notify higher layers.

A hook runs its listeners inside the caller's transaction, in the order they registered. Listeners are few,
fast and listed in `config.hook_listeners`; whatever may be slow defers a job from its listener instead.
"""

from __future__ import annotations

from collections.abc import Callable


class Hook[Payload]:
    """A named event with the value that describes it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._listeners: list[Callable[[Payload], None]] = []

    def register(self, listener: Callable[[Payload], None]) -> None:
        """Add a listener; registering the same one twice has no effect."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def emit(self, payload: Payload) -> None:
        """Call every listener; an exception in one rolls back the caller's transaction."""
        for listener in self._listeners:
            listener(payload)
