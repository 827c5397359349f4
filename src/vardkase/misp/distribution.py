"""Enumerations of MISP's event header: distribution, threat level, analysis."""

from __future__ import annotations

from enum import IntEnum


class Distribution(IntEnum):
    """MISP's distribution levels. Events have no INHERIT."""

    ORGANISATION = 0
    COMMUNITY = 1
    CONNECTED = 2
    ALL = 3
    SHARING_GROUP = 4
    INHERIT = 5


def narrower(first: tuple[int, int | None], *others: tuple[int, int | None]) -> tuple[int, int | None]:
    """The narrowest of several levels, each with its group; a group and anything else have only ourselves in common.

    INHERIT gives way to every other level.
    """
    for other in others:
        if Distribution.INHERIT in (first[0], other[0]) or Distribution.SHARING_GROUP not in (
            first[0],
            other[0],
        ):
            first = min(first, other, key=lambda level: level[0])
        elif first != other:
            return Distribution.ORGANISATION, None
    return first


class ThreatLevel(IntEnum):
    HIGH = 1
    MEDIUM = 2
    LOW = 3
    UNDEFINED = 4


class Analysis(IntEnum):
    INITIAL = 0
    ONGOING = 1
    COMPLETED = 2
