"""PDF documents, typeset by Typst from our templates and the given data.

Data is handed over as JSON and never as code: what somebody wrote stays text, whatever it looks like. Typst runs in a
sandbox, a process for each document: what a hostile text costs is bounded, and what Typst remembers ends with it.
"""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

import vardkase
from vardkase.core.errors import Conflict
from vardkase.core.problems import CommonProblem
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.core.sandbox.problems import SandboxProblem
from vardkase.core.typeset.compiling import ATTACHED, MAIN

PACKAGE = Path(vardkase.__file__).parent
DECEIVING = frozenset("\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Noncharacters, and controls that make text read in another order than it is written."""
PROGRAM = "vardkase.core.typeset.program"
LIMITS = Limits(memory=1536 * 1024 * 1024, seconds=10, at_once=1)
prints = SandboxPool(PROGRAM, LIMITS)
"""What readers ask for."""
records = SandboxPool(PROGRAM, LIMITS)
"""Letters, decisions and forms, for which no reader's documents are in the way."""


class NotTypeset(Conflict):
    """The document costs more than its sandbox allows, or too many others are waiting."""


def pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    language: str = "sv",
    pictures: Mapping[str, bytes] | None = None,
    attached: Path | None = None,
    pool: SandboxPool = prints,
) -> bytes:
    """`template` (a .typ file of this package that reads `sys.inputs.data`) filled with `data`, as
    PDF/A-2a and PDF/UA-1, as far as its texts allow. Raises NotTypeset.

    Templates can import files in core/typeset by their path from the package: ``/core/typeset/letter.typ``.
    `pictures`, by a file name of our own, are in ``/pictures/``; `sys.inputs.pictures` lists those that can be decoded,
    within the limits of the sandbox, which is none if they cost too much together.

    The files of the folder `attached` are in ``/attached/``. The document is PDF/A-3a then, which may carry files of
    any kind; ProgramFailed if its texts do not allow that.
    """
    inputs = {"data": msgspec.json.encode(printable(data)).decode(), "language": language}
    try:
        if attached:
            with _root_beside(template) as root:
                (root / ATTACHED).symlink_to(attached)
                return _made(pool, root / MAIN, root, inputs | {ATTACHED: "yes"})
        if pictures:
            try:
                return _illustrated(template, inputs, pictures, pool)
            except (LimitReached, ProgramFailed) as failed:
                if failed.has(SandboxProblem.BUSY):
                    raise
                # The document is worth more than its pictures.
        return _made(pool, template, PACKAGE, inputs)
    except LimitReached as reached:
        raise NotTypeset(reached.problem or CommonProblem.INVALID_INPUT()) from reached


def _illustrated(
    template: Path, inputs: Mapping[str, str], pictures: Mapping[str, bytes], pool: SandboxPool
) -> bytes:
    with _root_beside(template) as root:
        (root / "pictures").mkdir()
        for name, content in pictures.items():
            (root / "pictures" / name).write_bytes(content)
        return _made(pool, root / MAIN, root, inputs, list(pictures))


@contextmanager
def _root_beside(template: Path) -> Iterator[Path]:
    """A folder of the document's own with the package's folders and the template, as `MAIN`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in PACKAGE.iterdir():
            if part.is_dir():
                (root / part.name).symlink_to(part)
        shutil.copyfile(template, root / MAIN)
        yield root


def _made(
    pool: SandboxPool, template: Path, root: Path, inputs: Mapping[str, str], pictures: Sequence[str] = ()
) -> bytes:
    arguments = {"root": str(root), "template": str(template), "pictures": list(pictures)}
    with pool.job(arguments) as job:
        return b"".join(job.ask(msgspec.json.encode(inputs)))


def printable(data: Any) -> Any:
    """`data` (texts, lists and objects) with U+FFFD in place of characters that documents may not contain."""
    if isinstance(data, str):
        return "".join(
            "\ufffd"
            if one not in "\n\t" and (unicodedata.category(one) in ("Cc", "Cs") or one in DECEIVING)
            else one
            for one in data
        )
    if isinstance(data, Mapping):
        return {key: printable(value) for key, value in data.items()}
    return [printable(value) for value in data] if isinstance(data, list | tuple) else data
