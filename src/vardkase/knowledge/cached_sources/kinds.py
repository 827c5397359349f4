"""Kinds of cacheable sources. The packages that own them register who may see which."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from vardkase.identity.access.actor import Actor

FEED, SERVER = "Feed", "Server"
"""The names of the kinds, which are those of the members on the wire."""

type About = dict[str, Any]
"""What a reader may see of a source: id, name, url, and for feeds provider and source_format."""
type Describe = Callable[[Actor, Collection[int]], dict[int, About]]
"""The sources among these ids that the actor may see, and what it may see of them."""

_kinds: dict[str, Describe] = {}


def register(kind: str, describe: Describe) -> None:
    _kinds[kind] = describe


def described(actor: Actor, kind: str, numbers: Collection[int]) -> dict[int, About]:
    describe = _kinds.get(kind)
    return describe(actor, numbers) if describe and numbers else {}
