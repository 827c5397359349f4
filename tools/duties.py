"""docs/duties.md from the registry of what takes two people, and from what settings, schedules and endpoints declare.

python -m tools.duties
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vardkase.identity.accounts.four_eyes.parties import Party

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "duties.md"
HEAD = """# Duties and actions

Written from the registry and from what settings, schedules and endpoints declare (`python -m tools.duties`). One test
keeps it current; another (`tests/hub/test_four_eyes.py`) tries every action in the first table alone, by every route.

## What takes two people

One person proposes one of these actions, and another, who has signed in on the pages and confirmed their second factor
within the last ten minutes, approves it. Then it is carried out. **P**: may propose, on the pages or with an API key of
their own. **A**: may approve, on the pages alone. **(S)**: does it alone until the hub has had two officers. Nothing is
proposed or approved at the console, where any name can be used, or by a job.

The proposer, with this account or another of the same mailbox, cannot approve. Nor can anyone who has an
interest in the case, or whose sign-in details or role someone else has set within the last days
(`Vardkase.credential_waiting_days`). A request expires after `Vardkase.approval_days`, and can no longer be approved
once what it is about has changed. Requests are listed at *Approval requests*, for auditors as well.

"""
ALONE = """
## What one person does alone

**S**: does it alone. Settings and schedules declare who changes them (`changed_by`); those of the officers are listed
above. Each endpoint below declares the duties that may call it; what it proposes is approved by another person, as
above. Auditors write nothing, whatever role their account has.

"""


def _row(title: str, held: dict[str, Iterable[Party]]) -> str:
    from vardkase.identity.accounts.four_eyes.parties import Party

    cells = (" ".join(mark for mark, who in held.items() if party in who) for party in Party)
    return f"| {title} | {' | '.join(cells)} |"


def _table() -> list[str]:
    from vardkase.identity.accounts.four_eyes.parties import NAMES, Party

    names = " | ".join(str(NAMES[each]) for each in Party)
    return [f"| action | {names} |", "|---" * (len(Party) + 1) + "|"]


def _by_two() -> list[str]:
    from vardkase.identity.accounts.four_eyes.registry import actions

    return _table() + sorted(
        _row(str(each.title), {"P": each.propose, "A": each.approve, "(S)": each.alone_until_in_use})
        for each in actions()
    )


def _declared() -> list[str]:
    """Settings and schedules, by whom they are declared for."""
    from vardkase.core.change_origin import ChangedBy
    from vardkase.identity.accounts.four_eyes.parties import Party

    who = {
        ChangedBy.SITE_ADMIN: (Party.SITE_ADMIN,),
        ChangedBy.OPERATOR: (Party.SITE_ADMIN, Party.OPERATOR),
    }
    return [
        _row(f"Settings and schedules declared as `{changed_by}`", {"S": held})
        for changed_by, held in who.items()
    ]


def _endpoints() -> list[str]:
    """The writing endpoints that are for duties."""
    import vardkase.api.registry  # noqa: F401 - declares every endpoint
    from vardkase.api.dispatch import declared_permissions
    from vardkase.identity.accounts.four_eyes.parties import Party

    return [
        _row(f"`{each.name}`", {"S": [Party(duty.value) for duty in each.staff]})
        for each in declared_permissions()
        if each.writes and each.staff and (not each.proposes or each.name == "memberships/activate")
    ]


def document() -> str:
    """The whole text."""
    alone = [*_table(), *_declared(), *_endpoints()]
    return HEAD + "\n".join(_by_two()) + "\n" + ALONE + "\n".join(alone) + "\n"


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
