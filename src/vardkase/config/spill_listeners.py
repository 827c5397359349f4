"""Who removes copies of a spilled event; a part of `hook_listeners.LISTENERS`."""

from __future__ import annotations

from typing import Any

from vardkase.config.listener import Listener
from vardkase.hub.author_relay import asking as author_messages
from vardkase.hub.data_protection.requests import spilled as spilled_requests
from vardkase.hub.public_records.cases import spilled as spilled_copies
from vardkase.hub.spills.hooks import spill_deleted

SPILL_LISTENERS: tuple[Listener[Any], ...] = (
    Listener(
        spill_deleted,
        spilled_copies.forget_spilled,
        "removes the frozen copies in cases, and the texts and documents that may tell of them",
    ),
    Listener(spill_deleted, spilled_requests.forget_spilled, "removes what was given out to data subjects"),
    Listener(
        spill_deleted, author_messages.forget_spilled, "removes messages to its author, and the answers"
    ),
)
