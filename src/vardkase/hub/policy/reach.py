"""Distribution levels as used in policies, from own organisation to everybody."""

from __future__ import annotations

from enum import StrEnum

from vardkase.misp.distribution import Distribution


class PolicyReach(StrEnum):
    """Distributions ordered by reach, each wider than the one before; MISP's numbers are not in this order."""

    ORGANISATION = "organisation"
    SHARING_GROUP = "sharing_group"
    COMMUNITY = "community"
    CONNECTED = "connected"
    ALL = "all"

    @property
    def rank(self) -> int:
        return REACHES.index(self)

    def goes_as_far_as(self, other: PolicyReach) -> bool:
        return self.rank >= other.rank


REACHES: tuple[PolicyReach, ...] = tuple(PolicyReach)

OF_DISTRIBUTION: dict[int, PolicyReach] = {
    Distribution.ORGANISATION: PolicyReach.ORGANISATION,
    Distribution.SHARING_GROUP: PolicyReach.SHARING_GROUP,
    Distribution.COMMUNITY: PolicyReach.COMMUNITY,
    Distribution.CONNECTED: PolicyReach.CONNECTED,
    Distribution.ALL: PolicyReach.ALL,
}
DISTRIBUTION_OF: dict[PolicyReach, Distribution] = {
    reach: Distribution(number) for number, reach in OF_DISTRIBUTION.items()
}


def rank_in_sql(distribution: str) -> str:
    """SQL: the rank of a column `distribution`; inherit and NULL limit nothing."""
    cases = " ".join(f"WHEN {int(number)} THEN {reach.rank}" for number, reach in OF_DISTRIBUTION.items())
    return f"CASE {distribution} {cases} ELSE {PolicyReach.ALL.rank} END"
