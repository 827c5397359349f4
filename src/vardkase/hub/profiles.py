"""Packages of each profile: a member's platform administers no members, and a hub joins no other hub.

Rooms are named by their faces (pages, endpoints and commands alike), which all ask here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings

HUB_ONLY = (
    "vardkase.api.membership",
    "vardkase.cli.admission",
    "vardkase.cli.applications",
    "vardkase.cli.assessments",
    "vardkase.cli.changes",
    "vardkase.cli.checklists",
    "vardkase.cli.communities",
    "vardkase.cli.enrolment.enrolment_code",
    "vardkase.cli.membership",
    "vardkase.cli.statements",
    "vardkase.cli.support",
    "vardkase.web.views.admission",
    "vardkase.web.views.applications",
    "vardkase.web.views.applying",
    "vardkase.web.views.contacts",
    "vardkase.web.views.correspondence",
    "vardkase.web.views.enrolment.codes",
    "vardkase.web.views.groups",
    "vardkase.web.views.membership",
    "vardkase.web.views.overview",
    "vardkase.web.views.partiality",
    "vardkase.web.views.policy.trainings.of_member",
    "vardkase.web.views.policy.trainings.remove_of_member",
    "vardkase.web.views.public",
    "vardkase.web.views.support",
    "vardkase.web.views.terms",
)
MEMBER_ONLY = (
    "vardkase.cli.enrolment.enrol",
    "vardkase.web.views.enrolment.joining",
)


def profile() -> str:
    if settings.configured:
        return str(settings.VARDKASE_PROFILE)
    # The command line asks before the settings are read, which refuse any other word.
    return "member" if os.environ.get("VARDKASE_PROFILE", "").strip().lower() == "member" else "hub"


def is_here(face: Callable[..., Any]) -> bool:
    """True if this installation has `face` (a view, endpoint handler or command), by the package it is in."""
    absent = HUB_ONLY if profile() == "member" else MEMBER_ONLY
    name = f"{face.__module__}.{getattr(face, '__qualname__', '')}."
    return not any(name.startswith(f"{room}.") for room in absent)
