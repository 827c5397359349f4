"""PDF documents, typeset by Typst from our templates and the given data.

Data is handed over as JSON and never as code: what somebody wrote stays text, whatever it looks like.
"""

from __future__ import annotations

import shutil
import tempfile
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

import vardkase
from vardkase.core.sandbox import LimitReached, Limits, ProgramFailed, SandboxPool
from vardkase.core.typeset.compiling import MAIN, compiled

PACKAGE = Path(vardkase.__file__).parent
DECEIVING = frozenset("\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Noncharacters, and controls that make text read in another order than it is written."""
illustrated = SandboxPool(
    "vardkase.core.typeset.program", Limits(memory=1536 * 1024 * 1024, seconds=10, at_once=1)
)


def pdf(
    template: Path,
    data: Mapping[str, Any],
    *,
    language: str = "sv",
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """`template` (a .typ file of this package that reads `sys.inputs.data`) filled with `data`, as tagged PDF
    1.7.

    Templates can import files in core/typeset by their path from the package: ``/core/typeset/letter.typ``.
    `pictures`, by a file name of our own, are in ``/pictures/``; `sys.inputs.pictures` lists those that can be decoded,
    in the sandbox and within its limits, which is none if they cost too much together.
    """
    inputs = {"data": msgspec.json.encode(printable(data)).decode(), "language": language}
    if pictures:
        try:
            return _illustrated(template, inputs, pictures)
        except (LimitReached, ProgramFailed):
            pass  # The document is worth more than its pictures.
    return compiled(template, PACKAGE, {**inputs, "pictures": "[]"})


def _illustrated(template: Path, inputs: Mapping[str, str], pictures: Mapping[str, bytes]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for part in PACKAGE.iterdir():
            if part.is_dir():
                (root / part.name).symlink_to(part)
        (root / "pictures").mkdir()
        for name, content in pictures.items():
            (root / "pictures" / name).write_bytes(content)
        shutil.copyfile(template, root / MAIN)
        with illustrated.job({"root": folder, "pictures": list(pictures)}) as job:
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
