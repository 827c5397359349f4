"""How far something is shared decides whether it may leave with a feed, which anybody may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

SHARING_GROUP, INHERITED = "4", "5"


class Shared(Protocol):
    """What has a distribution of its own, as the wire writes it."""

    distribution: str
    sharing_group_id: str


@dataclass(frozen=True, slots=True)
class Reach:
    """The distributions (0 to 3) and the ids of sharing groups that a feed takes; never more than it names.

    The reader's rights are asked besides: an account that may read less gives less.
    """

    distributions: frozenset[str] = frozenset({"3"})
    sharing_groups: frozenset[str] = frozenset()

    def holds(self, thing: Shared) -> bool:
        """Whether an event or a part of one goes out; a part that inherits goes with what it is in."""
        if thing.distribution == SHARING_GROUP:
            return thing.sharing_group_id in self.sharing_groups
        return thing.distribution == INHERITED or thing.distribution in self.distributions
