"""docs/duties.md from the registry of what takes two people: who may propose it, who approves it.

python -m tools.duties
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "duties.md"
HEAD = """# Duties and actions

Written from the registry (`python -m tools.duties`); a test keeps it current. One person proposes what stands here, and
another one, who has signed in on the pages and confirmed their second factor within the last ten minutes, approves it:
then it is carried out. **P**: may propose, by page, API key or command. **A**: may approve, on the pages alone.
Nobody does any of it alone, but for what is marked **(1)**: until the hub has had two officers, one person is enough.

Whoever proposed it, with this account or another of the same mailbox, does not approve. Nor does anybody who has an
interest in the case, or whose sign-in details somebody else has set within the last days
(`Vardkase.credential_waiting_days`). A request lapses after `Vardkase.approval_days`, and cannot be approved any more
once what it is about has changed. Requests stand at *Approval requests*, for auditors as well.

"""


def _marks(propose: frozenset[Any], approve: frozenset[Any]) -> str:
    from vardkase.identity.accounts.four_eyes.parties import Party

    held = (("P", propose), ("A", approve))
    return " | ".join(" ".join(mark for mark, who in held if party in who) for party in Party)


def document() -> str:
    """The whole text."""
    from vardkase.identity.accounts.four_eyes.parties import NAMES, Party
    from vardkase.identity.accounts.four_eyes.registry import actions

    lines = ["| action | " + " | ".join(str(NAMES[each]) for each in Party) + " |", "|---" * 9 + "|"]
    for action in actions():
        once = " (1)" if action.alone_until_in_use else ""
        lines.append(f"| {action.title}{once} | {_marks(action.propose, action.approve)} |")
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    from tests.support import database

    database.bootstrap()
    import django
    from django.utils import translation

    django.setup()
    try:
        with translation.override("en"):
            DOCUMENT.write_text(document())
    finally:
        database.stop()
