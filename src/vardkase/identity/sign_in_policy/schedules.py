"""Daily schedule that checks registered domains, certificates and keys."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.change_origin import ChangedBy
from vardkase.core.clock import now_seconds
from vardkase.core.schedules import Interval, Schedule
from vardkase.identity.sign_in_policy.enforcement import forget_old_notes
from vardkase.identity.sign_in_policy.services.domain_checks import recheck_domains
from vardkase.identity.sign_in_policy.services.expiry_warnings import warn_of_certificates, warn_of_keys

A_DAY = 86_400


def check_sign_in_policies() -> int:
    forgotten = forget_old_notes(now_seconds() - A_DAY)
    return forgotten + recheck_domains() + warn_of_keys() + warn_of_certificates()


UPKEEP = Schedule(
    "entrance.daily",
    _("Manage keys, certificates and e-mail domains"),
    _(
        "Rechecks the records that verify e-mail domains, asks for renewed verification in "
        "time, and sends a warning 30, 7 and 1 days before keys and client certificates "
        "expire."
    ),
    check_sign_in_policies,
    Interval.DAILY,
    time(5, 30),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
