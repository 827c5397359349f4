"""Settings for response times of support requests."""

from __future__ import annotations

from datetime import timedelta

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.hub.customer_service.models import RequestKind as Kind


def _positive(days: int) -> str | None:
    return None if 0 < days <= 365 else "A number of days from 1 to 365."


def _days(kind: Kind, days: int, what: str) -> Setting[int]:
    description = f"Days within which a request about {what} is to be answered."
    return Setting(
        f"Vardkase.support_days_{kind.value}",
        days,
        description,
        level=2,
        check=_positive,
        changed_by=ChangedBy.SITE_ADMIN,
    )


DAYS = {
    Kind.CONNECTION: _days(Kind.CONNECTION, 3, "a connection"),
    Kind.ACCESS: _days(Kind.ACCESS, 2, "access"),
    Kind.CONTENT: _days(Kind.CONTENT, 5, "what is shared"),
    Kind.LEGAL: _days(Kind.LEGAL, 10, "law and terms"),
    Kind.FAULT: _days(Kind.FAULT, 1, "a fault"),
}


def time_for(kind: str) -> timedelta:
    return timedelta(days=DAYS[Kind(kind)].value)
