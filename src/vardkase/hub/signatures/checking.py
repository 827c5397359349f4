"""Checks the electronic signatures of PDF files that others send in, in a sandbox. Nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from vardkase.core.errors import Invalid
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.hub.signatures.settings import TRUST_ROOTS
from vardkase.hub.signatures.verdicts import SignatureVerdict

LARGEST = 20 * 1024 * 1024
checks = SandboxPool(
    "vardkase.hub.signatures.check_program", Limits(memory=1024 * 1024 * 1024, seconds=5, at_once=1)
)
"""Whoever uploads a file waits for it."""
MARK = re.compile(b"".join(b"(?:%c|#%x|#%X)" % (each, each, each) for each in b"ByteRange"))
"""Of every signature; its place in the file cannot be compressed, but each sign of a name may be written as a number.
A file without it starts no process."""
HEADER_WITHIN = 1_024
"""Bytes in which readers look for the header, as the format permitted long ago."""


class FoundSignature(msgspec.Struct, frozen=True):
    """One signature: the names are those in the certificate. `at` is in seconds; `is_timestamped` tells whether a
    trusted timestamp service says so, rather than the signer."""

    verdict: str
    name: str
    issuer: str
    serial: str
    at: float | None = None
    is_timestamped: bool = False


class SignatureReport(msgspec.Struct, frozen=True):
    verdict: str
    signatures: list[FoundSignature] = []


def is_checked(content: bytes) -> bool:
    return b"%PDF-" in content[:HEADER_WITHIN]


def check_signatures(content: bytes) -> SignatureReport:
    """What the signatures of a PDF are worth now; a file that cannot be read is `UNCHECKED`."""
    if not MARK.search(content):
        return SignatureReport(SignatureVerdict.NONE)
    if len(content) > LARGEST:
        return SignatureReport(SignatureVerdict.UNCHECKED)
    try:
        with checks.job({}) as job:
            list(job.ask(TRUST_ROOTS.value.encode()))
            found = msgspec.json.decode(b"".join(job.ask(content)), type=list[FoundSignature])
    except (Invalid, LimitReached, ProgramFailed):
        return SignatureReport(SignatureVerdict.UNCHECKED)
    return SignatureReport(worst([each.verdict for each in found]), found)


def checked_signatures(content: bytes) -> dict[str, Any]:
    """What is kept with a file: its report as JSON, empty for what is no PDF."""
    found: dict[str, Any] = msgspec.to_builtins(check_signatures(content)) if is_checked(content) else {}
    return found


def worst(verdicts: Sequence[str]) -> SignatureVerdict:
    order = list(SignatureVerdict)
    return max(map(SignatureVerdict, verdicts), key=order.index, default=SignatureVerdict.NONE)
