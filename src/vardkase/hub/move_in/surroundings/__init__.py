"""What is around events: connections, feeds, settings, news, bookmarks, and what has no place here."""

from __future__ import annotations

from vardkase.hub.move_in.surroundings import connections, feeds, pages, settings, without_a_place

SURROUNDING_STEPS = (*connections.STEPS, feeds.STEP, settings.STEP, *pages.STEPS, without_a_place.STEP)
