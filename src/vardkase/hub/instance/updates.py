"""Bringing the libraries of knowledge up to date."""

from __future__ import annotations

from vardkase.audit.services import Target, record
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.services import load
from vardkase.knowledge.sources.loading import Loaded


def update_libraries(actor: Actor) -> list[Loaded]:
    """Load what is new or newer of all libraries but the warninglists, whose millions of values the start loads."""
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)
    loaded = load()
    if updated := {library.name: library.updated for library in loaded if library.updated}:
        record(actor, "library.updated", Target("library"), {"updated": updated})
    return loaded
