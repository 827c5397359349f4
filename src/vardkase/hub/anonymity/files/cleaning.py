"""Cleans files of metadata. Foreign files are parsed in sandbox processes."""

from __future__ import annotations

from vardkase.core.errors import Invalid
from vardkase.core.optional_parts import OptionalPart
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.hub.anonymity.problems import FileCleaningProblem

MEBIBYTE = 1024 * 1024
LARGEST = 32 * MEBIBYTE
cleaners = SandboxPool(
    "vardkase.hub.anonymity.files.program",
    Limits(memory=1536 * MEBIBYTE, seconds=20),
    part=OptionalPart.FILE_CLEANING,
    measured=False,
)
"""Not even the metrics should tell that somebody had a file cleaned."""


def clean_file(name: str, content: bytes) -> bytes:
    """The file without metadata; plain text as it is.

    Raises Invalid, which names the file (or the one inside it) and why it cannot be cleaned; PartMissing.
    """
    if len(content) > LARGEST:
        raise Invalid(FileCleaningProblem.TOO_LARGE(name=name, most=LARGEST // MEBIBYTE))
    try:
        with cleaners.job({"name": name}) as process:
            return b"".join(process.ask(content))
    except LimitReached as reached:
        raise Invalid(FileCleaningProblem.TOO_MUCH(name=name)) from reached
    except ProgramFailed as failed:
        raise Invalid(FileCleaningProblem.DAMAGED(name=name)) from failed
