"""The form as a JSON Schema (2020-12), generated from its fields: the input of `membership import`."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from vardkase.hub.membership.questionnaire.fields import FieldGroup, FieldKind, FormField
from vardkase.hub.membership.questionnaire.steps import STEPS

TYPES: dict[FieldKind, dict[str, Any]] = {
    FieldKind.TEXT: {"type": "string"},
    FieldKind.LONG: {"type": "string"},
    FieldKind.EMAIL: {"type": "string", "format": "email"},
    FieldKind.PHONE: {"type": "string"},
    FieldKind.NUMBER: {"type": "integer"},
    FieldKind.CHOICE: {"type": "string"},
    FieldKind.CHOICES: {"type": "array"},
    FieldKind.LINES: {"type": "array"},
    FieldKind.FLAG: {"type": "boolean"},
}


def json_schema() -> dict[str, Any]:
    with translation.override("en"):
        steps = {step.name: _object(str(step.title), step.groups) for step in STEPS}
    language = {"enum": ["sv", "en"], "description": "The language that the applicant is written in."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Application for membership",
        "type": "object",
        "properties": {"language": language, **steps},
        "required": list(steps),
        "additionalProperties": False,
    }


def _object(title: str, groups: tuple[FieldGroup, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for group in groups:
        if group.name:
            properties[group.name] = _object(str(group.title), (FieldGroup(group.fields),))
            is_required = group.only_if is None and any(field.required for field in group.fields)
            required += [group.name] if is_required else []
        else:
            properties |= {field.name: _field(field) for field in group.fields}
            required += [field.name for field in group.fields if field.required]
    return {
        "type": "object",
        "description": title,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _field(field: FormField) -> dict[str, Any]:
    texts = [str(text).rstrip(".") for text in (field.label, field.hint) if str(text)]
    description = ". ".join(texts).replace("?. ", "? ")
    schema = {"description": description, **TYPES[field.kind]}
    names = [value for value, _ in field.choices]
    if field.kind is FieldKind.CHOICE:
        schema["enum"] = names
    elif field.kind is FieldKind.CHOICES:
        schema["items"] = {"enum": names}
    elif field.kind is FieldKind.LINES:
        schema["items"] = {"type": "string", "maxLength": field.longest}
        schema["maxItems"] = field.most
    elif schema["type"] == "string":
        schema["maxLength"] = field.longest
    return schema
