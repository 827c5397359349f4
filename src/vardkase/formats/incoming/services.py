"""Stores what an external document was parsed into."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import gettext, ngettext

from vardkase.core.errors import Conflict, FieldErrors, Forbidden, Invalid
from vardkase.core.problems import CommonProblem, Problem, problem_from_json
from vardkase.formats.incoming import reading
from vardkase.formats.problems import ImportProblem
from vardkase.identity.access.actor import Actor
from vardkase.intel.kernel.attribute_assembler import numbered_parts
from vardkase.intel.kernel.results import Ingested
from vardkase.intel.models import Attribute, EventReport, Object
from vardkase.intel.problems import EventProblem, IntelProblem
from vardkase.intel.queries.known_parts import KnownParts, events_with
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_event
from vardkase.misp.fields import UUID_IN_ANY_CASE as UUID_FORM


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the importing user chose for the new event; empty means this hub's defaults."""

    distribution: int | str | None = None
    sharing_group_id: int | str | None = None
    publish: bool = False
    refuse_empty: bool = False
    """Store no event whose parts were all left out."""


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """The outcome for one event of a file: `event_id` if it was stored, else `refused` gives the reason.

    `issues` are the parts that were left out of a stored event, or the header's errors; `existing_id` is the event that
    exists already, or has all that the file has; `known` says which events have parts of it.
    """

    info: str
    event_id: int | None = None
    refused: Problem | None = None
    issues: Mapping[str, FieldErrors | Any] = field(default_factory=dict)
    existing_id: int | None = None
    known: Sequence[KnownParts] = ()


@transaction.atomic
def import_as_event(actor: Actor, document: Mapping[str, Any], options: ImportOptions) -> Ingested:
    """Store the MISP event parsed from a document.

    Raises what `add_event` raises, Forbidden if the actor may not publish as requested, and Conflict for an event that
    would be empty, if `options` refuses that.
    """
    reach = {"distribution": options.distribution, "sharing_group_id": options.sharing_group_id}
    stored = add_event(
        actor, {**document, **{name: value for name, value in reach.items() if value is not None}}
    )
    if stored.is_quarantined:
        raise Forbidden(EventProblem.QUARANTINED())
    if options.refuse_empty and is_left_empty(document, stored.event_id):
        raise _nothing_added(known_parts(actor, document, stored), stored)
    if options.publish:
        publish_event(actor, stored.event_id)
    return stored


def known_parts(actor: Actor, document: Mapping[str, Any], stored: Ingested) -> list[KnownParts]:
    """Which other events have parts of the document, if it was not stored whole. What is hidden is not named."""
    if not stored.rejections and not is_left_empty(document, stored.event_id):
        return []
    return events_with(actor, list(_uuids(document)), without=stored.event_id)


def is_left_empty(document: Mapping[str, Any], event_id: int) -> bool:
    has_parts = bool(document.get("Attribute") or document.get("Object"))
    return has_parts and not any(
        model.objects.filter(event_id=event_id).exists() for model in (Attribute, Object, EventReport)
    )


def parts_in_words(attributes: int, objects: int) -> str:
    values = ngettext("%(n)s attribute", "%(n)s attributes", attributes) % {"n": attributes}
    things = ngettext("%(n)s object", "%(n)s objects", objects) % {"n": objects}
    if not attributes or not objects:
        return values if attributes else things
    return gettext("%(attributes)s and %(objects)s") % {"attributes": values, "objects": things}


def _nothing_added(known: Sequence[KnownParts], stored: Ingested) -> Conflict:
    if known:
        attributes, objects = sum(each.attributes for each in known), sum(each.objects for each in known)
        parts = lazy(parts_in_words, str)(attributes, objects)
        return Conflict(ImportProblem.ALL_KNOWN(parts=parts), existing_id=known[0].event_id)
    reasons = (
        problem
        for errors in stored.rejections.errors.values()
        for each in errors.values()
        for problem in each
    )
    return Conflict(ImportProblem.NOTHING_LEFT(reason=next(reasons, IntelProblem.UUID_TAKEN())))


def _uuids(document: Mapping[str, Any]) -> Iterator[str]:
    parts = [part for _, part in numbered_parts(document.get("Attribute"), "")]
    for _, part in numbered_parts(document.get("Object"), ""):
        parts.append(part)
        parts += (
            [inner for _, inner in numbered_parts(part.get("Attribute"), "")]
            if isinstance(part, dict)
            else []
        )
    for part in parts:
        if isinstance(part, dict) and UUID_FORM.fullmatch(str(part.get("uuid"))):
            yield str(part["uuid"])


def import_export(
    actor: Actor, content: bytes, options: ImportOptions, *, take_ownership: bool
) -> Iterator[ImportedEvent]:
    """Store the events of a MISP JSON or XML file, each in its own transaction.

    They are published only if `options` says so, whatever the file says; with `take_ownership`, they become
    the actor's organisation's own. Raises Invalid and LimitReached before anything is stored.
    """
    dropped = ("published", "publish_timestamp", *(("Orgc", "orgc_id", "locked") if take_ownership else ()))
    for document in reading.exported_events(content):
        yield _imported(actor, {key: document[key] for key in document if key not in dropped}, options)


def _imported(actor: Actor, document: Mapping[str, Any], options: ImportOptions) -> ImportedEvent:
    info = str(document.get("info") or "")
    try:
        stored = import_as_event(actor, document, options)
    except Invalid as invalid:
        issues = invalid.errors if isinstance(invalid.errors, Mapping) else {}
        return ImportedEvent(info, refused=invalid.problem, issues=issues)
    except Conflict as refused:
        return ImportedEvent(info, refused=refused.problem, existing_id=refused.existing_id)
    except Forbidden as refused:
        return ImportedEvent(info, refused=refused.problem or CommonProblem.NO_PERMISSION())
    known = known_parts(actor, document, stored)
    return ImportedEvent(info, stored.event_id, issues=stored.rejections.errors, known=known)


def openioc_parts(
    name: str, content: bytes, distribution: int | str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event parts from an OpenIOC document, the file itself first, and the items that could not be
    converted.

    Raises Invalid, LimitReached.
    """
    converted = reading.openioc(content)
    reach = {} if distribution is None else {"distribution": distribution}
    kept = kept_file(name or "openioc.ioc", content, "OpenIOC import source file")
    parts = [{**reach, **attribute} for attribute in (kept, *converted["attributes"])]
    unsupported = {
        f"IndicatorItem.{item['id']}": {"Context": [problem_from_json(item["why"])]}
        for item in converted["unsupported"]
    }
    return {"Attribute": parts}, unsupported


def sandbox_parts(content: bytes, distribution: int | str | None) -> dict[str, Any]:
    """The event parts from a sandbox's analysis archive; raises Invalid, LimitReached."""
    reach = {} if distribution is None else {"distribution": distribution}
    return {"Attribute": [{**reach, **attribute} for attribute in reading.sandbox(content)]}


def kept_file(name: str, content: bytes, comment: str) -> dict[str, Any]:
    return {
        "type": "attachment",
        "category": "External analysis",
        "value": name,
        "data": base64.b64encode(content).decode(),
        "comment": comment,
        "to_ids": False,
        "disable_correlation": True,  # Its value is a file name, the same for many imports.
    }
