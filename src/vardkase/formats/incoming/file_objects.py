"""Files as MISP objects: what each file is, with the sections of executables. Files are read in sandbox processes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import msgspec

from vardkase.core.errors import Invalid, VardkaseError
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.sandbox import LimitReached, Limits, SandboxPool
from vardkase.formats.incoming import reading
from vardkase.intel.services.samples import FileFacts, Sample, file_objects

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that the sandbox parses. Larger ones get an object of name, size and hashes."""
descriptions = SandboxPool(
    "vardkase.formats.incoming.file_object_program",
    Limits(memory=1024 * 1024 * 1024, seconds=4),
    part=OptionalPart.BINARIES,
)


def objects_of_file(name: str, content: bytes) -> list[dict[str, Any]]:
    """MISP objects that describe a file, `file` first, with references from each to what it includes.

    A file that breaks the program, or of which the library is not installed, has its hashes and size.
    """
    try:
        described = _described(name, content) if len(content) <= LARGEST else []
    except VardkaseError:
        described = []
    return described or plain_objects(name, content)


def samples_in(content: bytes) -> list[tuple[str, bytes]]:
    """The files in an archive with the password "infected"; none if it has another password, or cannot be opened."""
    try:
        return reading.samples(content)
    except (Invalid, LimitReached):
        return []


def _described(name: str, content: bytes) -> list[dict[str, Any]]:
    with descriptions.job({"name": name}) as process:
        objects = msgspec.json.decode(b"".join(process.ask(content)), type=list[dict[str, Any]])
    for each in objects:
        each["uuid"] = str(uuid4())
    for each in objects:
        place = each.pop("included_in")
        if place is not None:
            objects[place].setdefault("ObjectReference", []).append(
                {"referenced_uuid": each["uuid"], "relationship_type": "includes"}
            )
    return objects


def plain_objects(name: str, content: bytes) -> list[dict[str, Any]]:
    """Name, size and hashes of a file, without parsing it."""
    facts = Sample(name, content).facts()
    values = [(kind, value, kind != "filename") for kind, value in facts.items() if kind != "size-in-bytes"]
    return file_objects([FileFacts(values, len(content))], {})
