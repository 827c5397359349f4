"""Enumerations of MISP's event header: distribution, threat level, analysis; and the narrower of distributions."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from operator import itemgetter


class Distribution(IntEnum):
    """MISP's distribution levels. Events have no INHERIT."""

    ORGANISATION = 0
    COMMUNITY = 1
    CONNECTED = 2
    ALL = 3
    SHARING_GROUP = 4
    INHERIT = 5


type Limit = tuple[int, int | None]
"""A distribution, and the id of the sharing group if it is one."""


def narrowest(limits: Iterable[Limit]) -> Limit:
    """What all of `limits` allow; INHERIT if none of them says anything else.

    A group and another level than "all" have only the own organisation in common.
    """
    found: Limit = (Distribution.INHERIT, None)
    for limit in limits:
        if Distribution.INHERIT in (found[0], limit[0]):
            found = limit if found[0] == Distribution.INHERIT else found
        elif Distribution.SHARING_GROUP not in (found[0], limit[0]):
            found = min(found, limit, key=itemgetter(0))
        elif Distribution.ALL in (found[0], limit[0]):
            found = limit if found[0] == Distribution.ALL else found
        elif found != limit:
            found = (Distribution.ORGANISATION, None)
    return found


class ThreatLevel(IntEnum):
    HIGH = 1
    MEDIUM = 2
    LOW = 3
    UNDEFINED = 4


class Analysis(IntEnum):
    INITIAL = 0
    ONGOING = 1
    COMPLETED = 2
