"""Events from a MISP export file, JSON or XML. Runs inside a sandbox process."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from vardkase.core.errors import Invalid
from vardkase.core.json_limits import MAX_DEPTH, apparent_depth, depth, holds_nul
from vardkase.formats.incoming.misp_xml import data_of
from vardkase.formats.incoming.xml_elements import outermost
from vardkase.formats.problems import LONGEST_REASON, ImportProblem

WRAPPERS = ("response", "Event")
TEXT = "filecontent"
"""MISP's form sends the file as text under this name, also in JSON."""
BOM_AND_SPACE = b"\xef\xbb\xbf \t\r\n"


def read_events(document: bytes) -> Iterator[bytes]:
    """Each event without its wrappers, as JSON; raises Invalid."""
    # The first character decides between JSON and XML, which have no common header to look for.
    content = document.lstrip(BOM_AND_SPACE)
    if content.startswith((b"{", b"[")):
        yield from _events_of_json(content)
        return
    for element in outermost(content, ("Event",)):
        if isinstance(event := data_of(element), dict):  # An empty element is a text.
            yield msgspec.json.encode(event)


def _events_of_json(content: bytes) -> Iterator[bytes]:
    if holds_nul(content):
        raise Invalid(ImportProblem.NUL_CHARACTER())
    try:
        for event in _unwrapped(content):
            decoded = msgspec.json.decode(event)  # The hub itself gets only what can be decoded.
            # The first only counts brackets, also those in texts: few documents need the second.
            if apparent_depth(event) > MAX_DEPTH and depth(decoded) > MAX_DEPTH:
                raise Invalid(ImportProblem.FILE_TOO_DEEP(most=MAX_DEPTH))
            yield event
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(ImportProblem.NOT_MISP_JSON(reason=str(error)[:LONGEST_REASON])) from error


def _unwrapped(encoded: bytes) -> Iterator[bytes]:
    # Members stay encoded (Raw), so that a file of events is decoded one event at a time.
    if encoded.startswith(b"["):
        for member in msgspec.json.decode(encoded, type=list[msgspec.Raw]):
            yield from _unwrapped(bytes(member).lstrip())
        return
    members = msgspec.json.decode(encoded, type=dict[str, msgspec.Raw])
    if TEXT in members:
        yield from read_events(msgspec.json.decode(members[TEXT], type=str).encode())
        return
    for wrapper in WRAPPERS:
        if wrapper in members:
            yield from _unwrapped(bytes(members[wrapper]).lstrip())
            return
    yield encoded
