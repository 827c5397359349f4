"""Hook points of sealed links, for what tells the author."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class SealOpened:
    """Two officers have opened the link of `about`, in this transaction. Who they are is not for the author."""

    about: UUID
    reason: str


seal_opened: Hook[SealOpened] = Hook("seal_opened")
