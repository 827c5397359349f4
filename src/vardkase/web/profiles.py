"""Which pages there are in which profile: a member's own platform administers no members, and a hub joins none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings

HUB_ONLY = (
    "vardkase.web.views.applications",
    "vardkase.web.views.applying",
    "vardkase.web.views.correspondence",
    "vardkase.web.views.enrolment.codes",
    "vardkase.web.views.groups",
    "vardkase.web.views.membership",
    "vardkase.web.views.overview",
    "vardkase.web.views.public",
    "vardkase.web.views.statements",
    "vardkase.web.views.support",
    "vardkase.web.views.terms",
)
MEMBER_ONLY = ("vardkase.web.views.enrolment.joining",)


def is_here(view: Callable[..., Any]) -> bool:
    """Whether this installation has the page of `view`, by the room it lies in."""
    absent = MEMBER_ONLY if settings.VARDKASE_PROFILE == "hub" else HUB_ONLY
    return not any(view.__module__ == room or view.__module__.startswith(f"{room}.") for room in absent)
