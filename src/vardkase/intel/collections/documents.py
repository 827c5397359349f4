"""Parses and validates incoming collections and their elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from vardkase.core.errors import Invalid
from vardkase.core.misp_problems import MispProblem
from vardkase.core.problems import CommonProblem
from vardkase.intel.collections.models import CollectionType, ElementType
from vardkase.intel.problems import CollectionProblem
from vardkase.knowledge.galaxies.documents import text_of, uuid_of
from vardkase.misp.time import read_date

LONGEST_NAME = 255
LONGEST_TEXT = 65_535


@dataclass(frozen=True, slots=True)
class ElementInput:
    uuid: UUID | None
    element_uuid: UUID
    element_type: str
    description: str


def collection_fields(data: Mapping[str, Any]) -> dict[str, str]:
    fields = {
        key: text_of(data, key).strip()
        for key in ("name", "type", "description")
        if data.get(key) is not None
    }
    if "name" in fields and not 0 < len(fields["name"]) <= LONGEST_NAME:
        too_long = MispProblem.TOO_LONG(most=LONGEST_NAME)
        raise Invalid({"name": [too_long if fields["name"] else CommonProblem.REQUIRED()]})
    if "type" in fields and fields["type"] not in CollectionType.values:
        raise Invalid({"type": [MispProblem.NO_SUCH_CHOICE(choices=CollectionType.values)]})
    if len(fields.get("description", "")) > LONGEST_TEXT:
        raise Invalid({"description": [MispProblem.TOO_LONG(most=LONGEST_TEXT)]})
    return fields


def element_of(data: Mapping[str, Any]) -> ElementInput:
    element_uuid = uuid_of(data, "element_uuid")
    if element_uuid is None:
        raise Invalid({"element_uuid": [CommonProblem.REQUIRED()]})
    element_type = text_of(data, "element_type") if "element_type" in data else ""
    if element_type not in ElementType.values:
        raise Invalid({"element_type": [MispProblem.NO_SUCH_CHOICE(choices=ElementType.values)]})
    description = text_of(data, "description") if "description" in data else ""
    if len(description) > LONGEST_TEXT:
        raise Invalid({"description": [MispProblem.TOO_LONG(most=LONGEST_TEXT)]})
    return ElementInput(uuid_of(data), element_uuid, element_type, description)


def elements_of(data: Mapping[str, Any]) -> list[ElementInput] | None:
    listed = data.get("CollectionElement")
    if listed is None:
        return None
    if not isinstance(listed, list) or not all(isinstance(part, dict) for part in listed):
        raise Invalid({"CollectionElement": [CollectionProblem.NOT_ELEMENTS()]})
    return list({element.element_uuid: element for element in map(element_of, listed)}.values())


def moment_of(data: Mapping[str, Any], key: str) -> datetime | None:
    value = data.get(key)
    if value in (None, ""):
        return None
    moment = read_date(value) if isinstance(value, str) else None
    if moment is None:
        raise Invalid({key: [MispProblem.BAD_MOMENT()]})
    return moment.replace(microsecond=0)
