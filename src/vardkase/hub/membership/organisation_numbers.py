"""Organisation numbers as people read them; what is stored and exchanged has digits alone."""

from __future__ import annotations


def hyphenated(number: str) -> str:
    """ "2120000142" as "212000-0142"; what is not ten digits stays as it is."""
    return f"{number[:6]}-{number[6:]}" if len(number) == 10 and number.isdigit() else number
