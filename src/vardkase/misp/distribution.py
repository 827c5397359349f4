"""Who may see, how grave, how far: the three small enumerations of MISP's header."""

from __future__ import annotations

from enum import IntEnum


class Distribution(IntEnum):
    """Who may see it. Events have no INHERIT."""

    ORGANISATION = 0
    COMMUNITY = 1
    CONNECTED = 2
    ALL = 3
    SHARING_GROUP = 4
    INHERIT = 5


class ThreatLevel(IntEnum):
    """How grave an event is, according to its creator."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3
    UNDEFINED = 4


class Analysis(IntEnum):
    """How far the analysis of an event has come."""

    INITIAL = 0
    ONGOING = 1
    COMPLETED = 2
