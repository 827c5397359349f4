"""Checks on content shared by itself, outside events, before other organisations may read it.

Packages that store such content call `require_shareable`, or `is_shareable` for what others send; higher layers
that know what must not be shared listen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vardkase.core.errors import Forbidden
from vardkase.core.hooks import Hook
from vardkase.misp.distribution import Distribution


@dataclass(frozen=True, slots=True)
class BeforeSharing:
    texts: tuple[str, ...]


before_sharing: Hook[BeforeSharing] = Hook("before_sharing")
"""A thing is about to be read by others than its organisation. A listener refuses by raising Forbidden."""


def require_shareable(distribution: int, texts: Iterable[str | None]) -> None:
    if distribution != Distribution.ORGANISATION:
        before_sharing.emit(BeforeSharing(tuple(text for text in texts if text)))


def is_shareable(distribution: int, texts: Iterable[str | None]) -> bool:
    try:
        require_shareable(distribution, texts)
    except Forbidden:
        return False
    return True
