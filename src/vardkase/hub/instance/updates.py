"""Updates the knowledge libraries."""

from __future__ import annotations

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import HubAction
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.services import load, update_all
from vardkase.knowledge.sources.load_changed import LoadResult, Progress


def update_libraries(actor: Actor) -> list[LoadResult]:
    """All but warninglists, which have an update of their own."""
    actor.require_writing(Permission.SITE_ADMIN)
    return _recorded(actor, load())


def update_with_warninglists(actor: Actor, progress: Progress) -> list[LoadResult]:
    actor.require_writing(Permission.SITE_ADMIN)
    return _recorded(actor, update_all(progress))


def _recorded(actor: Actor, libraries: list[LoadResult]) -> list[LoadResult]:
    if updated := {library.name: library.updated for library in libraries if library.updated}:
        record(actor, HubAction.LIBRARY_UPDATED, Target("library"), {"updated": updated})
    return libraries
