"""What an event template asks for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, pgettext

from vardkase.intel.event_templates.definition import (
    AttributeField,
    Definition,
    Field,
    FileField,
    GalaxyField,
    ObjectField,
    Reference,
    Section,
    TagField,
    TextBlock,
)
from vardkase.web.intel.editing.forms.event import ANALYSES


@dataclass(frozen=True, slots=True)
class TemplatePart:
    key: str
    label: str
    becomes: str
    detail: str = ""
    help: str = ""
    mandatory: bool = False
    several: bool = False
    is_section: bool = False


def described(definition: Definition) -> dict[str, Any]:
    """The event's own fields, as a template fills them in."""
    defaults = definition.event_defaults
    return {
        "title": defaults.info_template,
        "distribution": defaults.distribution,
        "threat": defaults.threat_level_id,
        "analysis": dict(ANALYSES)[defaults.analysis],
        "tags": [
            *(tag.name for tag in defaults.tags),
            *(f'misp-galaxy:{each.galaxy_type}="{each.value}"' for each in defaults.galaxy_clusters),
        ],
    }


def rows_of(definition: Definition) -> Iterator[TemplatePart]:
    for element in definition.structure:
        match element:
            case Section():
                yield TemplatePart(element.id, element.label, "", help=element.help or "", is_section=True)
            case TextBlock():
                yield TemplatePart(element.id, "", gettext("Text to read"), element.content)
            case Reference():
                detail = f"{element.from_} → {element.relationship_type} → {element.to}"
                yield TemplatePart(element.id, "", gettext("Reference between objects"), detail)
            case Field():
                becomes, detail = _becomes(element)
                yield TemplatePart(
                    element.id,
                    element.label,
                    becomes,
                    detail,
                    element.help or "",
                    element.mandatory,
                    element.takes_several,
                )


def _becomes(element: Field) -> tuple[str, str]:
    match element:
        case AttributeField():
            return gettext("Attribute"), f"{element.misp.category} · {element.misp.type}"
        case ObjectField():
            names = ", ".join(relation.object_relation for relation in element.relations)
            return gettext("Object"), ": ".join(filter(None, [element.object_template.name, names]))
        case TagField():
            return pgettext("noun", "Tag"), ", ".join(element.restrict_taxonomies)
        case GalaxyField():
            return gettext("Galaxy cluster"), ", ".join(element.restrict_galaxy_types)
        case FileField():
            return gettext("File"), element.as_
    return "", ""
