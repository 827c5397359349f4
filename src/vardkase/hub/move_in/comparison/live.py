"""Events as a running MISP answers over its API, to the key of a site administrator there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vardkase.hub.move_in.comparison.parts import Parts, parts_of
from vardkase.hub.move_in.source.api.client import RunningMisp, entries_of
from vardkase.hub.move_in.source.api.events import QUESTION


class LiveMisp(RunningMisp):
    """A MISP to compare with."""

    def event_ids(self) -> Iterator[int]:
        """The numbers of all events, in ascending order."""
        return (int(row["id"]) for row in self.event_rows())

    def events(self, ids: Sequence[int]) -> dict[int, Parts]:
        answered = entries_of(self.post("events/restSearch", QUESTION | {"eventid": list(ids)}))
        return {int(each["Event"]["id"]): parts_of(each["Event"]) for each in answered}
