"""Officers' keys, as a restore withdraws again those that were withdrawn after the backup."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from vardkase.hub.backups.access import AccessPart, Rows
from vardkase.hub.sealed_links.models import OfficerKey


def _captured() -> Rows:
    rows = OfficerKey.objects.filter(withdrawn_at=None).order_by("pk").values_list("pk", "fingerprint")
    return {str(pk): fingerprint for pk, fingerprint in rows}


def _withdraw(later: Rows, at: datetime) -> int:
    surplus = OfficerKey.objects.filter(withdrawn_at=None, added_at__lte=at)
    return surplus.exclude(fingerprint__in=later.values()).update(withdrawn_at=timezone.now())


OFFICER_KEYS = AccessPart("officer_keys", _captured, _withdraw)
