"""The table of hooks in docs/architecture.md, from `vardkase.config.hook_listeners`.

python -m tools.hooks
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vardkase.core.hooks import Hook

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
HEAD = "| hook | listener, in the order in which they are called | the listener |\n|---|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"(?:\|.*\n)*")


def declared_in(hook: Hook[Any]) -> str:
    """The module that declares a hook: others that import its name do not annotate it."""
    return next(
        name
        for name, module in sorted(sys.modules.items())
        if name.startswith("vardkase.")
        and vars(module).get(hook.name) is hook
        and hook.name in vars(module).get("__annotations__", {})
    ).removeprefix("vardkase.")


def table() -> str:
    from vardkase.config.hook_listeners import LISTENERS

    rows = [
        f"| `{declared_in(hook)}.{hook.name}` "
        f"| `{call.__module__.removeprefix('vardkase.')}.{call.__name__}` | {does} |\n"
        for hook, call, does in LISTENERS
    ]
    return HEAD + "".join(rows)


def document() -> str:
    """The whole text, with the table as it should be."""
    return TABLE.sub(lambda _: table(), DOCUMENT.read_text())


if __name__ == "__main__":
    from tests.support import database

    database.bootstrap()
    import django

    django.setup()
    try:
        DOCUMENT.write_text(document())
    finally:
        database.stop()
