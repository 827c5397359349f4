"""Value formats in MISP responses: numbers as text, times as seconds or as a UTC date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from vardkase.formats.misp_json.stream import joined
from vardkase.misp.time import render_seen


def seconds(moment: datetime | None, absent: str | None = "0") -> str | None:
    """A time in Unix seconds, as text; `absent` if there is none."""
    return str(int(moment.timestamp())) if moment else absent


def stamp(moment: datetime | None) -> str | None:
    """A time as ``2026-11-25 00:05:25`` in UTC; None if there is none."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else None


def seen(microseconds: int | None) -> str | None:
    """`first_seen` and `last_seen` in ISO 8601; None if there is none."""
    return None if microseconds is None else render_seen(microseconds)


def array(items: Iterator[bytes]) -> Iterator[bytes]:
    """A JSON array of encoded elements, as chunks of a stream."""
    yield b"["
    yield from joined(items)
    yield b"]"
