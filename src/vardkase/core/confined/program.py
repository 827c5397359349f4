"""What a program for a confined process is: a module with ``open_job(arguments)``, which returns an `Answerer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

type Answerer = Callable[[bytes], Iterable[bytes]]
"""Yields the pieces that answer one document."""


class Refused(Exception):
    """The document is not what it should be; the text is for who sent it."""
