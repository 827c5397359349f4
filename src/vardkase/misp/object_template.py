"""Validation of an object template's definition.json: misp-objects' own schema, and a few more checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from vardkase.misp.faults import Errors, Fault, Refusal
from vardkase.misp.fields import UUID
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.types import CATEGORIES, TYPES

LONGEST_NAME = 255
LONGEST_TEXT = 10_000
MOST_ELEMENTS = 500
MOST_CHOICES = 5_000
LARGEST_VERSION = 2**31 - 1  # An integer column of PostgreSQL
REQUIREMENTS = ("required", "requiredOneOf")


class RefusedMember(ValueError):
    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal)


class BadTemplate(ValueError):
    """`errors` by field; those of an attribute are named ``attributes.<relation>.<member>``."""

    def __init__(self, errors: Errors) -> None:
        self.errors = errors
        super().__init__(", ".join(errors))


def parse_template(data: Mapping[str, Any]) -> dict[str, Any]:
    """The definition with its known fields (``uuid`` only if given). Raises BadTemplate."""
    errors: Errors = {}
    parsed: dict[str, Any] = {
        "name": _text(data.get("name"), "name", errors, longest=LONGEST_NAME, needed=True),
        "meta-category": _text(
            data.get("meta-category"), "meta-category", errors, longest=LONGEST_NAME, needed=True
        ),
        "description": _text(data.get("description"), "description", errors),
        "version": _version(data.get("version"), errors),
        "attributes": _attributes(data.get("attributes"), errors),
    }
    if (uuid := str(data.get("uuid") or "").strip().lower()) and not UUID.fullmatch(uuid):
        errors["uuid"] = [Fault.BAD_UUID()]
    elif uuid:
        parsed["uuid"] = uuid
    for name in REQUIREMENTS:
        if required := _requirement(data.get(name), name, parsed["attributes"], errors):
            parsed[name] = required
    if errors:
        raise BadTemplate(errors)
    return parsed


def definition_of(template: Mapping[str, Any], elements: list[Any]) -> dict[str, Any]:
    """The definition of a template in MISP's display form, with ``ObjectTemplateElement``.

    Raises BadTemplate if two elements have the same relation.
    """
    attributes: dict[str, Any] = {}
    for element in elements:
        inner = dict(element) if isinstance(element, dict) else {}
        relation = str(inner.pop("object_relation", ""))
        if relation in attributes:
            raise BadTemplate({"attributes": [Fault.RELATION_TWICE(name=relation)]})
        attributes[relation] = inner | {"misp-attribute": inner.pop("type", inner.get("misp-attribute"))}
    # MISP shows what is required under `requirements`; a definition.json has it at the top.
    needs = template.get("requirements")
    own = {name: value for name, value in template.items() if name != "requirements"}
    return {**own, **(needs if isinstance(needs, dict) else {}), "attributes": attributes}


def _version(value: Any, errors: Errors) -> int:
    number = as_int(value)
    if value is None or isinstance(value, bool) or number is None or not 0 < number <= LARGEST_VERSION:
        errors["version"] = [Fault.BAD_VERSION()]
        return 0
    return number


def _attributes(elements: Any, errors: Errors) -> dict[str, dict[str, Any]]:
    if not isinstance(elements, dict) or not elements:
        errors["attributes"] = [Fault.NO_ATTRIBUTES()]
        return {}
    if len(elements) > MOST_ELEMENTS:
        errors["attributes"] = [Fault.TOO_MANY_ATTRIBUTES(most=MOST_ELEMENTS)]
        return {}
    seen: set[str] = set()
    for relation in elements:
        is_bare = bool(relation) and relation == relation.strip() and "\0" not in relation
        if not is_bare or len(relation) > LONGEST_NAME:
            errors[f"attributes.{relation[:50]}"] = [Fault.BAD_RELATION()]
        elif relation.casefold() in seen:
            errors[f"attributes.{relation[:50]}"] = [Fault.RELATION_TAKEN()]
        seen.add(relation.casefold())
    return {relation: _element(relation, element, errors) for relation, element in elements.items()}


def _element(relation: str, definition: Any, errors: Errors) -> dict[str, Any]:
    place = f"attributes.{relation[:50]}"
    if not isinstance(definition, dict):
        errors[place] = [Fault.RELATION_NOT_AN_OBJECT()]
        return {}
    kind = definition.get("misp-attribute")
    if not isinstance(kind, str) or kind not in TYPES:
        errors[f"{place}.misp-attribute"] = [Fault.UNKNOWN_RELATION_TYPE(type=str(kind)[:50])]
        return {}
    element: dict[str, Any] = {"misp-attribute": kind}
    for name, reader in READERS.items():
        if definition.get(name) is None:
            continue
        try:
            element[name] = reader(definition[name])
        except RefusedMember as refused:
            errors[f"{place}.{name}"] = [refused.refusal]
    return element


def _requirement(relations: Any, name: str, attributes: Mapping[str, Any], errors: Errors) -> list[str]:
    if relations is None:
        return []
    if not isinstance(relations, list) or not all(isinstance(relation, str) for relation in relations):
        errors[name] = [Fault.NOT_RELATIONS()]
        return []
    unknown = [relation for relation in relations if relation not in attributes]
    if unknown and "attributes" not in errors:  # Without attributes all would be unknown.
        errors[name] = [Fault.UNKNOWN_RELATIONS(names=", ".join(unknown)[:200])]
    return list(dict.fromkeys(relations))


def _text(
    value: Any, field: str, errors: Errors, *, longest: int = LONGEST_TEXT, needed: bool = False
) -> str:
    try:
        text = read_text(value, longest) if value is not None else ""
    except RefusedMember as refused:
        errors[field] = [refused.refusal]
        return ""
    if needed and not text:
        errors[field] = [Fault.MISSING()]
    return text


def read_text(value: Any, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise RefusedMember(Fault.NOT_TEXT())
    if len(text := value.strip()) > longest:
        raise RefusedMember(Fault.TOO_LONG(most=longest))
    return text


def read_flag(value: Any) -> bool:
    if isinstance(value, bool) or value in ("0", "1", 0, 1):
        return as_bool(value)
    raise RefusedMember(Fault.NOT_TRUE_OR_FALSE())


def read_priority(value: Any) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else as_int(value)
    if number is None or not 0 <= number <= LARGEST_VERSION:
        raise RefusedMember(Fault.NOT_A_NUMBER())
    return number


def read_choices(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_CHOICES:
        raise RefusedMember(Fault.NOT_TEXTS(most=MOST_CHOICES))
    return [read_text(choice) for choice in value]


def read_categories(value: Any) -> list[str]:
    chosen = read_choices(value)
    if unknown := next((category for category in chosen if category not in CATEGORIES), None):
        raise RefusedMember(Fault.UNKNOWN_CATEGORY(category=unknown[:50]))
    return chosen


READERS: dict[str, Callable[[Any], Any]] = {
    "description": read_text,
    "ui-priority": read_priority,
    "categories": read_categories,
    "sane_default": read_choices,
    "values_list": read_choices,
    "disable_correlation": read_flag,
    "multiple": read_flag,
    "recommended": read_flag,
    "to_ids": read_flag,
}
"""The members of an attribute beside its type, and how each is read."""
