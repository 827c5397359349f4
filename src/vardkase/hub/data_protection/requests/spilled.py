"""What requests kept of events in quarantine: it is not read, and deleted with the event."""

from __future__ import annotations

from collections.abc import Collection

from vardkase.hub.data_protection.requests.forgetting import forget_contents
from vardkase.hub.data_protection.requests.models import ConcernedItem, FoundItemKind
from vardkase.hub.data_protection.requests.person import GivenCopy, opened_copy, sealed_copy
from vardkase.hub.spills.hooks import SpillDeleted
from vardkase.intel.models import Event

SHORTEST = 4
"""Characters of a title that is looked for in lines of the audit log."""


def titles_in_quarantine() -> list[str]:
    return list(Event.objects.filter(quarantined=True).values_list("info", flat=True))


def without(titles: Collection[str], copy: GivenCopy) -> GivenCopy:
    """A copy without the lines that name an event with one of the titles."""
    wanted = [title for title in titles if len(title) >= SHORTEST]
    lines = [line for line in copy.text.split("\n") if not any(title in line for title in wanted)]
    return GivenCopy(copy.where, "\n".join(lines))


def forget_spilled(deleted: SpillDeleted) -> None:
    """Remove what was found or given out of it, and the reasons of refusals, which may repeat it."""
    forget_contents(ConcernedItem.objects.filter(event_id=deleted.event_id))
    titles = list(Event.objects.filter(pk=deleted.event_id).values_list("info", flat=True))
    rows = ConcernedItem.objects.filter(kind=FoundItemKind.AUDIT).exclude(given="")
    for row in rows.iterator(chunk_size=100):
        before = opened_copy(row.given)
        if (after := without(titles, before)) != before:
            row.given = sealed_copy(after)
            row.save(update_fields=["given"])
