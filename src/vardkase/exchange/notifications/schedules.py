"""Schedule that removes old notifications."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Interval, Schedule
from vardkase.core.sql import cursor
from vardkase.exchange.notifications.settings import DAYS_KEPT, MOST_KEPT


def forget_old() -> int:
    """Remove notifications older than the setting allows, and the oldest of those who have too many."""
    parameters = {"days": DAYS_KEPT.value, "most": MOST_KEPT}
    return sum(cursor().execute(sql, parameters).rowcount for sql in (FORGET_OLD, FORGET_EXCESS))


SCHEDULE = Schedule(
    "notifications.forget_old",
    _("Remove old notifications"),
    _("Removes notifications on the hub after the time that is set, whether they were read or not."),
    forget_old,
    Interval.DAILY,
    time(2, 40),
    on=True,
    changed_by=ChangedBy.OPERATOR,
)
FORGET_OLD = (
    "DELETE FROM notification WHERE at < extract(epoch FROM now())::bigint - %(days)s::bigint * 86400"
)
FORGET_EXCESS = """
DELETE FROM notification n USING (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY at DESC, id DESC) AS place FROM notification
    ) placed WHERE place > %(most)s
) excess WHERE n.id = excess.id
"""
