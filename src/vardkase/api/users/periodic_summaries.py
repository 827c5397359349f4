"""users/viewPeriodicSummary and users/notificationSettings: periodic summaries and notification settings."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from vardkase.analysis.statistics.periodic import PERIODS, SummaryEvent, summary
from vardkase.api.answers import Json
from vardkase.api.dispatch import endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Flag
from vardkase.api.inputs import Body
from vardkase.api.request import Call
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.identity.accounts.queries import find_user
from vardkase.identity.accounts.services import edit_own_account
from vardkase.identity.user_settings.queries import values_of
from vardkase.identity.user_settings.services import set_user_setting

FILTERS = "periodic_notification_filters"
FLAGS = ("notification_daily", "notification_weekly", "notification_monthly")
URL = "/users/notificationSettings"


class ReceivedSummaries(Body, kw_only=True):
    model = "User"

    notification_daily: Flag = False
    notification_weekly: Flag = False
    notification_monthly: Flag = False


class SummaryFilters(Body, kw_only=True):
    model = "UserSetting"

    periodic_notification_filters: Anything = None


@endpoint("users/viewPeriodicSummary")
def view_summary(call: Call, period: str = "daily") -> Json:
    """Return a summary of what was published, by the caller's filters: ``/users/viewPeriodicSummary/<daily,
    weekly or monthly>``."""
    if period not in PERIODS:
        raise MispError(405, "Invalid period. Has to be one of: daily, weekly, monthly.")
    filters = values_of(find_user(call.actor, "me")).get(FILTERS) or {}
    report = summary(call.actor, period, now_seconds(), filters)
    return Json(
        {
            "period": period,
            "from": str(report.since),
            "to": str(report.until),
            "filters": filters,
            "event_count": str(report.event_count),
            "attribute_count": str(report.attribute_count),
            "organisations": {name: str(count) for name, count in report.organisations},
            "tags": {name: str(count) for name, count in report.tags},
            "trending": report.trending,
            "events": [_event(event) for event in report.events],
        }
    )


@endpoint("users/notificationSettings")
def notification_settings(call: Call, *, body: ReceivedSummaries, settings: SummaryFilters) -> Json:
    """Return which summaries the caller receives and their filters; POST changes them: ``{"User": {…},
    "UserSetting": {…}}``."""
    if call.method in ("POST", "PUT"):
        call.actor.require_writing()
        try:
            if FILTERS in settings.sent:
                set_user_setting(call.actor, find_user(call.actor, "me"), FILTERS, settings.sent[FILTERS])
            if chosen := {flag: body.sent[flag] for flag in FLAGS if flag in body.sent}:
                edit_own_account(call.actor, chosen)
        except Invalid as error:
            raise SaveFailed("save the notification settings", URL, error.errors) from error
    user = find_user(call.actor, "me")
    filters = values_of(user).get(FILTERS) or {}
    return Json({"User": {flag: getattr(user, flag) for flag in FLAGS}, "UserSetting": {FILTERS: filters}})


def _event(event: SummaryEvent) -> dict[str, Any]:
    numbers = ("id", "threat_level_id", "distribution", "attribute_count", "timestamp", "publish_timestamp")
    row = asdict(event)
    return row | {name: str(row[name]) for name in numbers}
