"""Queries for the audit log. Higher layers check who may read it; this package has no access rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.query import ModelIterable

from vardkase.audit.models import AuditEntry

LARGEST_ID = 2**63 - 1
THREAT_INTELLIGENCE = frozenset(
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
        "saved_search",
    }
)
"""Kinds of targets whose titles and changes give away shared content."""


class _RedactedEntries(ModelIterable):  # type: ignore[type-arg]  # Django's is generic in its stubs only.
    """Entries, with the texts of those about threat intelligence removed."""

    def __iter__(self) -> Iterator[AuditEntry]:
        for entry in super().__iter__():
            if entry.target_kind in THREAT_INTELLIGENCE:
                entry.title, entry.change = f"#{entry.target_id or 0}", {}
            yield entry


class RedactedLog(QuerySet[AuditEntry]):
    """The audit log for readers who may know who did what, but not the content."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django's own hook for what a query set yields: redaction then holds for every slice, page and iterator.
        self._iterable_class = _RedactedEntries


def redacted_entries() -> QuerySet[AuditEntry]:
    """The whole audit log, unordered, without the content of actions on threat intelligence."""
    return RedactedLog(AuditEntry)


def without_redacted(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """For filters on title and change, whose results would otherwise give away what is redacted."""
    return (
        entries.exclude(target_kind__in=THREAT_INTELLIGENCE) if isinstance(entries, RedactedLog) else entries
    )


def entries_about(kind: str, id: int, *, limit: int, actions: Collection[str] = ()) -> list[AuditEntry]:
    entries = AuditEntry.objects.filter(target_kind=kind, target_id=id)
    if actions:
        entries = entries.filter(action__in=actions)
    return list(entries.order_by("-pk")[:limit])


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
    action: str = "",
    target: str = "",
    address: str = "",
    organisation: int | None = None,
) -> QuerySet[AuditEntry]:
    """`action` is one action as stored, `target` an id or UUID of what it was about, with `kind` of that kind."""
    exact = {"action": action, "address": address, "organisation_id": organisation}
    entries = entries.filter(**{name: value for name, value in exact.items() if value})
    if target.isdecimal():
        entries = entries.filter(target_id=min(int(target), LARGEST_ID))
    elif target:
        entries = entries.filter(target_uuid=target)
    if kind:
        entries = entries.filter(action__startswith=f"{kind}.")
    if actor:
        # A whole address has an index; a part of one is looked for in all entries.
        whole = "@" in actor[1:-1]
        entries = entries.filter(**{"actor_name" if whole else "actor_name__icontains": actor})
    if text:
        entries = without_redacted(entries).filter(title__icontains=text)
    if since:
        entries = entries.filter(created__date__gte=since)
    if until:
        entries = entries.filter(created__date__lte=until)
    return entries
