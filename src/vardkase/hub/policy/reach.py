"""Distribution levels as used in policies, from own organisation to everybody."""

from __future__ import annotations

from enum import StrEnum

from vardkase.misp.distribution import Distribution


class Reach(StrEnum):
    """Distributions ordered by reach, each wider than the one before; MISP's numbers are not in this order."""

    ORGANISATION = "organisation"
    SHARING_GROUP = "sharing_group"
    COMMUNITY = "community"
    CONNECTED = "connected"
    ALL = "all"

    @property
    def rank(self) -> int:
        return REACHES.index(self)

    def goes_as_far_as(self, other: Reach) -> bool:
        return self.rank >= other.rank


REACHES: tuple[Reach, ...] = tuple(Reach)

OF_DISTRIBUTION: dict[int, Reach] = {
    Distribution.ORGANISATION: Reach.ORGANISATION,
    Distribution.SHARING_GROUP: Reach.SHARING_GROUP,
    Distribution.COMMUNITY: Reach.COMMUNITY,
    Distribution.CONNECTED: Reach.CONNECTED,
    Distribution.ALL: Reach.ALL,
}
DISTRIBUTION_OF: dict[Reach, Distribution] = {
    reach: Distribution(number) for number, reach in OF_DISTRIBUTION.items()
}


def rank_in_sql(distribution: str) -> str:
    """SQL: the rank of a column `distribution`; inherit and NULL limit nothing."""
    cases = " ".join(f"WHEN {int(number)} THEN {reach.rank}" for number, reach in OF_DISTRIBUTION.items())
    return f"CASE {distribution} {cases} ELSE {Reach.ALL.rank} END"
