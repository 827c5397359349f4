"""Events as a running MISP answers over its API, to the key of a site administrator there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardkase.hub.move_in.comparison.parts import Parts, parts_of
from vardkase.hub.move_in.source.api.client import RunningMisp, entries_of
from vardkase.hub.move_in.source.api.events import QUESTION, SEARCH, require_events


class LiveMisp(RunningMisp):
    """A MISP to compare with."""

    def event_ids(self) -> Iterator[int]:
        """The numbers of all events, in ascending order."""
        return (int(row["id"]) for row in self.event_rows())

    def events(self, ids: Sequence[int]) -> dict[int, Parts]:
        answered = require_events(entries_of(SEARCH, self.post(SEARCH, QUESTION | {"eventid": list(ids)})))
        return {int(event["id"]): parts_of(event) for event in answered}
