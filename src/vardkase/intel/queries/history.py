"""Audit history of an event and its parts, as far as visible to the reader."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Max, Q, QuerySet
from django.db.models.expressions import RawSQL

from vardkase.audit.models import AuditEntry
from vardkase.audit.queries import every_entry
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    attribute_predicate,
    deleted_predicate,
    event_predicate,
    part_predicate,
    reader_parameters,
    report_predicate,
)
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.columns import EventRow
from vardkase.intel.queries.find import Reference, find_event

TAKEN_OVER = IntelAction.EVENT_DELEGATION_ACCEPTED

NO_CHANGE = (
    IntelAction.EVENT_REPORTER_CONTACTED,
    IntelAction.EVENT_PUBLICATION_REQUESTED,
    IntelAction.EVENT_PUBLICATION_REQUEST_CLOSED,
    IntelAction.EVENT_SENT_TO_MODULE,
    IntelAction.EVENT_SHARING_GROUP_REQUESTED,
)
"""What is recorded about an event without a change of it."""
MOST_LOOKED_AT = 20_000
MOST_NAMES = 50
PARTS: dict[str, Callable[[Actor, str], str]] = {
    "attribute": attribute_predicate,
    "object": part_predicate,
    "event_report": report_predicate,
}


def history_of_event(actor: Actor, reference: Reference) -> QuerySet[AuditEntry]:
    """The audit entries for an event and the parts of it that the reader may see, unordered.

    Delegation hides the former owner: entries from before the event was taken over are shown only to their
    authors. Raises NotFound.
    """
    event = find_event(actor, reference)
    condition = Q(target_kind="event", target_id=event.id)
    for kind in PARTS:
        condition |= Q(target_kind=kind, target_id__in=_parts(actor, kind, event.id))
    entries = every_entry().filter(condition)
    if actor.is_site_admin:
        return entries
    if event.org_id != actor.organisation_id:
        visible = (
            f"{event_predicate(actor)} AND {attribute_predicate(actor)} AND {deleted_predicate(actor, 'a')}"
        )
        parameters = {**reader_parameters(actor), "event": event.id}
        about_hidden_attributes = [
            row[0] for row in cursor().execute(ABOUT_HIDDEN.format(visible=visible), parameters)
        ]
        entries = entries.exclude(pk__in=about_hidden_attributes)
        # Hide the acts that only some of the event's readers may know of (`intel.kernel.audit_entries`).
        # So is an act on what a filter found, which names no attributes: some of them may be hidden, and the filter may
        # have their values.
        own = Q(organisation_id=actor.organisation_id)
        unknown = ["audiences", "filter"]
        if not actor.reads_offences:
            unknown.append("count")  # Of attributes that were added: what is withheld would be counted.
        entries = entries.filter(own | ~Q(change__has_any_keys=unknown))
    return entries.filter(_since_taken_over(actor, event.id))


def acts_on_event(actor: Actor, event_id: int, limit: int) -> list[AuditEntry]:
    entries = every_entry().filter(target_kind="event", target_id=event_id)
    visible = entries if actor.is_site_admin else entries.filter(_since_taken_over(actor, event_id))
    return list(visible.order_by("-pk")[:limit])


def latest_entry() -> int:
    """The number of the newest audit entry, for `changed_since_entry`."""
    return AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0


def changed_since_entry(actor: Actor, event: EventRow, entry: int) -> list[str]:
    """Who else of the organisation that owns an event, which the actor may change, has changed it since an audit entry.

    By name; the latest first. Looks at the newest entries of the hub alone, so that asking again and again stays cheap.
    """
    since = max(entry, latest_entry() - MOST_LOOKED_AT)
    parts = ("attribute", "object", "event_report")
    about = Q(target_kind="event", target_id=event.id)
    for kind in parts:
        of_event = RawSQL(f"SELECT id FROM {kind} WHERE event_id = %s", (event.id,))  # noqa: S611
        about |= Q(target_kind=kind, target_id__in=of_event)
    entries = every_entry().filter(about, pk__gt=since, organisation_id=event.org_id)
    others = entries.filter(_since_taken_over(actor, event.id)).exclude(actor_id=actor.user_id)
    changes = others.exclude(action__in=[action.value for action in NO_CHANGE])
    names = changes.order_by("-pk").values_list("actor_name", flat=True)[:MOST_NAMES]
    return list(dict.fromkeys(names))


def taken_over_at(event_id: int) -> int:
    """When the owner organisation took the event over, in Unix seconds; 0 if it was never taken over."""
    created = AuditEntry.objects.filter(pk=_taken_over(event_id)).values_list("created", flat=True).first()
    return int(created.timestamp()) if created else 0


def _since_taken_over(actor: Actor, event_id: int) -> Q:
    # By id, as entries are numbered in the order in which they are written.
    return Q(pk__gte=_taken_over(event_id)) | Q(organisation_id=actor.organisation_id)


def _taken_over(event_id: int) -> int:
    taken_over = Q(target_kind="event", target_id=event_id, action=TAKEN_OVER)
    return every_entry().filter(taken_over).aggregate(last=Max("pk"))["last"] or 0


def _parts(actor: Actor, kind: str, event_id: int) -> list[int]:
    sql = f"""
        SELECT p.id FROM {kind} p JOIN event e ON e.id = p.event_id
        WHERE p.event_id = %(event)s AND {event_predicate(actor)} AND {PARTS[kind](actor, "p")}
          AND {deleted_predicate(actor, "p")}
          AND EXISTS (SELECT 1 FROM audit_entry l WHERE l.target_kind = %(kind)s AND l.target_id = p.id)
    """
    parameters = {**reader_parameters(actor), "event": event_id, "kind": kind}
    return [row[0] for row in cursor().execute(sql, parameters)]


# Bulk acts name the attributes in their `change`; an act on one that the reader may not see is hidden as a whole.
ABOUT_HIDDEN = """
SELECT l.id FROM audit_entry l
WHERE l.target_kind = 'event' AND l.target_id = %(event)s AND jsonb_typeof(l.change -> 'attributes') = 'array'
  AND EXISTS (
    SELECT 1 FROM jsonb_array_elements_text(l.change -> 'attributes') named (id)
    WHERE NOT EXISTS (
        SELECT 1 FROM attribute a JOIN event e ON e.id = a.event_id WHERE a.id = named.id::bigint AND {visible}
    )
  )
"""
