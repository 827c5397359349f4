"""Daily schedule that checks registered domains, certificates and keys."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from vardkase.core.changed_by import ChangedBy
from vardkase.core.clock import now_seconds
from vardkase.core.schedules import Rhythm, Schedule
from vardkase.identity.entrance.doors import forget_old_notes
from vardkase.identity.entrance.services.endings import warn_of_certificates, warn_of_keys
from vardkase.identity.entrance.services.proofs import look_at_proofs

A_DAY = 86_400


def look_after_entrances() -> int:
    forgotten = forget_old_notes(now_seconds() - A_DAY)
    return forgotten + look_at_proofs() + warn_of_keys() + warn_of_certificates()


UPKEEP = Schedule(
    "entrance.daily",
    _("Manage keys, certificates and mail domains"),
    _(
        "Rechecks the records that verify mail domains, asks for renewed verification in "
        "time, and sends a warning 30, 7 and 1 days before keys and client certificates "
        "expire."
    ),
    look_after_entrances,
    Rhythm.DAILY,
    time(5, 30),
    on=True,
    changed_by=ChangedBy.OFFICERS,
)
