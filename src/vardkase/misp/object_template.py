"""Validation of an object template's definition.json: misp-objects' own schema, and a few more checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from vardkase.misp.fields import BAD_UUID, UUID, Errors
from vardkase.misp.flags import as_bool, as_int
from vardkase.misp.types import CATEGORIES, TYPES

LONGEST_NAME = 255
LONGEST_TEXT = 10_000
MOST_ELEMENTS = 500
MOST_CHOICES = 5_000
LARGEST_VERSION = 2**31 - 1
MANDATORY = "This field is required."
NO_ATTRIBUTES = "A template needs at least one attribute."
REQUIREMENTS = ("required", "requiredOneOf")


def parse_template(data: Mapping[str, Any]) -> dict[str, Any] | Errors:
    """The definition with its known fields (``uuid`` only if given), or messages by field.

    Fields of an attribute are named ``attributes.<relation>.<member>``. `is_definition` tells the results
    apart.
    """
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
        errors["uuid"] = [BAD_UUID]
    elif uuid:
        parsed["uuid"] = uuid
    for name in REQUIREMENTS:
        if relations := _requirement(data.get(name), name, parsed["attributes"], errors):
            parsed[name] = relations
    return errors or parsed


def is_definition(parsed: Mapping[str, Any]) -> bool:
    return isinstance(parsed.get("attributes"), dict)


def definition_of(template: Mapping[str, Any], elements: list[Any]) -> dict[str, Any]:
    """The definition of a template in MISP's display form, with ``ObjectTemplateElement``.

    Raises ValueError if two elements have the same relation.
    """
    attributes: dict[str, Any] = {}
    for element in elements:
        inner = dict(element) if isinstance(element, dict) else {}
        relation = str(inner.pop("object_relation", ""))
        if relation in attributes:
            raise ValueError(f'The relation "{relation}" is there twice.')
        attributes[relation] = inner | {"misp-attribute": inner.pop("type", inner.get("misp-attribute"))}
    needs = template.get("requirements")
    own = {name: value for name, value in template.items() if name != "requirements"}
    return {**own, **(needs if isinstance(needs, dict) else {}), "attributes": attributes}


def _version(value: Any, errors: Errors) -> int:
    number = as_int(value)
    if value is None or isinstance(value, bool) or number is None or not 0 < number <= LARGEST_VERSION:
        errors["version"] = ["The version is a whole number, 1 or more."]
        return 0
    return number


def _attributes(given: Any, errors: Errors) -> dict[str, dict[str, Any]]:
    if not isinstance(given, dict) or not given:
        errors["attributes"] = [NO_ATTRIBUTES]
        return {}
    if len(given) > MOST_ELEMENTS:
        errors["attributes"] = [f"A template has at most {MOST_ELEMENTS} attributes."]
        return {}
    seen: set[str] = set()
    for relation in given:
        if fault := _fault_of_relation(relation, seen):
            errors[f"attributes.{relation[:50]}"] = [fault]
        seen.add(relation.casefold())
    return {relation: _element(relation, each, errors) for relation, each in given.items()}


def _fault_of_relation(relation: str, seen: set[str]) -> str:
    if (
        not relation.strip()
        or relation != relation.strip()
        or len(relation) > LONGEST_NAME
        or "\0" in relation
    ):
        return "A relation has a name without space around it."
    return "Another relation has the same name." if relation.casefold() in seen else ""


def _element(relation: str, given: Any, errors: Errors) -> dict[str, Any]:
    place = f"attributes.{relation[:50]}"
    if not isinstance(given, dict):
        errors[place] = ["An attribute is described by an object."]
        return {}
    kind = given.get("misp-attribute")
    if not isinstance(kind, str) or kind not in TYPES:
        errors[f"{place}.misp-attribute"] = [f"{str(kind)[:50]} is no type of attribute."]
        return {}
    element: dict[str, Any] = {"misp-attribute": kind}
    for name, reader in READERS.items():
        if given.get(name) is None:
            continue
        try:
            element[name] = reader(given[name])
        except ValueError as fault:
            errors[f"{place}.{name}"] = [str(fault)]
    return element


def _requirement(given: Any, name: str, attributes: Mapping[str, Any], errors: Errors) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        errors[name] = ["A list of relations is needed."]
        return []
    unknown = [each for each in given if each not in attributes]
    if unknown and "attributes" not in errors:
        errors[name] = [f"The template has no relation: {', '.join(unknown)[:200]}."]
    return list(dict.fromkeys(given))


def _text(
    value: Any, field: str, errors: Errors, *, longest: int = LONGEST_TEXT, needed: bool = False
) -> str:
    try:
        text = _read_text(value, longest) if value is not None else ""
    except ValueError as fault:
        errors[field] = [str(fault)]
        return ""
    if needed and not text:
        errors[field] = [MANDATORY]
    return text


def _read_text(value: Any, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("A text is expected.")
    if len(text := value.strip()) > longest:
        raise ValueError(f"A text of at most {longest} characters is expected.")
    return text


def _read_flag(value: Any) -> bool:
    if isinstance(value, bool) or value in ("0", "1", 0, 1):
        return as_bool(value)
    raise ValueError("Expected true or false.")


def _read_priority(value: Any) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else as_int(value)
    if number is None or not 0 <= number <= LARGEST_VERSION:
        raise ValueError("A number, 0 or more, is expected.")
    return number


def _read_choices(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_CHOICES:
        raise ValueError(f"A list of at most {MOST_CHOICES} texts is expected.")
    return [_read_text(each) for each in value]


def _read_categories(value: Any) -> list[str]:
    chosen = _read_choices(value)
    if unknown := next(_unknown(chosen), None):
        raise ValueError(f"{unknown[:50]} is no category.")
    return chosen


def _unknown(categories: list[str]) -> Iterator[str]:
    return (each for each in categories if each not in CATEGORIES)


READERS: dict[str, Callable[[Any], Any]] = {
    "description": _read_text,
    "ui-priority": _read_priority,
    "categories": _read_categories,
    "sane_default": _read_choices,
    "values_list": _read_choices,
    "disable_correlation": _read_flag,
    "multiple": _read_flag,
    "recommended": _read_flag,
    "to_ids": _read_flag,
}
"""The members of an attribute beside its type, and how each is read."""
