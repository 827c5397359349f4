"""Settings for access reviews: interval, and how long an account may be unused."""

from __future__ import annotations

from vardkase.core.change_origin import ChangedBy
from vardkase.core.settings import Setting

MOST = 3650


def _days(number: int) -> str | None:
    return None if 0 <= number <= MOST else f"The value has to be a number of days from 0 to {MOST}."


def _grace(number: int) -> str | None:
    return None if 1 <= number <= MOST else f"The value has to be a number of days from 1 to {MOST}."


REVIEW_EVERY = Setting(
    "Vardkase.access_review_days",
    90,
    "After how many days an organisation's administrators confirm each account anew; 0: never.",
    check=_days,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
GRACE = Setting(
    "Vardkase.access_review_grace_days",
    14,
    "For how many days a review is open before an account that nobody has confirmed is switched off.",
    check=_grace,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
IDLE = Setting(
    "Vardkase.idle_account_days",
    180,
    "After how many days without being used an account is switched off; 0: never.",
    check=_days,
    changed_by=ChangedBy.OFFICERS,
    opens_way_in=True,
)
