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


class ThreatLevel(IntEnum):
    HIGH = 1
    MEDIUM = 2
    LOW = 3
    UNDEFINED = 4


class Analysis(IntEnum):
    INITIAL = 0
    ONGOING = 1
    COMPLETED = 2
