"""Malware samples as `file` objects: the sample in its encrypted archive, with name, size and hashes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from vardkase.identity.access.actor import Actor
from vardkase.intel.services.events import add_event
from vardkase.intel.services.object_templates import find_template
from vardkase.intel.services.objects import add_object

FILE_TEMPLATE = "688c46fb-5edb-40a3-8273-1af7923e2215"
HASHES = ("md5", "sha1", "sha256")


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    content: bytes

    def facts(self, hashes: Sequence[str] = HASHES) -> dict[str, str]:
        """What is read from the file itself, by relation of the `file` object."""
        digests = {
            name: hashlib.new(name, self.content, usedforsecurity=False).hexdigest() for name in hashes
        }
        return {"filename": self.name, **digests, "size-in-bytes": str(len(self.content))}


@transaction.atomic
def add_samples(
    actor: Actor, event: int | Mapping[str, Any], samples: Sequence[Sample], about: Mapping[str, Any]
) -> int:
    """Add an object for each sample to the event with this id, or to a new event; returns the event's id.

    `about` may hold ``category``, ``to_ids``, ``comment``, ``distribution`` and ``sharing_group_id``. All or
    nothing: raises NotFound, NotYours, Invalid.
    """
    event_id = event if isinstance(event, int) else add_event(actor, dict(event)).event_id
    for document in _objects([_parts(sample, about) for sample in samples], about):
        add_object(actor, event_id, document)
    return event_id


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a text says of one file: (type, value, detection) of its name and hashes, and its size (0: unknown)."""

    values: Sequence[tuple[str, str, bool]]
    size: int = 0


def file_objects(files: Iterable[FileFacts], about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The object `file` of each, of what is known of files that one does not have."""
    return _objects([_stated(facts) for facts in files], about)


def _stated(facts: FileFacts) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {
            "object_relation": kind,
            "type": kind,
            "category": "Payload delivery",
            "value": value,
            "to_ids": to_ids,
        }
        for kind, value, to_ids in facts.values
    ]
    return [*parts, _size(str(facts.size))] if facts.size else parts


def _objects(files: Sequence[Sequence[Mapping[str, Any]]], about: Mapping[str, Any]) -> list[dict[str, Any]]:
    reach = {
        name: about[name] for name in ("distribution", "sharing_group_id") if about.get(name) is not None
    }
    newest = find_template(FILE_TEMPLATE, "newest") if files else None
    return [
        {
            "name": "file",
            "meta-category": "file",
            "description": "File object describing a file with meta-information",
            "template_uuid": FILE_TEMPLATE,
            # Without the library of templates: the newest version known when this was written.
            "template_version": newest.version if newest else 24,
            **reach,
            "comment": about.get("comment") or "",
            "Attribute": [{**part, **reach} for part in parts],
        }
        for parts in files
    ]


def _parts(sample: Sample, about: Mapping[str, Any]) -> list[dict[str, Any]]:
    category = about.get("category") or "Payload installation"
    to_ids = about.get("to_ids", True)
    facts = sample.facts()
    parts: list[dict[str, Any]] = [
        {
            "object_relation": "malware-sample",
            "type": "malware-sample",
            "value": sample.name,
            "data": base64.b64encode(sample.content).decode(),
            "encrypt": True,
            "to_ids": to_ids,
        },
        {"object_relation": "filename", "type": "filename", "value": sample.name, "to_ids": False},
    ]
    parts += [
        {"object_relation": name, "type": name, "value": facts[name], "to_ids": to_ids} for name in HASHES
    ]
    return [{"category": category, **part} for part in [*parts, _size(facts["size-in-bytes"])]]


def _size(text: str) -> dict[str, Any]:
    return {
        "object_relation": "size-in-bytes",
        "type": "size-in-bytes",
        "category": "Other",
        "value": text,
        "to_ids": False,
        "disable_correlation": True,
    }
