"""What cases kept of a spilled event is deleted with it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, override

from vardkase.core.sql import cursor
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.appeals.rules import APPEAL
from vardkase.hub.case_files.models import CaseDocument
from vardkase.hub.lifecycle.models import HistoryEntry
from vardkase.hub.public_records.cases.filing import THING
from vardkase.hub.public_records.cases.models import (
    CaseItem,
    CoordinationMessage,
    MemberConsultation,
    RecordsAnswer,
)
from vardkase.hub.public_records.cases.quarantine import tells_of
from vardkase.hub.public_records.cases.rules import CASE
from vardkase.hub.spills.hooks import SpillDeleted
from vardkase.hub.spills.models import Spill


def forget_spilled(deleted: SpillDeleted) -> None:
    """Remove the copies, and every text and document that may tell of them. A document stays as an entry in its case:
    when, by whom, to whom, and the SHA-256 of what it was."""
    spills = Spill.objects.filter(event_uuid=deleted.event_uuid)
    _empty_texts(spills)
    _empty_documents(spills, deleted.event_id)
    messages = CoordinationMessage.objects.filter(coordination__event_uuid=deleted.event_uuid)
    messages.filter(at__lt=spills.order_by("-pk").values("declared_at")[:1]).delete()
    CaseItem.every.filter(event_uuid=deleted.event_uuid).delete()


def _empty_texts(spills: QuerySet[Spill]) -> None:
    for answer in RecordsAnswer.objects.filter(tells_of(spills, "case_id", "at")):
        answer.reasons = ""
        answer.assessments = {key: _without_texts(one) for key, one in answer.assessments.items()}
        answer.save(update_fields=["reasons", "assessments"])
    appeals = Appeal.objects.filter(
        tells_of(spills, "case_file__thing_id", "at"), case_file__thing_kind=THING
    )
    appeals.update(claim="", exception_note="", reviewed="", outcome_note="")
    gone = appeals.values("pk")
    HistoryEntry.objects.filter(kind=APPEAL.kind, thing_id__in=gone).update(note="")
    said = MemberConsultation.objects.filter(tells_of(spills, "case_id", "answered_at"))
    said.update(parts="", harm="")
    notes = HistoryEntry.objects.filter(tells_of(spills, "thing_id", "at"), kind=CASE.kind)
    notes.update(note="")


def _empty_documents(spills: QuerySet[Spill], event_id: int) -> None:
    documents = CaseDocument.every.filter(
        tells_of(spills, "case_file__thing_id", "at"), case_file__thing_kind=THING, letter=None
    )
    with override("sv"):
        words = gettext("Deleted: it could tell of an event that was deleted for classified information.")
        title = gettext("Deleted document")
    ids = list(documents.values_list("pk", flat=True))
    values = {"ids": ids, "event": event_id, "words": words, "title": title}
    executor = cursor()
    executor.execute("SELECT set_config('vardkase.disposal', 'on', true)")
    executor.execute(EMPTY_DOCUMENTS, values)
    executor.execute("SELECT set_config('vardkase.disposal', '', true)")


def _without_texts(one: dict[str, Any]) -> dict[str, Any]:
    # Whether there was a condition decides on the right to appeal.
    return {**one, "harm": "", "condition": "–" if one.get("condition") else ""}


# A document is never changed: it is deleted, and entered again under its number. Its title stays unless it repeats
# something of the event.
EMPTY_DOCUMENTS = """
WITH gone AS (DELETE FROM case_document WHERE id = ANY(%(ids)s::bigint[]) RETURNING *)
INSERT INTO case_document (id, case_file_id, number, direction, title, counterpart, text, content, media_type,
    file_name, sha256, occurred_at, at, by)
SELECT id, case_file_id, number, direction, CASE WHEN EXISTS (
        SELECT 1 FROM event e WHERE e.id = %(event)s AND length(e.info) >= 4 AND strpos(gone.title, e.info) > 0
        UNION ALL SELECT 1 FROM attribute a WHERE a.event_id = %(event)s AND length(a.value1) >= 4
            AND strpos(gone.title, a.value1) > 0
    ) THEN %(title)s ELSE title END, counterpart, %(words)s, '', 'text/plain', '', sha256, occurred_at, at, by
FROM gone
"""
