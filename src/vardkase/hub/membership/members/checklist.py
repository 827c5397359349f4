"""Open items before a membership may start, provided by `hub.membership.onboarding`."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.hub.membership.members.models import Membership

type Checklist = Callable[[Membership], list[str]]
"""A membership → what is still open, in words."""

# Registered at start: onboarding imports this package, so that it cannot be imported here.
_checklist: list[Checklist] = []
_never_waived: list[Checklist] = []


def register_checklist(checklist: Checklist, never_waived: Checklist) -> None:
    """Register the source of the checklist, once, when the applications are ready."""
    _checklist[:], _never_waived[:] = [checklist], [never_waived]


def still_open(membership: Membership) -> list[str]:
    return _checklist[0](membership) if _checklist else []


def never_waived(membership: Membership) -> list[str]:
    return _never_waived[0](membership) if _never_waived else []
