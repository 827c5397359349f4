"""Storing what a document of others was read into."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from vardkase.core.errors import Conflict, FieldErrors, Forbidden, Invalid
from vardkase.formats.incoming import reading
from vardkase.identity.access.actor import Actor
from vardkase.intel.services.events import add_event
from vardkase.intel.services.publish import publish_event
from vardkase.intel.services.results import Ingested


@dataclass(frozen=True, slots=True)
class Wishes:
    """What who imports says about the new event; nothing means this hub's defaults."""

    distribution: int | str | None = None
    sharing_group_id: int | str | None = None
    publish: bool = False


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """What became of one event of a file: `event_id` when it was stored, else `refused` says why not.

    `issues` are the parts that were left out of a stored event, or the header's own errors.
    """

    info: str
    event_id: int | None = None
    refused: str = ""
    issues: Mapping[str, FieldErrors | Any] = field(default_factory=dict)


@transaction.atomic
def import_as_event(actor: Actor, document: Mapping[str, Any], wishes: Wishes) -> Ingested:
    """Store the MISP event that a document was read into.

    Raises what `add_event` raises, and Forbidden when it is to be published by who may not.
    """
    chosen = {"distribution": wishes.distribution, "sharing_group_id": wishes.sharing_group_id}
    stored = add_event(
        actor, {**document, **{name: value for name, value in chosen.items() if value is not None}}
    )
    if wishes.publish:
        publish_event(actor, stored.event_id)
    return stored


def import_export(
    actor: Actor, content: bytes, wishes: Wishes, *, take_ownership: bool
) -> Iterator[ImportedEvent]:
    """Store the events of a file of MISP JSON or XML, each in a transaction of its own.

    Whatever the file says, they are published only when `wishes` say so; with `take_ownership` they are the actor's
    organisation's own. Raises Invalid and LimitReached before anything is stored.
    """
    forgotten = ("published", "publish_timestamp", *(("Orgc", "orgc_id", "locked") if take_ownership else ()))
    for document in reading.exported_events(content):
        yield _imported(actor, {key: document[key] for key in document if key not in forgotten}, wishes)


def _imported(actor: Actor, document: Mapping[str, Any], wishes: Wishes) -> ImportedEvent:
    info = str(document.get("info") or "")
    try:
        stored = import_as_event(actor, document, wishes)
    except Invalid as invalid:
        issues = invalid.errors if isinstance(invalid.errors, Mapping) else {}
        return ImportedEvent(info, refused=str(invalid), issues=issues)
    except (Conflict, Forbidden) as refused:
        return ImportedEvent(info, refused=str(refused))
    return ImportedEvent(info, stored.event_id, issues=stored.rejections.errors)


def openioc_parts(
    name: str, content: bytes, distribution: int | str | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts of an event that an OpenIOC document holds, the file itself first; and what could not be said.

    Raises Invalid, LimitReached.
    """
    found = reading.openioc(content)
    reach = {} if distribution is None else {"distribution": distribution}
    kept = kept_file(name or "openioc.ioc", content, "OpenIOC import source file")
    parts = [{**reach, **attribute} for attribute in (kept, *found["attributes"])]
    untold = {f"IndicatorItem.{each['id']}": {"Context": [each["why"]]} for each in found["untold"]}
    return {"Attribute": parts}, untold


def sandbox_parts(content: bytes, distribution: int | str | None) -> dict[str, Any]:
    """The parts of an event in the archive of a sandbox's analysis; raises Invalid, LimitReached."""
    reach = {} if distribution is None else {"distribution": distribution}
    return {"Attribute": [{**reach, **attribute} for attribute in reading.sandbox(content)]}


def kept_file(name: str, content: bytes, comment: str) -> dict[str, Any]:
    """The attribute that keeps a document as it came."""
    return {
        "type": "attachment",
        "category": "External analysis",
        "value": name,
        "data": base64.b64encode(content).decode(),
        "comment": comment,
        "to_ids": False,
        "disable_correlation": True,
    }
