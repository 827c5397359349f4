"""Access to content, as a restore ends it again."""

from __future__ import annotations

from datetime import datetime

from vardkase.hub.backups.access import AccessPart, Rows
from vardkase.hub.content_access.models import OPEN, ContentGrant
from vardkase.hub.content_access.services import end_all_but


def _captured() -> Rows:
    rows = ContentGrant.objects.filter(state__in=OPEN).order_by("pk").values_list("pk", "state")
    return {str(pk): state for pk, state in rows}


def _withdraw(later: Rows, at: datetime) -> int:
    return end_all_but([int(pk) for pk in later], at)


GRANTS = AccessPart("grants", _captured, _withdraw)
