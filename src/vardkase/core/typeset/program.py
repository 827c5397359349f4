"""Typesets documents with pictures that somebody sent, which are decoded here. Runs inside a sandbox process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst

from vardkase.core.sandbox.program import Answerer
from vardkase.core.typeset.compiling import MAIN, compiled


def open_job(arguments: dict[str, Any]) -> Answerer:
    root, names = Path(arguments["root"]), list(arguments["pictures"])

    def typeset(inputs: bytes) -> Iterator[bytes]:
        given = json.loads(inputs)
        try:
            yield compiled(root / MAIN, root, {**given, "pictures": json.dumps(names)})
        except typst.TypstError:
            usable = [name for name in names if _opens(root, name)]
            yield compiled(root / MAIN, root, {**given, "pictures": json.dumps(usable)})

    return typeset


def _opens(root: Path, name: str) -> bool:
    alone = root / "alone.typ"
    alone.write_text(f'#set document(title: "x")\n#image("/pictures/{name}", alt: "x")')
    try:
        compiled(alone, root, {})
    except typst.TypstError:
        return False
    return True
