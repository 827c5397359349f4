"""Schedule for summaries, sent in the morning to users who chose them."""

from __future__ import annotations

from datetime import time
from functools import partial

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.exchange.notification_mails.followed import send_followed
from vardkase.exchange.notification_mails.summaries import send_summaries

HELP = _("E-mails subscribers about what was published. Each receives it once, however often the task runs.")

# Their times are stored by name, so the names are still those of the former package.
SCHEDULES = (
    Schedule(
        "notices.daily_summary",
        _("Send the daily summary"),
        HELP,
        partial(send_summaries, "daily"),
        Interval.DAILY,
        time(6, 0),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "notices.followed",
        _("Send the daily e-mail about what people follow"),
        HELP,
        send_followed,
        Interval.DAILY,
        time(6, 5),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "notices.weekly_summary",
        _("Send the weekly summary"),
        HELP,
        partial(send_summaries, "weekly"),
        Interval.WEEKLY,
        time(6, 10),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
    Schedule(
        "notices.monthly_summary",
        _("Send the monthly summary"),
        HELP,
        partial(send_summaries, "monthly"),
        Interval.MONTHLY,
        time(6, 20),
        on=True,
        changed_by=ChangedBy.OPERATOR,
    ),
)
