"""Finding and freezing the material: what the authority had when the request reached it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length
from msgspec import json

from vardkase.core import files
from vardkase.core.errors import Conflict, Invalid, NotFound
from vardkase.core.sql import cursor
from vardkase.formats.misp_json.published import PublishedEvent
from vardkase.hub.audit_actions import RecordsAction
from vardkase.hub.law.disposal_marks import with_marks_in_words
from vardkase.hub.lifecycle import TransitionRefused
from vardkase.hub.lifecycle.services import note_in_history, take_step
from vardkase.hub.public_records.cases import coordination
from vardkase.hub.public_records.cases.models import CaseItem, CaseState, RecordsCase
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.queries import find_case
from vardkase.hub.public_records.cases.rules import BEFORE_ANSWER, CASE
from vardkase.hub.public_records.cases.services.opening import for_update
from vardkase.hub.public_records.received.queries import (
    AvailableVersion,
    available_versions,
    readable_version,
)
from vardkase.hub.public_records.release.items import Item, items_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.misp.flags import as_int
from vardkase.misp.types import ATTACHMENT_TYPES

A_PAGE = 25
MOST_ITEMS = 1000
MOST_FILE_BYTES = 50 * 2**20


@dataclass(frozen=True, slots=True)
class Parts:
    """One version as an authority could read it. `files`: name and SHA-256 of attachments, by the key of their item."""

    version: AvailableVersion
    items: list[Item]
    files: Mapping[str, tuple[str, str]]


def search(actor: Actor, number: str, text: str = "", start: int = 0) -> list[AvailableVersion]:
    """Versions that the case's authority had when the request arrived, one more than A_PAGE if there are more."""
    case = find_case(actor, number)
    return available_versions(
        case.authority_id, case.asked_at, text=text, limit=A_PAGE + 1, offset=max(start, 0)
    )


def parts(actor: Actor, number: str, reference: str) -> Parts:
    """One version as the case's authority could read it then. Raises NotFound."""
    case = find_case(actor, number)
    return _parts(case, reference)


@transaction.atomic
def freeze(actor: Actor, number: str, reference: str, keys: Collection[str]) -> int:
    """Copy the parts `keys` of the version `reference` into the case, with the event and object that each is in.

    Returns how many were new. Raises NotFound, Invalid, Conflict.
    """
    case = for_update(actor, number)
    if case.state not in BEFORE_ANSWER:
        raise TransitionRefused(CASE.refusal(case.state, "identify"))
    found = _parts(case, reference)
    by_key = {item.key: item for item in found.items}
    chosen = {key for key in keys if key in by_key}
    if not chosen:
        raise Invalid(RecordsProblem.NOTHING_CHOSEN())
    chosen = {above for key in chosen for above in _with_parents(key, by_key)}
    chosen -= set(case.items.filter(reference=reference).values_list("key", flat=True))
    _require_room(case, found, chosen)
    rows = [_frozen(actor, case, found, item) for item in found.items if item.key in chosen]
    CaseItem.objects.bulk_create(rows)
    if rows:
        if case.state == CaseState.REGISTERED:
            take_step(actor, CASE, case, "identify")
        note_in_history(
            actor, CASE, case, RecordsAction.RECORDS_CASE_MATERIAL_ADDED, reference, items=len(rows)
        )
        coordination.note_material(actor, case, found.version.event_uuid)
    return len(rows)


@transaction.atomic
def remove(actor: Actor, number: str, item_ids: Collection[int]) -> int:
    """Take items out that were picked by mistake; what is in a removed item goes too. Raises Conflict once somebody was
    consulted about one, or it was answered."""
    case = for_update(actor, number)
    chosen = list(case.items.filter(pk__in=list(item_ids)).defer("file", "fields"))
    if not chosen:
        raise Invalid(RecordsProblem.NOTHING_CHOSEN())
    keys = {(item.reference, item.key) for item in chosen}
    within = case.items.filter(parent__in=[key for _, key in keys]).defer("file", "fields")
    below = [item for item in within if (item.reference, item.parent) in keys]
    keys |= {(item.reference, item.key) for item in below}
    deeper = case.items.filter(parent__in=[item.key for item in below]).defer("file", "fields")
    everything = {item.pk for item in (*chosen, *below)}
    everything |= {item.pk for item in deeper if (item.reference, item.parent) in keys}
    rows = CaseItem.objects.filter(pk__in=everything)
    if (
        case.state not in BEFORE_ANSWER
        or case.answers.exists()
        or rows.filter(consultations__isnull=False).exists()
    ):
        raise Conflict(RecordsProblem.MATERIAL_FIXED())
    events = set(rows.values_list("event_uuid", flat=True))
    rows.delete()
    coordination.forget_material(case, events)
    note_in_history(actor, CASE, case, RecordsAction.RECORDS_CASE_MATERIAL_REMOVED, items=len(everything))
    return len(everything)


def title_of(item: Item) -> str:
    texts = {field.name: field.text for field in item.fields}
    title = next((texts[name] for name in ("title", "value", "name") if texts.get(name)), item.kind)
    return with_marks_in_words(" ".join(title.split()))[:255]


def _parts(case: RecordsCase, reference: str) -> Parts:
    event_id = as_int(reference.partition("-")[0]) or 0
    found = available_versions(case.authority_id, case.asked_at, event_ids=[event_id])
    chosen = next((one for one in found if one.reference == reference), None)
    if chosen is None or not chosen.is_open:
        raise NotFound(RecordsProblem.NOT_AVAILABLE())
    event = readable_version(case.authority_id, event_id, chosen.version, case.asked_at)
    return Parts(chosen, items_of(event), _files(event_id, event))


def _files(event_id: int, event: PublishedEvent) -> dict[str, tuple[str, str]]:
    """Of attributes that still have the value of the version: a file that was replaced since is another."""
    attached = {one.uuid: one.value for one in event.attributes if one.type in ATTACHMENT_TYPES}
    if not attached:
        return {}
    values = {"event": event_id, "uuids": list(attached), "values": list(attached.values())}
    rows = cursor().execute(FILES, values).fetchall()
    return {f"attribute:{uuid}": (value.split("|", 1)[0], digest) for uuid, value, digest in rows}


def _with_parents(key: str, by_key: dict[str, Item]) -> Sequence[str]:
    found = [key]
    while (parent := by_key[found[-1]].parent) and parent in by_key and len(found) < 5:
        found.append(parent)
    return found


def _require_room(case: RecordsCase, found: Parts, chosen: Collection[str]) -> None:
    if case.items.count() + len(chosen) > MOST_ITEMS:
        raise Conflict(RecordsProblem.TOO_MANY_ITEMS(most=MOST_ITEMS))
    held = case.items.aggregate(total=Sum(Length("file")))["total"] or 0
    added = sum(files.size(found.files[key][1]) for key in chosen if key in found.files)
    if held + added > MOST_FILE_BYTES:
        raise Conflict(RecordsProblem.FILES_TOO_LARGE(most=MOST_FILE_BYTES // 2**20))


def _frozen(actor: Actor, case: RecordsCase, found: Parts, item: Item) -> CaseItem:
    version = found.version
    fields = [[field.name, field.text] for field in item.fields]
    name, digest = found.files.get(item.key, ("", ""))
    content = files.read(digest) if digest else None
    return CaseItem(
        case=case,
        key=item.key,
        parent=item.parent,
        kind=item.kind,
        reference=version.reference,
        event_uuid=version.event_uuid,
        event_id=version.event_id,
        title=title_of(item),
        fields=fields,
        file_name=name[:255],
        file=content,
        sha256=hashlib.sha256(json.encode([item.key, item.kind, fields, digest])).hexdigest(),
        publisher=Organisation.objects.filter(pk=version.publisher_id).first(),
        publisher_name=version.publisher[:255],
        available_at=version.available_at,
        frozen_by=actor.name[:255],
    )


FILES = """
SELECT a.uuid::text, wanted.value, a.data_sha256
FROM unnest(%(uuids)s::uuid[], %(values)s::text[]) AS wanted (uuid, value)
JOIN attribute a ON a.uuid = wanted.uuid AND a.event_id = %(event)s
WHERE a.data_sha256 IS NOT NULL
    AND wanted.value = CASE WHEN a.value2 IS NULL THEN a.value1 ELSE a.value1 || '|' || a.value2 END
"""
