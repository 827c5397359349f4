"""Checks the electronic signatures of PDF files that others send in, in a sandbox. Nothing is stored here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from vardkase.core.errors import Invalid
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.hub.signatures.questions import Question, RevocationAnswers, ask_issuers
from vardkase.hub.signatures.settings import ASK_ISSUERS, TRUST_ROOTS
from vardkase.hub.signatures.verdicts import VALID, Revocation, SignatureVerdict

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
    trusted timestamp service says so, rather than the signer. `revocation` is empty where the signature is worth
    nothing anyway."""

    verdict: str
    name: str
    issuer: str
    serial: str
    at: float | None = None
    is_timestamped: bool = False
    revocation: str = ""


class Checked(msgspec.Struct, frozen=True):
    """What the program answers: `questions` about the certificates of signatures that are trusted."""

    signatures: list[FoundSignature]
    questions: list[list[Question]]


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
        found = _checked(content, RevocationAnswers())
        asks = bool(found.questions) and ASK_ISSUERS.value
        if asks:
            found = _checked(content, ask_issuers(found.questions))
    except (Invalid, LimitReached, ProgramFailed):
        return SignatureReport(SignatureVerdict.UNCHECKED)
    signatures = [replace(each, revocation=_revocation(each, is_asked=asks)) for each in found.signatures]
    return SignatureReport(worst([each.verdict for each in signatures]), signatures)


def checked_signatures(content: bytes) -> dict[str, Any]:
    """What is kept with a file: its report as JSON, empty for what is no PDF."""
    found: dict[str, Any] = msgspec.to_builtins(check_signatures(content)) if is_checked(content) else {}
    return found


def worst(verdicts: Sequence[str]) -> SignatureVerdict:
    order = list(SignatureVerdict)
    return max(map(SignatureVerdict, verdicts), key=order.index, default=SignatureVerdict.NONE)


def _checked(content: bytes, answers: RevocationAnswers) -> Checked:
    with checks.job({}) as job:
        for document in (TRUST_ROOTS.value.encode(), msgspec.json.encode(answers)):
            list(job.ask(document))
        return msgspec.json.decode(b"".join(job.ask(content)), type=Checked)


def _revocation(found: FoundSignature, *, is_asked: bool) -> str:
    if found.revocation or found.verdict not in VALID:
        return found.revocation
    is_unanswered = is_asked and found.verdict == SignatureVerdict.TRUSTED
    return Revocation.NO_ANSWER if is_unanswered else Revocation.NOT_ASKED
