"""Organisation numbers formatted for display; stored and exchanged as digits only."""

from __future__ import annotations


def hyphenated(number: str) -> str:
    """ "2120000142" as "212000-0142"; anything but ten digits is returned unchanged."""
    return f"{number[:6]}-{number[6:]}" if len(number) == 10 and number.isdigit() else number
