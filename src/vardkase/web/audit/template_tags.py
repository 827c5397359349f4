"""Template tags and filters of the account and administration pages. `{% load accounts %}`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from vardkase.core.clock import now_seconds
from vardkase.identity.accounts.key_days import last_day
from vardkase.identity.accounts.models import AuthKey
from vardkase.web.audit import details as audit_details
from vardkase.web.audit import labels as audit_labels
from vardkase.web.ui import chips
from vardkase.web.ui.display import long_date

register = template.Library()
register.filter("act", audit_labels.act)
register.filter("details", audit_details.details)

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
SOON = 30 * 24 * 60 * 60


@register.filter
def from_unix(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


@register.filter
def browser(user_agent: str) -> str:
    """ "Firefox, Linux" of a browser's own long name."""
    names = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return (
        ", ".join(filter(None, names)) or re.sub(r"\s.*", "", user_agent)[:40] or gettext("Unknown browser")
    )


@register.simple_tag
def key_until(key: AuthKey) -> SafeString:
    if not key.expiration:
        return format_html('<span class="soft">{}</span>', pgettext("key", "does not expire"))
    day = long_date(last_day(key.expiration))
    left = key.expiration - now_seconds()
    if left <= 0:
        return chips.pill("out", gettext("Expired"))
    return chips.pill("warn", day, "clock") if left < SOON else SafeString(day)
