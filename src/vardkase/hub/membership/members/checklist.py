"""What is still to be done before a membership may begin: `hub.membership.onboarding` tells."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.hub.membership.members.models import Membership

type Checklist = Callable[[Membership], list[str]]
"""A membership → what is still open, in words."""

_checklist: list[Checklist] = []
_never_waived: list[Checklist] = []


def checklist_is_told_by(checklist: Checklist, never_waived: Checklist) -> None:
    """Name who knows, once, when the applications are ready."""
    _checklist[:], _never_waived[:] = [checklist], [never_waived]


def still_open(membership: Membership) -> list[str]:
    """What is still to be done, in words."""
    return _checklist[0](membership) if _checklist else []


def never_waived(membership: Membership) -> list[str]:
    """What of it no member is let in without, whoever agrees."""
    return _never_waived[0](membership) if _never_waived else []
