"""Notification bans: events for which the hub's settings suppress mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vardkase.core.clock import now_seconds
from vardkase.core.sql import cursor
from vardkase.exchange.notification_mails import settings
from vardkase.intel.models import Event

DAY = 86_400


def kept_back(event: Event, version: int) -> str:
    """Why nobody is notified of the event; empty if people are."""
    return (
        _age_reason(event)
        or _tag_reason(event)
        or _republishing_reason(event, version)
        or _creator_reason(event)
    )


def _age_reason(event: Event) -> str:
    if not settings.BLOCK_OLD.value:
        return ""
    now = now_seconds()
    days = settings.OLD_BY_CHANGE.value
    if days and event.timestamp < now - days * DAY:
        return "The event was changed too long ago (MISP.block_old_event_alert_age)."
    days = settings.OLD_BY_DATE.value
    if days and event.date < datetime.fromtimestamp(now, UTC).date() - timedelta(days=days):
        return "The event's date is too long ago (MISP.block_old_event_alert_by_date)."
    return ""


def _tag_reason(event: Event) -> str:
    if not settings.BLOCK_BY_TAG.value:
        return ""
    values = {"event": event.pk, "name": settings.BLOCKING_TAG.value}
    if cursor().execute(HAS_TAG, values).fetchone() is None:
        return ""
    return "The event has the tag that keeps mail back (MISP.block_event_alert_tag)."


def _republishing_reason(event: Event, version: int) -> str:
    if not settings.REPUBLISH_BAN.value:
        return ""
    since = version - settings.REPUBLISH_MINUTES.value * 60
    values = {"uuid": event.uuid, "version": version, "since": since}
    if cursor().execute(SENT_BEFORE, values).fetchone() is None:
        return ""
    return "Mail about the event was sent shortly before (MISP.event_alert_republish_ban)."


def _creator_reason(event: Event) -> str:
    most = settings.ORGANISATION_THRESHOLD.value
    row = (
        cursor().execute(SENT_OF_CREATOR, {"event": event.pk, "orgc": event.orgc_id}).fetchone()
        if most
        else None
    )
    if row is None or row[0] < most:
        return ""
    return (
        "Enough mail about events of this organisation was sent in the last hour (MISP.org_alert_threshold)."
    )


HAS_TAG = """
SELECT 1 FROM event_tag et JOIN tag t ON t.id = et.tag_id
WHERE et.event_id = %(event)s AND lower(t.name) = lower(%(name)s)
"""
SENT_BEFORE = """
SELECT 1 FROM delivery
WHERE event_uuid = %(uuid)s AND kind = 'mail' AND version < %(version)s AND version > %(since)s AND state <> 'withheld'
LIMIT 1
"""
SENT_OF_CREATOR = """
SELECT count(DISTINCT d.event_id) FROM delivery d JOIN event e ON e.id = d.event_id
WHERE d.kind = 'mail' AND d.state <> 'withheld' AND d.at > now() - interval '1 hour'
    AND e.orgc_id = %(orgc)s AND d.event_id <> %(event)s
"""
