"""Daily schedule for access reviews."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.identity.access_reviews import services


def review_accounts() -> int:
    """The daily account maintenance, disabling before reminding; returns the number of actions."""
    return (
        services.close_overdue_reviews()
        + services.switch_off_idle_accounts()
        + services.open_due_reviews()
        + services.remind_of_reviews()
    )


REVIEW = Schedule(
    "access_reviews.daily",
    _("Review accounts"),
    _(
        "Asks organisations’ administrators to confirm their accounts, sends reminders, and disables "
        "accounts that were not confirmed in time or have long been unused."
    ),
    review_accounts,
    Interval.DAILY,
    time(5, 0),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
