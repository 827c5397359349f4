"""Protocol for programs run in the sandbox: a module with ``open_job(arguments)``, which returns an `Answerer`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

type Answerer = Callable[[bytes], Iterable[bytes]]
"""Yields the pieces that answer one document."""


class Refused(Exception):
    """The document is invalid; the text is for its sender."""
