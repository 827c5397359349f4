"""STIX 2.1 objects of events one by one, for TAXII, where objects are counted and filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version

from vardkase.core.optional_parts import OptionalPart
from vardkase.formats.stix.export import writing


@cache
def library_versions() -> str:
    """What an event's objects depend on beside the event. Raises PartMissing."""
    OptionalPart.STIX.require()
    return f"misp-stix {version('misp-stix')}, stix2 {version('stix2')}"


@contextmanager
def object_writer() -> Iterator[Callable[[bytes], Iterator[bytes]]]:
    """A function that converts an event in MISP JSON (``{"Event": {…}}``) to STIX objects (JSON texts), for
    the duration of a block.

    It raises LimitReached, ProgramFailed, Invalid, and cannot be used afterwards.
    """
    with writing.job({"job": "write stix2 objects"}) as process:
        yield process.ask
