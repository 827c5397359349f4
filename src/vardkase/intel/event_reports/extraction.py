"""Values found in a report: listed, or converted to attributes that the report then references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Invalid
from vardkase.core.sql import cursor
from vardkase.core.time_budget import check_time
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.visibility import attribute_predicate, event_predicate, reader_parameters
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.attributes import add_attributes
from vardkase.intel.editing.tagging import attach_tag
from vardkase.intel.event_reports.services import lock_own_report
from vardkase.intel.event_reports.tag_recognition import tags_in
from vardkase.intel.kernel.audiences import report_audiences
from vardkase.intel.kernel.locking import touch
from vardkase.intel.models import Attribute, EventReport
from vardkase.intel.problems import EventReportProblem
from vardkase.intel.queries.find import Reference, find_report
from vardkase.knowledge.taxonomies.services import resolve_tags
from vardkase.knowledge.warninglists.matching import CheckedValue, find_hits
from vardkase.misp.freetext import DetectedValue, detect
from vardkase.misp.report_references import (
    ReportReference,
    prose,
    with_references_replaced,
    with_words_replaced,
)
from vardkase.misp.values import normalise, split

type ValueParts = tuple[str, str | None]

COMMENT = "Extracted from the report: "


@dataclass(frozen=True, slots=True)
class Extraction:
    """The contents of a report: values, the uuids of attributes that already have them, and tags by the
    phrases that stand for them."""

    content: str
    values: list[DetectedValue]
    known: dict[ValueParts, UUID]
    tags: dict[str, str]

    def attribute_of(self, value: DetectedValue) -> UUID | None:
        return self.known.get(value_parts(value.type, value.value))

    def suggested(self) -> str:
        """The report with known values as references, and each new one as ``@[suggestion](value)``."""
        references = {
            value.original: str(
                ReportReference("attribute", str(uuid))
                if (uuid := self.attribute_of(value))
                else ReportReference("suggestion", value.value)
            )
            for value in self.values
        }
        return with_words_replaced(self.content, references)


def extraction_of(actor: Actor, reference: Reference) -> Extraction:
    report = find_report(actor, reference)
    return _extraction(actor, report.event_id, report.content)


@transaction.atomic
def extract_all(actor: Actor, reference: Reference, *, tag_event: bool) -> int:
    """Make every value of a report an attribute of its event, and reference them in the report.

    With `tag_event` the event also gets the tags and clusters that the text names. Values on a warninglist
    are not for detection. Returns the report's id. Raises NotFound, NotYours.
    """
    actor.require(Permission.ADD)
    report, event = lock_own_report(actor, reference)
    extraction = _extraction(actor, event.pk, report.content)
    uuids = {
        value.original: str(uuid) for value in extraction.values if (uuid := extraction.attribute_of(value))
    }
    new = [value for value in extraction.values if extraction.attribute_of(value) is None]
    harmless = find_hits([CheckedValue(value.value, value.type) for value in new])
    documents = [
        _document(value.value, value.type, value.category, value.to_ids and place not in harmless, report)
        for place, value in enumerate(new)
    ]
    stored = _add(actor, event.pk, documents)
    # A value that was rejected, by a regular expression for imports say, stays in the text as it is.
    uuids |= {value.original: stored[value.value] for value in new if value.value in stored}
    replaced = {word: str(ReportReference("attribute", uuid)) for word, uuid in uuids.items()}
    if tag_event:
        # Tag the event. A missing cluster tag is created; tags the actor may not use are skipped.
        actor.require(Permission.TAGGER)
        for tag in resolve_tags(
            actor, [{"name": name} for name in extraction.tags.values()], may_create=True
        ).values():
            attach_tag(actor, event.uuid, tag.pk)
    return save_extracted(actor, report, with_words_replaced(report.content, replaced), len(stored))


@transaction.atomic
def accept_suggestions(
    actor: Actor, reference: Reference, content: str | None, suggestions: Sequence[Mapping[str, Any]]
) -> int:
    """Turn suggested values into attributes and replace ``@[suggestion](value)`` by references.

    `content` replaces the report's own if given; a suggestion has ``value`` and ``type``, and may have
    ``category``, ``to_ids`` and ``comment``. Returns the report's id. Raises NotFound, NotYours, Invalid.
    """
    actor.require(Permission.ADD)
    report, event = lock_own_report(actor, reference)
    known = known_attributes(actor, event.pk, [_key(suggestion) for suggestion in suggestions])
    new = {key: suggestion for suggestion in suggestions if (key := _key(suggestion)) not in known}
    documents = [
        _document(
            suggestion["value"],
            suggestion["type"],
            suggestion.get("category"),
            suggestion.get("to_ids"),
            report,
            suggestion.get("comment"),
        )
        for suggestion in new.values()
    ]
    stored = _add(actor, event.pk, documents, complete=True)
    uuids = stored | {
        suggestion["value"]: str(known[key])
        for suggestion in suggestions
        if (key := _key(suggestion)) in known
    }

    def accepted(reference: ReportReference) -> str:
        uuid = uuids.get(reference.target) if reference.kind == "suggestion" else None
        return str(ReportReference("attribute", uuid)) if uuid else str(reference)

    text = report.content if content is None else content
    return save_extracted(actor, report, with_references_replaced(text, accepted), len(stored))


def _extraction(actor: Actor, event_id: int, content: str) -> Extraction:
    text = prose(content)
    values = detect(text, check=check_time)
    keys = [value_parts(value.type, value.value) for value in values]
    return Extraction(content, values, known_attributes(actor, event_id, keys), tags_in(actor, text))


def value_parts(kind: str, value: str) -> ValueParts:
    """A value as it is stored."""
    return split(kind, normalise(kind, value))


def _key(suggestion: Mapping[str, Any]) -> ValueParts:
    kind, value = suggestion.get("type"), suggestion.get("value")
    if not isinstance(kind, str) or not isinstance(value, str):
        raise Invalid({"suggestions": [EventReportProblem.INCOMPLETE_SUGGESTION()]})
    return value_parts(kind, value)


def known_attributes(actor: Actor, event_id: int, keys: Sequence[ValueParts]) -> dict[ValueParts, UUID]:
    """The attributes of the event that have these values (of `value_parts`), as far as the actor may read them."""
    if not keys:
        return {}
    sql = KNOWN.format(event=event_predicate(actor), attribute=attribute_predicate(actor))
    values = {"event": event_id, "values": [key[0] for key in keys], **reader_parameters(actor)}
    wanted = set(keys)
    rows = cursor().execute(sql, values).fetchall()
    # The statement finds by the first part, which the index has. Of several the oldest stays: it comes last.
    return {(first, second): uuid for first, second, uuid in rows if (first, second) in wanted}


def _document(
    value: str, kind: str, category: Any, to_ids: Any, report: EventReport, comment: Any = None
) -> dict[str, Any]:
    members = {"category": category, "to_ids": to_ids, "comment": comment or COMMENT + report.name}
    # As far as the report itself: extraction must not let anybody read what was in a narrower report.
    members |= {"distribution": report.distribution, "sharing_group_id": report.sharing_group_id}
    # Only a member that is missing, not one that is null, gets this hub's default.
    named = {name: member for name, member in members.items() if member is not None}
    return {"uuid": str(uuid4()), "type": kind, "value": value, **named}


def _add(
    actor: Actor, event_id: int, documents: Sequence[dict[str, Any]], *, complete: bool = False
) -> dict[str, str]:
    if not documents:
        return {}
    added = add_attributes(actor, event_id, documents)
    if complete and added.rejections:
        raise Invalid(next(iter(added.rejections.errors.values())))
    stored = Attribute.objects.filter(pk__in=added.attribute_ids).values_list("uuid", flat=True)
    uuids = {str(uuid) for uuid in stored}
    return {document["value"]: document["uuid"] for document in documents if document["uuid"] in uuids}


def save_extracted(actor: Actor, report: EventReport, content: str, extracted: int) -> int:
    """Write the text of a report of which so many values became attributes; returns the report's id."""
    if content != report.content:
        EventReport.objects.filter(pk=report.pk).update(content=content, timestamp=now_seconds())
        touch(report.event, report_audiences([report.pk]))
    target = Target("event_report", report.pk, report.uuid, report.name)
    record(actor, IntelAction.EVENT_REPORT_EXTRACTED, target, {"attributes": extracted})
    return report.pk


KNOWN = """
SELECT a.value1, a.value2, a.uuid FROM attribute a JOIN event e ON e.id = a.event_id
WHERE a.event_id = %(event)s AND a.value1 = ANY(%(values)s) AND NOT a.deleted AND {event} AND {attribute}
ORDER BY a.id DESC
"""
