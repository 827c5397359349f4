"""Schedules for security statements."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Schedule
from vardkase.hub.membership.statements.follow_up import follow_up
from vardkase.identity.access.job_actors import hub_actor


def follow_up_all() -> int:
    return follow_up(hub_actor())


SCHEDULES = (
    Schedule(
        "statements.follow_up",
        _("Follow up security statements"),
        _(
            "Reminds members 60, 30 and 7 days before their statement expires, and restricts "
            "those whose statement has expired."
        ),
        follow_up_all,
        at=time(6, 0),
        on=True,
        changed_by=ChangedBy.OFFICERS,
    ),
)
