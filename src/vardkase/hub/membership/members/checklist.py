"""What is still to be done before a membership may begin: `hub.membership.onboarding` tells."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.hub.membership.members.models import Membership

type Checklist = Callable[[Membership], list[str]]
"""A membership → what is still open, in words."""

_checklist: list[Checklist] = []


def checklist_is_told_by(checklist: Checklist) -> None:
    """Name who knows, once, when the applications are ready."""
    _checklist[:] = [checklist]


def still_open(membership: Membership) -> list[str]:
    """What is still to be done, in words."""
    return _checklist[0](membership) if _checklist else []
