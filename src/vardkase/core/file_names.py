"""Names of files that others send in."""

from __future__ import annotations

LONGEST_NAME = 150


def safe_name(name: str) -> str:
    """The base name of a file without misleading characters: control characters, paths, bidirectional marks."""
    last = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in last if character.isprintable()).strip(" .")
    start, dot, ending = name.rpartition(".")
    # Shortened before the ending, by which people and programs know the format.
    return f"{start[: LONGEST_NAME - 12]}{dot}{ending[:10]}" if dot else name[:LONGEST_NAME]
