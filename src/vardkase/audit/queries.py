"""Reading the audit trail. Who may read it is decided by the rooms above: the trail knows no readers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import QuerySet

from vardkase.audit.models import AuditEntry


def entries_about(kind: str, id: int, *, limit: int, actions: Collection[str] = ()) -> list[AuditEntry]:
    """What was done to one thing, newest first; of `actions` only, when there are any."""
    found = AuditEntry.objects.filter(target_kind=kind, target_id=id)
    if actions:
        found = found.filter(action__in=actions)
    return list(found.order_by("-pk")[:limit])


def every_entry() -> QuerySet[AuditEntry]:
    """The whole trail, in no order."""
    return AuditEntry.objects.all()


def entries_of(organisation_id: int) -> QuerySet[AuditEntry]:
    """What people and machines of one organisation did, in no order."""
    return AuditEntry.objects.filter(organisation_id=organisation_id)


def filtered(
    entries: QuerySet[AuditEntry],
    *,
    kind: str = "",
    actor: str = "",
    text: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    """Those of `entries` about a kind of thing, by an actor, with `text` in the thing's title, in some days."""
    if kind:
        entries = entries.filter(action__startswith=f"{kind}.")
    if actor:
        entries = entries.filter(actor_name__icontains=actor)
    if text:
        entries = entries.filter(title__icontains=text)
    if since:
        entries = entries.filter(created__date__gte=since)
    if until:
        entries = entries.filter(created__date__lte=until)
    return entries
