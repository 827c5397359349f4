"""The definition of an event template, in the format of MISP's template library (schema version 1).

Its elements are what a form shows, in order: headings and texts, fields for attributes, objects, tags, clusters and
files, and references that are made between what was entered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from vardkase.core.documents import converted
from vardkase.core.errors import Invalid, InvalidValue, by_field
from vardkase.core.problems import CommonProblem, Problem
from vardkase.intel.event_templates.problems import TemplateDefinitionProblem, TemplateValueProblem
from vardkase.misp.types import CATEGORIES, TYPES, category_allows

LONGEST = 65_535
LONGEST_RENDERED = 10_000
"""Characters of answers in a title or comment: each answer may stand in it many times, and in many comments."""
MOST_ELEMENTS = 500
MOST_RELATIONS = 1_000
"""That are asked for in the objects of one form together."""
VARIABLE = re.compile(r"\{\{(date|now|user|field:([a-zA-Z_][a-zA-Z0-9_]*))\}\}")
"""Variables in a title: the date, the time, the user who fills in the form, and the value of a field."""

type Identifier = Annotated[str, Meta(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=255)]
type Text = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
type Prose = Annotated[str, Meta(max_length=LONGEST)] | None
type Names = Annotated[tuple[Text, ...], Meta(max_length=MOST_ELEMENTS)]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A document that rejects unknown members."""


class Element(Strict, frozen=True, kw_only=True, tag_field="type"):
    id: Identifier


class Section(Element, frozen=True, kw_only=True, tag="section"):
    label: Text
    help: Prose = None


class TextBlock(Element, frozen=True, kw_only=True, tag="text_block"):
    content: Annotated[str, Meta(max_length=LONGEST)]


class Field(Element, frozen=True, kw_only=True):
    label: Text
    help: Prose = None
    parent: Identifier | None = None
    mandatory: bool = False

    @property
    def takes_several(self) -> bool:
        return False


class Repeated(Field, frozen=True, kw_only=True):
    repeatable: bool = False

    @property
    def takes_several(self) -> bool:
        return self.repeatable


class Chosen(Field, frozen=True, kw_only=True):
    multiple: bool = False

    @property
    def takes_several(self) -> bool:
        return self.multiple


class AttributeKind(Strict, frozen=True, kw_only=True):
    category: Text
    type: Text
    to_ids_default: bool | None = None
    comment_template: Prose = None
    default_value: Prose = None


class AttributeField(Repeated, frozen=True, kw_only=True, tag="attribute_field"):
    misp: AttributeKind


class TemplateReference(Strict, frozen=True, kw_only=True):
    """An object template, of this version or a later one."""

    uuid: Text
    name: Text
    minimum_version: Annotated[int, Meta(ge=1)] | None = None
    pinned_version: Annotated[int, Meta(ge=1)] | None = None

    @property
    def version(self) -> int:
        return self.minimum_version or self.pinned_version or 1


class Relation(Strict, frozen=True, kw_only=True):
    object_relation: Text
    mandatory: bool = False
    default_value: Prose = None
    hidden: bool = False
    label_override: Prose = None
    help_override: Prose = None


class ObjectField(Repeated, frozen=True, kw_only=True, tag="object_field"):
    """Values that become an object; `relations` limits which can be entered."""

    object_template: TemplateReference
    relations: Annotated[tuple[Relation, ...], Meta(max_length=MOST_ELEMENTS)] = ()


class TagField(Chosen, frozen=True, kw_only=True, tag="tag_field"):
    """Tags for the event, from some taxonomies or any."""

    restrict_taxonomies: Names = ()


class GalaxyField(Chosen, frozen=True, kw_only=True, tag="galaxy_field"):
    """Clusters for the event, from some galaxies or any."""

    restrict_galaxy_types: Names = ()


class FileField(Repeated, frozen=True, kw_only=True, tag="file_field"):
    as_: Annotated[Literal["attachment", "malware-sample"], Meta()] = msgspec.field(
        default="attachment", name="as"
    )


class Reference(Element, frozen=True, kw_only=True, tag="object_reference"):
    from_: Identifier = msgspec.field(name="from")
    to: Identifier
    relationship_type: Text
    comment: Prose = None


type AnyField = AttributeField | ObjectField | TagField | GalaxyField | FileField
type AnyElement = Section | TextBlock | AnyField | Reference


class DefaultTag(Strict, frozen=True, kw_only=True):
    name: Text
    locked: bool = False


class DefaultCluster(Strict, frozen=True, kw_only=True):
    galaxy_type: Text
    value: Text
    locked: bool = False


class EventDefaults(Strict, frozen=True, kw_only=True):
    info_template: Annotated[str, Meta(max_length=LONGEST)] = ""
    distribution: Annotated[int, Meta(ge=0, le=4)] = 0
    sharing_group_id: Annotated[int, Meta(ge=1)] | None = None
    threat_level_id: Annotated[int, Meta(ge=1, le=4)] = 4
    analysis: Annotated[int, Meta(ge=0, le=2)] = 0
    tags: Annotated[tuple[DefaultTag, ...], Meta(max_length=MOST_ELEMENTS)] = ()
    galaxy_clusters: Annotated[tuple[DefaultCluster, ...], Meta(max_length=MOST_ELEMENTS)] = ()


class Definition(Strict, frozen=True, kw_only=True):
    """A complete template. `misp_default` and `library_metadata` are the library's own."""

    schema_version: Literal[1]
    uuid: Text
    name: Annotated[str, Meta(min_length=1, max_length=255)]
    description: Prose = None
    event_defaults: EventDefaults
    structure: Annotated[tuple[AnyElement, ...], Meta(max_length=MOST_ELEMENTS)]
    misp_default: bool = False
    library_metadata: dict[str, Any] | None = None

    def fields(self) -> Sequence[AnyField]:
        return [element for element in self.structure if isinstance(element, Field)]


def document_of(definition: Any) -> Any:
    try:
        return msgspec.json.decode(definition) if isinstance(definition, str) else definition
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Invalid({"definition": [CommonProblem.NOT_ACCEPTED(reason=str(error))]}) from None


def read_definition(document: Any) -> Definition:
    """The definition in a document. Raises Invalid under ``definition``, with all errors."""
    try:
        definition: Definition = converted(document, Definition)
    except InvalidValue as error:
        raise Invalid(by_field(error, "definition")) from None
    if problems := list(_problems(definition)):
        raise Invalid({"definition": problems})
    return definition


def rendered(template: str, variables: Mapping[str, str]) -> str:
    """A title or comment with its variables filled in; empty ones are left out. Raises InvalidValue if too long."""
    left = LONGEST_RENDERED

    def value(match: re.Match[str]) -> str:
        nonlocal left
        text = variables.get(match.group(2) or match.group(1), "")
        left -= len(text)
        if left < 0:
            raise InvalidValue(TemplateValueProblem.TEXT_TOO_LONG(most=LONGEST_RENDERED))
        return text

    return VARIABLE.sub(value, template)


def _problems(definition: Definition) -> Iterator[Problem]:
    # Two passes: a reference may name an element that comes after it.
    elements: dict[str, AnyElement] = {}
    for element in definition.structure:
        if element.id in elements:
            yield TemplateDefinitionProblem.IN_ELEMENT(
                element=element.id, problem=TemplateDefinitionProblem.TWICE()
            )
        elements[element.id] = element
    for element in definition.structure:
        for problem in _problems_of(element, elements):
            yield TemplateDefinitionProblem.IN_ELEMENT(element=element.id, problem=problem)
    for problem in _problems_of_defaults(definition.event_defaults, elements):
        yield TemplateDefinitionProblem.IN_ELEMENT(element="event_defaults", problem=problem)


def _problems_of_defaults(defaults: EventDefaults, elements: Mapping[str, AnyElement]) -> Iterator[Problem]:
    if defaults.distribution == 4 and defaults.sharing_group_id is None:
        yield TemplateDefinitionProblem.NO_SHARING_GROUP()
    # What is left after the known variables are taken out must not look like a variable: it is misspelled.
    if "{{" in VARIABLE.sub("", defaults.info_template):
        yield TemplateDefinitionProblem.BAD_VARIABLE()
    for _, field in VARIABLE.findall(defaults.info_template):
        if field and not isinstance(elements.get(field), Field):
            yield TemplateDefinitionProblem.NO_FIELD(field=field)


def _problems_of(element: AnyElement, elements: Mapping[str, AnyElement]) -> Iterator[Problem]:
    parent = element.parent if isinstance(element, Field) else None
    if parent is not None and not isinstance(elements.get(parent), Section):
        yield TemplateDefinitionProblem.NO_SECTION(parent=parent)
    if isinstance(element, AttributeField):
        kind = element.misp
        if kind.type not in TYPES:
            yield TemplateDefinitionProblem.NO_TYPE(type=kind.type)
        elif kind.category not in CATEGORIES:
            yield TemplateDefinitionProblem.NO_CATEGORY(category=kind.category)
        elif not category_allows(kind.category, kind.type):
            yield TemplateDefinitionProblem.NO_TYPE_IN_CATEGORY(category=kind.category, type=kind.type)
    if isinstance(element, Reference):
        if not isinstance(elements.get(element.from_), ObjectField):
            yield TemplateDefinitionProblem.NOT_FROM_OBJECT(element=element.from_)
        if not isinstance(elements.get(element.to), ObjectField | AttributeField | FileField):
            yield TemplateDefinitionProblem.NOT_TO_THING(element=element.to)
