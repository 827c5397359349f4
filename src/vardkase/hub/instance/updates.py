"""Updates the knowledge libraries except warninglists, which have an update of their own."""

from __future__ import annotations

from vardkase.audit.services import Target, record
from vardkase.hub.audit_actions import HubAction
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.services import load
from vardkase.knowledge.sources.load_changed import LoadResult


def update_libraries(actor: Actor) -> list[LoadResult]:
    actor.require_writing(Permission.SITE_ADMIN)
    libraries = load()
    if updated := {library.name: library.updated for library in libraries if library.updated}:
        record(actor, HubAction.LIBRARY_UPDATED, Target("library"), {"updated": updated})
    return libraries
