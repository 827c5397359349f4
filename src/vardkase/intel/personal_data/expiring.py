"""Carries out the end of a retention period in the rows of an event, whoever owns it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from itertools import batched
from typing import Any

from vardkase.core.clock import now_in_whole_seconds, now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.intel.analyst_data.hooks import AnalystDataWritten, analyst_data_written
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.editing.deletion import SANITISED, soft_delete_attributes
from vardkase.intel.kernel.attribute_changes import AttributeChanges, collect_change, write_changes
from vardkase.intel.kernel.audiences import (
    READERS,
    Audiences,
    attribute_audiences,
    object_audiences,
    report_audiences,
)
from vardkase.intel.kernel.locking import touch
from vardkase.intel.kernel.sharing import SharingGroups
from vardkase.intel.kernel.tag_loader import TagLoader
from vardkase.intel.models import Attribute, Event, EventReport, Object
from vardkase.intel.personal_data.contributions import write_comment, write_proposal
from vardkase.intel.personal_data.expiry import Ending
from vardkase.intel.personal_data.replacing import ANYTHING, AT_ONCE
from vardkase.intel.personal_data.services import mark_proposals
from vardkase.intel.proposals.models import Proposal, ProposalComment
from vardkase.misp.types import category_allows

LONGEST_NAME = 255
"""Of a report."""


def expire_attributes(actor: Actor, event: Event, ids: Collection[int], expired: Ending) -> set[int]:
    """End the period of these attributes of a locked event, deleted ones included; returns those that were changed.

    An attribute of which nothing is left is deleted, and what it said with it, so that connected hubs delete theirs.
    """
    changed: set[int] = set()
    audiences: Audiences = frozenset()
    for batch in batched(sorted(ids), AT_ONCE):
        before = attribute_audiences(batch)
        if done := _expire(actor, event, batch, expired):
            changed |= done
            audiences |= before | attribute_audiences(batch)
    if changed:
        touch(event, audiences)
    return changed


def _expire(actor: Actor, event: Event, ids: Sequence[int], expired: Ending) -> set[int]:
    changes, sharing, now = AttributeChanges(), SharingGroups(actor), now_seconds()
    gone: list[int] = []
    for stored in Attribute.objects.filter(pk__in=ids, event=event).order_by("pk"):
        check_time()
        left = expired.in_attribute(event.uuid, stored.type, stored.value, stored.comment)
        if left is None:
            continue
        value, comment = left
        if value is None:
            gone.append(stored.pk)
        else:
            _collect(changes, stored, value, comment, sharing, now)
    written = {stored.pk for stored in changes.changed}
    write_changes(event.pk, changes, TagLoader(actor, ()))
    if gone:
        # Before the deletion, whose listeners read the rows.
        Attribute.objects.filter(pk__in=gone).update(**SANITISED)
        soft_delete_attributes(event.pk, gone)
    return written | set(gone)


def _collect(
    changes: AttributeChanges, stored: Attribute, value: str, comment: str, sharing: SharingGroups, now: int
) -> None:
    data: dict[str, Any] = {"comment": comment}
    if value != stored.value:
        data["value"] = value
    try:
        collect_change(changes, stored, data, sharing, now)
    except Invalid:  # The type refuses what is left of the value.
        category = stored.category if category_allows(stored.category, ANYTHING) else "Other"
        collect_change(changes, stored, data | {"type": ANYTHING, "category": category}, sharing, now)


def expire_title(event: Event, expired: Ending) -> bool:
    """As `expire_attributes`, for the title; returns whether it was changed."""
    title = expired.in_text(event.uuid, event.info)
    if title is None:
        return False
    event.info = title
    event.save(update_fields=["info"])
    touch(event, READERS)
    return True


def expire_objects(event: Event, ids: Iterable[int], expired: Ending) -> set[int]:
    changed: set[int] = set()
    for each in Object.objects.filter(pk__in=list(ids), event=event).order_by("pk"):
        check_time()
        comment = expired.in_text(event.uuid, each.comment)
        if comment is None:
            continue
        each.comment, each.timestamp = comment, now_seconds()
        each.save(update_fields=["comment", "timestamp"])
        changed.add(each.pk)
    if changed:
        touch(event, object_audiences(sorted(changed)))
    return changed


def expire_proposals(event: Event, ids: Iterable[int], expired: Ending) -> set[int]:
    """As `expire_attributes`. The event itself does not change: peers compare proposals by their own time."""
    changed: set[int] = set()
    for each in Proposal.objects.filter(pk__in=list(ids), event=event).order_by("pk"):
        check_time()
        left = expired.in_attribute(event.uuid, each.type, each.value, each.comment)
        if left is None:
            continue
        value, comment = left
        if value is None:
            now = max(now_seconds(), each.timestamp + 1)
            Proposal.objects.filter(pk=each.pk).update(deleted=True, timestamp=now, **SANITISED)
        else:
            write_proposal(each, each.type, each.category, value, comment)
        changed.add(each.pk)
    if changed:
        mark_proposals(event.pk, sorted(changed))
    return changed


def expire_comments(event: Event, ids: Iterable[int], expired: Ending) -> set[int]:
    """As `expire_proposals`, for what is said about them, which stays on this hub."""
    changed: set[int] = set()
    comments = ProposalComment.objects.filter(pk__in=list(ids), proposal__event=event)
    for each in comments.select_related("proposal").order_by("pk"):
        check_time()
        text = expired.in_text(event.uuid, each.text)
        if text is not None:
            write_comment(each, text)
            changed.add(each.pk)
    return changed


def expire_note(note_id: int, expired: Ending) -> AnalystData | None:
    """End the period of a note or opinion; returns it if it was changed. Peers take it over by its later time."""
    note = AnalystData.objects.select_for_update(of=("self",)).filter(pk=note_id).first()
    if note is None:
        return None
    text = expired.in_text(note.object_uuid, note.text or "")
    authors = expired.in_text(note.object_uuid, note.authors)
    if text is None and authors is None:
        return None
    note.text = note.text if text is None else text
    note.authors = note.authors if authors is None else authors
    note.modified = max(now_in_whole_seconds(), note.modified + timedelta(seconds=1))
    note.save(update_fields=["text", "authors", "modified"])
    analyst_data_written.emit(AnalystDataWritten((note.pk,)))
    return note


def expire_reports(event: Event, ids: Iterable[int], expired: Ending) -> set[int]:
    changed: set[int] = set()
    for report in EventReport.objects.filter(pk__in=list(ids), event=event).order_by("pk"):
        check_time()
        name, content = (
            expired.in_text(event.uuid, report.name),
            expired.in_text(event.uuid, report.content),
        )
        if name is None and content is None:
            continue
        report.name = report.name if name is None else name[:LONGEST_NAME]
        report.content = report.content if content is None else content
        report.timestamp = now_seconds()
        report.save(update_fields=["name", "content", "timestamp"])
        changed.add(report.pk)
    if changed:
        touch(event, report_audiences(sorted(changed)))
    return changed
