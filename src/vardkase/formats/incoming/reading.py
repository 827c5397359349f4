"""Parses external documents into MISP's form in sandbox processes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

import msgspec

from vardkase.core.errors import Invalid
from vardkase.core.sandbox import Limits, ProgramFailed, SandboxPool
from vardkase.formats.problems import ImportProblem


class ParsedMail(msgspec.Struct):
    """`fields` are relations and values of MISP's object "email"."""

    subject: str
    text: str
    fields: list[tuple[str, str]]


MEBIBYTE = 1024 * 1024
PROGRAM = "vardkase.formats.incoming.program"
files = SandboxPool(PROGRAM, Limits(seconds=120))
bodies = SandboxPool(PROGRAM, Limits(seconds=20))
"""A pool of its own, so that a small request need not wait until a big file has been read."""
pages = SandboxPool(PROGRAM, Limits(memory=512 * MEBIBYTE, seconds=3, at_once=1))
"""Tight limits: any member may name a page, and the thread that answers the request waits for it."""
mails = SandboxPool(PROGRAM, Limits(memory=512 * MEBIBYTE, seconds=5, at_once=1))
"""As for pages, in a pool of its own, so that neither waits for the other."""


def xml_body(content: bytes) -> Any:
    """A request body in MISP XML, as its JSON equivalent; raises Invalid, LimitReached."""
    return _read("misp xml", content, bodies)


def exported_events(content: bytes) -> Iterator[dict[str, Any]]:
    """The events in a MISP JSON or XML file, each without its wrappers.

    The file is read to its end before the first is yielded, so that it cannot fail halfway. Raises Invalid
    (also if there are none), LimitReached.
    """
    # On disk, as the events of a large file need not fit in memory together.
    with TemporaryFile() as spool:
        sizes = [spool.write(piece) for piece in _answer_of_sandbox("misp export", content)]
        if not sizes:
            raise Invalid(ImportProblem.NO_EVENT())
        spool.seek(0)
        for size in sizes:
            yield msgspec.json.decode(spool.read(size))


def openioc(content: bytes) -> dict[str, Any]:
    """The content of an OpenIOC document: MISP ``attributes``, and ``unsupported`` items with ``id`` and ``why``.

    Raises Invalid, LimitReached.
    """
    document: dict[str, Any] = _read("openioc", content)
    return document


def sandbox(content: bytes) -> list[dict[str, Any]]:
    """The attributes in a sandbox's analysis archive, including files; raises Invalid, LimitReached."""
    return [msgspec.json.decode(piece) for piece in _answer_of_sandbox("sandbox", content)]


def samples(content: bytes) -> list[tuple[str, bytes]]:
    """Name and content of each file in an archive with the password "infected"; raises Invalid, LimitReached."""
    found = [msgspec.json.decode(piece) for piece in _answer_of_sandbox("samples", content)]
    return [(each["name"], base64.b64decode(each["content"])) for each in found]


def web_page(text: str) -> tuple[str, str]:
    """Title and text (Markdown) of an HTML page; raises Invalid, LimitReached."""
    page = _read("web page", text.encode(), pages)
    return page["title"], page["text"]


def mail(content: bytes) -> ParsedMail:
    """Raises Invalid, LimitReached."""
    return msgspec.convert(_read("mail", content, mails), ParsedMail)


def _read(job: str, content: bytes, pool: SandboxPool = files) -> Any:
    return msgspec.json.decode(b"".join(_answer_of_sandbox(job, content, pool)))


def _answer_of_sandbox(job: str, content: bytes, pool: SandboxPool = files) -> Iterator[bytes]:
    try:
        with pool.job({"job": job}) as process:
            yield from process.ask(content)
    except ProgramFailed as failed:
        raise Invalid(ImportProblem.NOT_READ(reason=failed.problem or "")) from failed
