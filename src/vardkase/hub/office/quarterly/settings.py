"""Settings for the quarterly report."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.hub.office.problems import OfficeProblem

MOST_RECIPIENTS = 20


def _check(text: str) -> Problem | None:
    addresses = addresses_in(text)
    if len(addresses) > MOST_RECIPIENTS:
        return OfficeProblem.TOO_MANY_ADDRESSES(most=MOST_RECIPIENTS)
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError:
            return OfficeProblem.NOT_AN_ADDRESS(address=address)
    return None


def addresses_in(text: str) -> list[str]:
    return list(dict.fromkeys(filter(None, (each.strip() for each in text.split(",")))))


RECIPIENTS = Setting(
    "Vardkase.quarterly_report_recipients",
    "",
    _("Who gets the quarterly report to management by mail: addresses with commas between them."),
    level=2,
    check=_check,
    changed_by=ChangedBy.OFFICERS,
)
