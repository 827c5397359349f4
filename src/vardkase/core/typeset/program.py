"""Typesets a document, with the pictures that somebody sent, which are decoded here. Runs inside a sandbox process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typst

from vardkase.core.sandbox.program import Answerer
from vardkase.core.typeset.compiling import compiled


def open_job(arguments: dict[str, Any]) -> Answerer:
    root, names = Path(arguments["root"]), list(arguments["pictures"])
    template = Path(arguments["template"])

    def typeset(inputs: bytes) -> Iterator[bytes]:
        given = json.loads(inputs)
        try:
            yield compiled(template, root, {**given, "pictures": json.dumps(names)})
        except typst.TypstError:
            if not names:
                raise
            usable = [name for name in names if _opens(root, name)]
            yield compiled(template, root, {**given, "pictures": json.dumps(usable)})

    return typeset


def _opens(root: Path, name: str) -> bool:
    alone = root / "alone.typ"
    alone.write_text(f'#set document(title: "x")\n#image("/pictures/{name}", alt: "x")')
    try:
        compiled(alone, root, {})
    except typst.TypstError:
        return False
    return True
