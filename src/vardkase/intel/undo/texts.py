"""What a change replaced in the title, the event's tags, reports and comments of objects: kept, and taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from vardkase.core.errors import Conflict
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.editing.tagging import require_may_tag
from vardkase.intel.kernel.audiences import READERS, Audiences, object_audiences, report_audiences
from vardkase.intel.kernel.locking import lock_own_event
from vardkase.intel.models import Event, EventTag
from vardkase.intel.undo.models import TextBefore
from vardkase.intel.undo.problems import UndoProblem
from vardkase.intel.undo.text_statements import (
    FORMER_TAGS,
    KEEP_TEXTS,
    LINK_REPORT_TAGS,
    LINK_TAGS,
    RESTORE_COMMENTS,
    RESTORE_REPORTS,
    RESTORE_TITLE,
    TEXTS,
)
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.rules import may_use


def note(parameters: Mapping[str, Any]) -> None:
    """Before the change; until the end of the transaction."""
    cursor().execute(f"CREATE TEMPORARY TABLE undo_texts ON COMMIT DROP AS {TEXTS}", parameters)


def keep(parameters: Mapping[str, Any]) -> int:
    """After the change: keep what it has replaced; returns how many texts."""
    kept = cursor().execute(KEEP_TEXTS, parameters).rowcount
    cursor().execute("DROP TABLE undo_texts")
    return kept


def restore(actor: Actor, event: Event, parameters: Mapping[str, Any]) -> Audiences | None:
    """Restore the texts of a point in a locked event, none of which has changed since; returns who may know of it, None
    if nothing that leaves the hub was restored.

    Raises NotYours, Forbidden, and Conflict if a tag may no longer be used.
    """
    rows = TextBefore.objects.filter(point=parameters["point"]).values_list("holder", "row_id")
    held: dict[str, list[int]] = {}
    for holder, row_id in rows:
        held.setdefault(holder, []).append(row_id)
    changes_event = "event_tag" in held and _restore_tags(actor, event, parameters)
    tagged = _restore_report_tags(actor, event, parameters) if "report_tag" in held else set()
    if held.keys() - {"event_tag", "report_tag"}:
        actor.require(Permission.ADD)
        lock_own_event(actor, event.pk)
        for sql in (RESTORE_TITLE, RESTORE_REPORTS, RESTORE_COMMENTS):
            cursor().execute(sql, parameters)
    elif not changes_event and not tagged:
        return None
    told = report_audiences([*held.get("event_report", []), *tagged]) | object_audiences(
        held.get("object", [])
    )
    return told | READERS if changes_event or "event" in held else told


def _restore_tags(actor: Actor, event: Event, parameters: Mapping[str, Any]) -> bool:
    """Returns whether others than this hub see it."""
    former = {(tag, local) for tag, local, _ in cursor().execute(FORMER_TAGS, parameters)}
    added = [
        link.pk for link in EventTag.objects.filter(event=event) if (link.tag_id, link.local) not in former
    ]
    removed = EventTag.objects.filter(pk__in=added)
    locals_ = set(removed.values_list("local", flat=True))
    removed.delete()
    linked = cursor().execute(LINK_TAGS, parameters).fetchall()
    locals_ |= {local for local, _ in linked}
    _require_may_link(actor, event, locals_, [tag for _, tag in linked])
    return False in locals_


def _restore_report_tags(actor: Actor, event: Event, parameters: Mapping[str, Any]) -> set[int]:
    """Returns the reports with a tag that others than this hub see."""
    linked = cursor().execute(LINK_REPORT_TAGS, parameters).fetchall()
    _require_may_link(actor, event, {row[0] for row in linked}, [row[1] for row in linked])
    return {report for local, _, report in linked if not local}


def _require_may_link(actor: Actor, event: Event, locals_: Collection[bool], tags: Collection[int]) -> None:
    for local in locals_:
        require_may_tag(actor, event, local=local)
    if not all(may_use(actor, tag) for tag in Tag.objects.filter(pk__in=tags)):
        raise Conflict(UndoProblem.TAG_REFUSED())
