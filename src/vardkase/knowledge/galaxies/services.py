"""Galaxies brought up to date."""

from __future__ import annotations

from vardkase.audit.services import Target, record
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.knowledge.galaxies import loader
from vardkase.knowledge.sources.loading import Loaded


def update_galaxies(actor: Actor) -> Loaded:
    """Load new versions from the files. Raises Forbidden for all but site administrators."""
    actor.require_writing()
    actor.require(Permission.SITE_ADMIN)
    loaded = loader.load()
    if loaded.updated:
        record(actor, "galaxy.updated", Target("galaxy"), {"updated": loaded.updated})
    return loaded
