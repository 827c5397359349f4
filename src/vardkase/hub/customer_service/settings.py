"""Settings for response times of support requests."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Text
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem
from vardkase.hub.customer_service.models import RequestKind as Kind


def _days(kind: Kind, days: int, description: Text) -> Setting[int]:
    return Setting(
        f"Vardkase.support_days_{kind.value}",
        days,
        description,
        level=2,
        check=lambda days: None if 0 < days <= 365 else SettingProblem.DAYS_NOT_FROM(least=1, most=365),
        changed_by=ChangedBy.SITE_ADMIN,
    )


DAYS = {
    Kind.CONNECTION: _days(
        Kind.CONNECTION, 3, _("Days within which a request about a connection is to be answered.")
    ),
    Kind.ACCESS: _days(Kind.ACCESS, 2, _("Days within which a request about access is to be answered.")),
    Kind.CONTENT: _days(
        Kind.CONTENT, 5, _("Days within which a request about what is shared is to be answered.")
    ),
    Kind.LEGAL: _days(
        Kind.LEGAL, 10, _("Days within which a request about law and terms is to be answered.")
    ),
    Kind.FAULT: _days(Kind.FAULT, 1, _("Days within which a request about a fault is to be answered.")),
}


def time_for(kind: str) -> timedelta:
    return timedelta(days=DAYS[Kind(kind)].value)
