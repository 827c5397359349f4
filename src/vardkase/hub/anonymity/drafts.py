"""The parts of a draft: an event as MISP's JSON, bare or under ``Event``, that is to be published anonymously."""

from __future__ import annotations

import base64
import binascii
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.hub.anonymity.problems import FileCleaningProblem
from vardkase.misp.analyst_data import KINDS

type Path = tuple[str | int, ...]
"""From the event down: ``("Attribute", 3, "comment")``."""
type Draft = Mapping[str, Any]

PARTS = ("Attribute", "Object", "EventReport", "ObjectReference", *KINDS)
"""Members that hold lists of parts with texts of their own."""
TEXTS = ("info", "name", "description", "comment", "content", "note")
WORDS_OF_TYPES = frozenset(
    {
        "text", "comment", "other", "attachment", "malware-sample", "filename", "email-subject", "email-body",
        "user-agent", "regkey", "regkey|value", "pattern-in-file", "yara", "sigma", "snort", "url", "uri", "link",
        "windows-scheduled-task", "windows-service-name", "windows-service-displayname", "campaign-name",
    }
) | {"filename|md5", "filename|sha1", "filename|sha256"}  # fmt: skip
"""Attribute types whose value may have something else in place of a name and still be one."""


class Role(Enum):
    """What may be done about a name in a text: in running text it is replaced, elsewhere the part is removed."""

    TEXT = "text"
    VALUE = "value"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class DraftText:
    path: Path
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class DraftFile:
    """`path` is of its data, `name` the attribute's value without a hash."""

    path: Path
    name: str
    content: bytes


def event_of(draft: Draft) -> dict[str, Any]:
    event = draft.get("Event", draft)
    return event if isinstance(event, dict) else {}


def copied(draft: Draft) -> dict[str, Any]:
    return copy.deepcopy(dict(draft))


def parts(part: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The event itself and every part in it, each with its path."""
    yield path, part
    for name in PARTS:
        found = part.get(name)
        for number, each in enumerate(found if isinstance(found, list) else ()):
            if isinstance(each, dict):
                yield from parts(each, (*path, name, number))


def texts(event: Mapping[str, Any]) -> Iterator[DraftText]:
    for path, part in parts(event):
        for name in TEXTS:
            if isinstance(part.get(name), str):
                yield DraftText((*path, name), part[name], Role.TEXT)
        if isinstance(part.get("value"), str):
            role = Role.TEXT if part.get("type") in WORDS_OF_TYPES else Role.VALUE
            yield DraftText((*path, "value"), part["value"], role)
        for tag_path, tag in tags(path, part):
            yield DraftText((*tag_path, "name"), str(tag["name"]), Role.TAG)


def tags(path: Path, part: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    found = part.get("Tag")
    for number, tag in enumerate(found if isinstance(found, list) else ()):
        if isinstance(tag, dict) and isinstance(tag.get("name"), str):
            yield (*path, "Tag", number), tag


def files(event: Mapping[str, Any]) -> Iterator[DraftFile]:
    """Raises Invalid for data that are no Base64."""
    for path, part in parts(event):
        data = part.get("data")
        if not isinstance(data, str) or not data:
            continue
        name = str(part.get("value") or "file").partition("|")[0]
        try:
            content = base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise Invalid({"document": [FileCleaningProblem.NOT_BASE64(name=name)]}) from None
        yield DraftFile((*path, "data"), name, content)


def found_at(event: Any, path: Path) -> Any:
    for step in path:
        event = event[step]
    return event


def put_at(event: Any, path: Path, value: Any) -> None:
    found_at(event, path[:-1])[path[-1]] = value


def take_out(event: Any, path: Path) -> None:
    del found_at(event, path[:-1])[path[-1]]
