"""Loads object templates and relationship types from the misp-objects files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import BoolOr

from vardkase.core.sql import reserve_ids
from vardkase.knowledge.object_templates.models import ObjectRelationship, ObjectTemplate
from vardkase.knowledge.sources.bulk import as_json, copy_rows
from vardkase.knowledge.sources.files import files, read_any
from vardkase.knowledge.sources.load_changed import LoadResult, Progress, load_changed, quiet

NAME = "object_templates"


def load(progress: Progress = quiet) -> LoadResult:
    paths = files("misp-objects", "objects/*/definition.json")
    relationships = files("misp-objects", "relationships/definition.json")

    def newer() -> int:
        definitions = [read_any(path) for path in paths]
        stored: dict[str, int] = {}
        for uuid, version in ObjectTemplate.objects.values_list("uuid", "version"):
            stored[str(uuid)] = max(version, stored.get(str(uuid), -1))
        wanted = [item for item in definitions if int(item["version"]) > stored.get(item["uuid"].lower(), -1)]
        store(wanted)
        for path in relationships:
            _store_relationships(read_any(path))
        progress(NAME, len(wanted), len(wanted))
        return len(wanted)

    return load_changed(NAME, [*paths, *relationships], newer, count=len(paths))


@dataclass(frozen=True, slots=True)
class Owner:
    user_id: int = 0
    org_id: int = 0

    @property
    def is_package(self) -> bool:
        return self.org_id == 0


PACKAGE = Owner()


def store(definitions: Sequence[dict[str, Any]], owner: Owner = PACKAGE) -> list[int]:
    """Add `definitions` (each a whole definition.json) as active versions of their templates; returns their
    ids.

    Earlier versions stay, inactive, because objects refer to the version they were created with. A disabled
    template stays disabled.
    """
    stored = ObjectTemplate.objects.filter(uuid__in=[definition["uuid"] for definition in definitions])
    states = stored.values_list("uuid").annotate(is_on=BoolOr("active"))
    disabled = {str(uuid) for uuid, is_on in states if not is_on}
    stored.update(active=False)
    # Ids in advance, because COPY returns none and the elements refer to them.
    numbers = reserve_ids("object_template", len(definitions))
    copy_rows(
        "object_template",
        TEMPLATE_COLUMNS,
        (
            _template_row(number, definition, owner, active=definition["uuid"].lower() not in disabled)
            for number, definition in zip(numbers, definitions, strict=True)
        ),
    )
    copy_rows(
        "object_template_element",
        ELEMENT_COLUMNS,
        (
            _element_row(number, relation, element)
            for number, definition in zip(numbers, definitions, strict=True)
            for relation, element in definition["attributes"].items()
        ),
    )
    return numbers


TEMPLATE_COLUMNS = (
    "id",
    "uuid",
    "name",
    "meta_category",
    "description",
    "version",
    "fixed",
    "active",
    "user_id",
    "org_id",
    "definition",
)
ELEMENT_COLUMNS = (
    "object_template_id",
    "object_relation",
    "type",
    "ui_priority",
    "categories",
    "sane_default",
    "values_list",
    "description",
    "disable_correlation",
    "multiple",
)


def _template_row(number: int, definition: dict[str, Any], owner: Owner, *, active: bool) -> tuple[Any, ...]:
    return (
        number,
        definition["uuid"],
        definition["name"],
        definition["meta-category"],
        definition.get("description", ""),
        int(definition["version"]),
        owner.is_package,
        active,
        owner.user_id,
        owner.org_id,
        as_json(definition),
    )


def _element_row(template: int, relation: str, element: dict[str, Any]) -> tuple[Any, ...]:
    return (
        template,
        relation,
        element["misp-attribute"],
        int(element.get("ui-priority", 0)),
        as_json(element.get("categories", [])),
        as_json(element.get("sane_default", [])),
        as_json(element.get("values_list", [])),
        element.get("description", ""),
        element.get("disable_correlation"),
        bool(element.get("multiple", False)),
    )


def _store_relationships(document: dict[str, Any]) -> None:
    ObjectRelationship.objects.bulk_create(
        [
            ObjectRelationship(
                name=item["name"],
                description=item.get("description", ""),
                format=item.get("format", []),
                version=int(document["version"]),
            )
            for item in document["values"]
        ],
        update_conflicts=True,
        unique_fields=["name"],
        # With `org_id`: a custom type of the same name becomes the packaged one.
        update_fields=["description", "format", "version", "org_id"],
    )
