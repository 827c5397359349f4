"""Queries for the audit log. Higher layers check who may read it; this package has no access rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from vardkase.audit.models import AuditEntry

OF_INTELLIGENCE = frozenset(
    {
        *(
            "event",
            "attribute",
            "object",
            "object_reference",
            "event_report",
            "event_graph",
            "event_template",
        ),
        *("shadow_attribute", "sighting", "analyst_data", "collection", "galaxy", "galaxy_cluster"),
        *("note", "opinion", "relationship", "dashboard_template", "bookmark"),
        *("tag", "tag_collection", "sharing_group", "sharing_group_blueprint"),
        *("event blocklist", "galaxy_cluster blocklist", "analyst_data blocklist"),
        *("correlation", "correlation_exclusion", "correlation_rule", "import_expression", "warninglist"),
    }
)
"""Kinds of things whose titles and changes say what is shared."""


class _Veiled(ModelIterable):  # type: ignore[type-arg]  # Django's is generic in its stubs only.
    """Entries, with the texts of those about threat intelligence removed."""

    def __iter__(self) -> Iterator[AuditEntry]:
        for entry in super().__iter__():
            if entry.target_kind in OF_INTELLIGENCE:
                entry.title, entry.change = f"#{entry.target_id or 0}", {}
            yield entry


class RedactedTrail(QuerySet[AuditEntry]):
    """The audit log for readers who may know who did what, but not the content."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._iterable_class = _Veiled


def veiled_entries() -> QuerySet[AuditEntry]:
    """The whole audit log, unordered, without the content of actions on threat intelligence."""
    return RedactedTrail(AuditEntry)


def with_words(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    return entries.exclude(target_kind__in=OF_INTELLIGENCE) if isinstance(entries, RedactedTrail) else entries


def entries_about(kind: str, id: int, *, limit: int, actions: Collection[str] = ()) -> list[AuditEntry]:
    found = AuditEntry.objects.filter(target_kind=kind, target_id=id)
    if actions:
        found = found.filter(action__in=actions)
    return list(found.order_by("-pk")[:limit])


def every_entry() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all()


def filtered(
    entries: QuerySet[AuditEntry],
    *,
    kind: str = "",
    actor: str = "",
    text: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[AuditEntry]:
    if kind:
        entries = entries.filter(action__startswith=f"{kind}.")
    if actor:
        entries = entries.filter(actor_name__icontains=actor)
    if text:
        entries = with_words(entries).filter(title__icontains=text)
    if since:
        entries = entries.filter(created__date__gte=since)
    if until:
        entries = entries.filter(created__date__lte=until)
    return entries
