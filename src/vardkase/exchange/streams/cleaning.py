"""Deletes outbox entries of streams after a retention period."""

from __future__ import annotations

from datetime import time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.schedules import Schedule
from vardkase.core.sql import cursor
from vardkase.exchange.streams.settings import KEPT_DAYS

# Small transactions: the deleted rows stay locked until the end of one.
AT_A_TIME = 10_000


def clean_outbox() -> int:
    """Remove entries older than the setting allows, and count those that streams have missed; returns how
    many."""
    forgotten = 0
    while count := forget_some():
        forgotten += count
    return forgotten


@transaction.atomic
def forget_some() -> int:
    parameters = {"before": timezone.now() - timedelta(days=KEPT_DAYS.value), "limit": AT_A_TIME}
    row = cursor().execute(FORGET, parameters).fetchone()
    return int(row[0]) if row else 0


CLEAN = Schedule(
    "streams.clean",
    _("Remove old messages of streams"),
    _("Removes old messages kept for replay. Streams that have not sent them yet lose them."),
    clean_outbox,
    at=time(3, 17),
    on=True,
    changed_by=ChangedBy.OPERATOR,
)

# Only entries with a place: by it is known which streams have not sent them yet.
FORGET = """
WITH gone AS (
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE at < %(before)s AND place IS NOT NULL ORDER BY at LIMIT %(limit)s
    ) RETURNING topic, place
), missed AS (
    SELECT stream.id, count(*) AS number
    FROM stream JOIN gone ON gone.place > stream.position AND gone.topic = ANY(stream.topics)
    WHERE stream.enabled OR NOT stream.by_settings
    GROUP BY stream.id
), counted AS (
    UPDATE stream SET missed = stream.missed + missed.number FROM missed WHERE stream.id = missed.id
)
SELECT count(*) FROM gone
"""
