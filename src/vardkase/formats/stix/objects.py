"""STIX 2.1 of one event after the other, object by object: for TAXII, where objects are counted and chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version

from vardkase.formats.stix.export import writing

MADE_BY = f"misp-stix {version('misp-stix')}, stix2 {version('stix2')}"
"""What an event's objects depend on beside the event."""


@contextmanager
def object_writer() -> Iterator[Callable[[bytes], Iterator[bytes]]]:
    """What makes the objects (a JSON text each) of an event in MISP JSON (``{"Event": {…}}``), for a block.

    The writer raises LimitReached, ProgramFailed, Invalid, and is of no use afterwards.
    """
    with writing.job({"job": "write stix2 objects"}) as process:
        yield process.ask
