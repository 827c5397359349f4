"""What is around events: connections, feeds, settings, news, bookmarks, and what has no place here."""

from __future__ import annotations

from vardkase.hub.move_in.surroundings import connections, feeds, former_log, pages, settings, without_a_place

SURROUNDING_STEPS = (
    *connections.STEPS,
    feeds.STEP,
    settings.STEP,
    *pages.STEPS,
    former_log.STEP,
    without_a_place.STEP,
)
