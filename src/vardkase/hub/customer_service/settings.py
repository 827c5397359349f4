"""Settings for response times of support requests."""

from __future__ import annotations

from datetime import timedelta

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem
from vardkase.hub.customer_service.models import RequestKind as Kind


def _days(kind: Kind, days: int, what: str) -> Setting[int]:
    description = f"Days within which a request about {what} is to be answered."
    return Setting(
        f"Vardkase.support_days_{kind.value}",
        days,
        description,
        level=2,
        check=lambda days: None if 0 < days <= 365 else SettingProblem.DAYS_NOT_FROM(least=1, most=365),
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
