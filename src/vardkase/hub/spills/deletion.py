"""Deletes a spilled event from everything that the hub keeps, in one transaction."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import transaction

from vardkase.audit.chain.guard import prove_hub
from vardkase.audit.redaction import redaction
from vardkase.core.sql import cursor
from vardkase.hub.spills.hooks import SpillDeleted, spill_deleted
from vardkase.hub.spills.models import Spill
from vardkase.hub.spills.needles import FIRST, Needles, needles_of, sealed
from vardkase.identity.access.quarantined import PARTS_OF
from vardkase.intel.editing.deletion import remove_event
from vardkase.intel.models import Event
from vardkase.intel.services.quarantine import lock_quarantined


def delete_spilled(spill: Spill) -> Needles:
    """Remove the event with its versions, copies and traces; what is kept names it by number and UUID alone.

    Stores on the spill what the search for remains looks for. Raises NotFound unless it is in quarantine.
    """
    needles = remove_everywhere(lock_quarantined(spill.event_id), spill.number)
    spill.needles = sealed(needles)
    spill.save(update_fields=["needles"])
    return needles


def remove_everywhere(event: Event, number: str) -> Needles:
    """Remove a locked event and every trace of its content; `number` of the spill is written in its place."""
    needles = needles_of(event.pk)
    values: dict[str, Any] = {
        "event": event.pk,
        "uuid": event.uuid,
        "uuids": list(needles.uuids),
        "texts": list(needles.texts),
        "removed": number,
        "never": list(NEVER),
    }
    executor = cursor()
    ((values["first"],),) = executor.execute(FIRST, values).fetchall()
    executor.execute(HELD, values)
    executor.execute(TAGS, values)
    # Before its rows, which say which entries are about it.
    prove_hub()
    executor.execute(AUDIT, values)
    executor.execute("DELETE FROM analyst_data WHERE object_uuid IN (SELECT uuid FROM spilled_part)")
    spill_deleted.emit(SpillDeleted(event.pk, event.uuid))
    remove_event(event)
    for statement in STATEMENTS:
        executor.execute(statement, values)
    executor.execute("DROP TABLE spilled_part, spilled_tag")
    # Whatever was computed from it: everything in the cache can be computed again.
    transaction.on_commit(cache.clear)
    return needles


HELD = f"CREATE TEMPORARY TABLE spilled_part (uuid) ON COMMIT DROP AS {PARTS_OF.format(ids='ARRAY[%(event)s::bigint]')}"
# Tags that only this event has, and that belong to no library.
TAGS = """
CREATE TEMPORARY TABLE spilled_tag ON COMMIT DROP AS
SELECT DISTINCT t.id, t.name FROM tag t WHERE NOT t.is_galaxy AND t.id IN (
    SELECT tag_id FROM event_tag WHERE event_id = %(event)s
    UNION SELECT tag_id FROM attribute_tag WHERE event_id = %(event)s
    UNION SELECT l.tag_id FROM event_report_tag l JOIN event_report r ON r.id = l.event_report_id
        WHERE r.event_id = %(event)s)
AND NOT EXISTS (SELECT 1 FROM taxonomy x WHERE t.name LIKE x.namespace || ':%%')
"""
NEVER = (
    *("user", "organisation", "membership", "membership_application", "role", "setting", "auth_key"),
    *("second_factor", "case_file", "letter", "audit_log", "audit_archive", "backup"),
)
"""Kinds whose entries are about people and rights, and named by them: no event of that name empties them."""
# Who did what, and when, stays; the title and the change say what the content was.
AUDIT = redaction(
    """
    (target_kind = 'event' AND target_id = %(event)s OR target_uuid IN (SELECT uuid FROM spilled_part)
        OR title = (SELECT left(info, 2000) FROM event WHERE id = %(event)s) AND created >= %(first)s)
    AND target_kind <> ALL(%(never)s::text[]) AND (title <> '' OR change <> '{}')
    """,
    title="''",
    removed="%(removed)s::text",
)
CONTAINS = "EXISTS (SELECT 1 FROM unnest(%(texts)s::text[]) n WHERE strpos({column}, n) > 0)"
STATEMENTS = (
    """
    WITH gone AS (DELETE FROM event_version WHERE event_uuid = %(uuid)s RETURNING snapshot_id)
    DELETE FROM snapshot s USING gone WHERE s.sha256 = gone.snapshot_id AND NOT EXISTS (
        SELECT 1 FROM event_version v WHERE v.snapshot_id = s.sha256 AND v.event_uuid <> %(uuid)s)
    """,
    "DELETE FROM outbox WHERE event_uuid = %(uuid)s OR event_id = %(event)s",
    "DELETE FROM taxii_object o USING taxii_rendering r WHERE r.id = o.rendering_id AND r.event_id = %(event)s",
    "DELETE FROM taxii_rendering WHERE event_id = %(event)s",
    "DELETE FROM taxii_fetched WHERE right(stix_id, 36) = ANY(%(uuids)s::text[])",
    f"UPDATE taxii_submission SET envelope = '', results = '{{}}' WHERE {CONTAINS.format(column='envelope')}",
    "DELETE FROM cached_value WHERE event_uuid = %(uuid)s",
    "DELETE FROM collection_element WHERE element_uuid = ANY(%(uuids)s::uuid[])",
    "DELETE FROM policy_approval WHERE event_uuid = %(uuid)s",
    "DELETE FROM notification WHERE event_id = %(event)s",
    "DELETE FROM reader_question WHERE event_id = %(event)s",
    f"UPDATE approval_request SET title = '' WHERE {CONTAINS.format(column='title')}",
    f"UPDATE sent_mail SET text = '' WHERE at >= %(first)s AND {CONTAINS.format(column='text')}",
    "UPDATE sent_mail SET subject = '', thing_title = '' WHERE at >= %(first)s AND "
    + CONTAINS.format(column="subject || thing_title"),
    f"DELETE FROM outgoing_mail WHERE {CONTAINS.format(column='subject || text || html')}",
    redaction(
        CONTAINS.format(column="title")
        + " AND target_kind <> ALL(%(never)s::text[]) AND created >= %(first)s",
        title="''",
    ),
    """
    DELETE FROM tag_maker m USING spilled_tag s WHERE m.tag_id = s.id
    AND NOT EXISTS (SELECT 1 FROM event_tag l WHERE l.tag_id = s.id)
    AND NOT EXISTS (SELECT 1 FROM attribute_tag l WHERE l.tag_id = s.id)
    AND NOT EXISTS (SELECT 1 FROM event_report_tag l WHERE l.tag_id = s.id)
    """,
    """
    DELETE FROM tag t USING spilled_tag s WHERE t.id = s.id
    AND NOT EXISTS (SELECT 1 FROM event_tag l WHERE l.tag_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM attribute_tag l WHERE l.tag_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM event_report_tag l WHERE l.tag_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM tag_collection_tag l WHERE l.tag_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM favourite_tag l WHERE l.tag_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM feed f WHERE f.tag_id = t.id)
    """,
)
