"""Documents of others, read in confined processes into MISP's form."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

import msgspec

from vardkase.core.confined import Limits, ProgramFailed, Workshop
from vardkase.core.errors import Invalid

MEBIBYTE = 1024 * 1024
PROGRAM = "vardkase.formats.incoming.program"
files = Workshop(PROGRAM, Limits(seconds=120))
bodies = Workshop(PROGRAM, Limits(seconds=20))
"""Apart from the files, so that nobody waits with a small request until a big file has been read."""
pages = Workshop(PROGRAM, Limits(memory=512 * MEBIBYTE, seconds=3, at_once=1))
"""Any member may name a page, and waits in a thread that answers requests."""

NO_EVENT = "The file holds no event: it is neither MISP JSON nor MISP XML of one."


def xml_body(content: bytes) -> Any:
    """A request's body in MISP XML, as its JSON would be; raises Invalid, LimitReached."""
    return _read("misp xml", content, bodies)


def exported_events(content: bytes) -> Iterator[dict[str, Any]]:
    """The events in a file of MISP JSON or XML, each out of its wrappers.

    The file has been read to its end before the first is handed out, so who stores them meets no surprise half way.
    Raises Invalid (also when there is none), LimitReached.
    """
    with TemporaryFile() as spool:
        sizes = [spool.write(piece) for piece in _pieces("misp export", content)]
        if not sizes:
            raise Invalid(NO_EVENT)
        spool.seek(0)
        for size in sizes:
            yield msgspec.json.decode(spool.read(size))


def openioc(content: bytes) -> dict[str, Any]:
    """What an OpenIOC document says: ``attributes`` of MISP, and ``untold`` items with ``id`` and ``why``.

    Raises Invalid, LimitReached.
    """
    found: dict[str, Any] = _read("openioc", content)
    return found


def sandbox(content: bytes) -> list[dict[str, Any]]:
    """The attributes in the archive of a sandbox's analysis, files among them; raises Invalid, LimitReached."""
    return [msgspec.json.decode(piece) for piece in _pieces("sandbox", content)]


def web_page(text: str) -> tuple[str, str]:
    """Title and text (Markdown) of a page of HTML; raises Invalid, LimitReached."""
    found = _read("web page", text.encode(), pages)
    return found["title"], found["text"]


def _read(job: str, content: bytes, workshop: Workshop = files) -> Any:
    return msgspec.json.decode(b"".join(_pieces(job, content, workshop)))


def _pieces(job: str, content: bytes, workshop: Workshop = files) -> Iterator[bytes]:
    try:
        with workshop.job({"job": job}) as process:
            yield from process.ask(content)
    except ProgramFailed as failed:
        raise Invalid(f"The document cannot be read: {failed}") from failed
