"""Distribution check for feeds: only what anybody may read may be included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

# `Distribution` as the wire writes it: numbers as strings.
SHARING_GROUP, INHERITED = "4", "5"


class SharedWith(Protocol):
    """Anything with its own distribution, as in the wire format."""

    distribution: str
    sharing_group_id: str


@dataclass(frozen=True, slots=True)
class FeedReach:
    """The distributions (0 to 3) and sharing group ids that a feed accepts.

    The reader's rights apply in addition: an account that may read less exports less.
    """

    distributions: frozenset[str] = frozenset({"3"})
    sharing_groups: frozenset[str] = frozenset()

    def holds(self, item: SharedWith) -> bool:
        """True if an event or part is included; a part that inherits follows its container."""
        if item.distribution == SHARING_GROUP:
            return item.sharing_group_id in self.sharing_groups
        return item.distribution == INHERITED or item.distribution in self.distributions
