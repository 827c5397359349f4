"""Problems of event templates: of their definition, and of what people enter."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class EventTemplateProblem(ProblemCode):
    NOT_FOUND = _("Template not found."), "Invalid event template."
    UUID_TAKEN = _("Another template has this UUID."), "uuid must be unique"
    BAD_UUID = _("This is not a UUID."), "uuid must be a valid UUID"
    BAD_DISTRIBUTION = (
        _("Choose 0 (your organisation only) or 1 (everyone here)."),
        "distribution must be 0 (org only) or 1 (community)",
    )
    NO_TEMPLATE = _("The document contains no template."), "The template is missing."
    NOT_VALUES = (
        _("Enter values by the IDs of the template’s fields."),
        "Expected the values by the ids of the template's fields.",
    )


class TemplateDefinitionProblem(ProblemCode):
    IN_ELEMENT = _("%(element)s: %(problem)s")
    TWICE = _("the ID is used twice."), "the id is used twice."
    NO_SECTION = _("its parent %(parent)s is not a section.")
    NOT_FROM_OBJECT = _("from: %(element)s is not an object_field.")
    NOT_TO_THING = _("to: %(element)s does not produce anything that can be referred to.")
    NO_TYPE = _("unknown type %(type)s.")
    NO_CATEGORY = _("unknown category %(category)s.")
    NO_TYPE_IN_CATEGORY = _("the category %(category)s has no type %(type)s.")
    NO_SHARING_GROUP = _("distribution 4 needs a sharing_group_id.")
    BAD_VARIABLE = _("info_template takes {{date}}, {{now}}, {{user}} and {{field:<id>}}.")
    NO_FIELD = _("info_template names %(field)s, which is not a field.")
    TOO_MANY_RELATIONS = _("the form asks for more than %(most)s values of objects together.")
    NO_OBJECT_TEMPLATE = _(
        "the object template %(name)s is not available here in version %(version)s or later."
    )


class TemplateValueProblem(ProblemCode):
    UNKNOWN_FIELD = _("The template has no such field.")
    ONE_ONLY = _("Enter only one value."), "Only one value is expected."
    TOO_MANY = _("Enter at most %(most)s values."), "At most %(most)s values are expected."
    NOT_AN_OBJECT = (
        _("Enter a value for each relation of the object."),
        "A value for each relation of the object is expected.",
    )
    NOT_A_FILE = (
        _("Choose a file. In JSON, provide its filename and its data in Base64."),
        "A file is expected: its filename, and its data in base64.",
    )
    NO_OBJECT_TEMPLATE = (
        _("The object template %(name)s is not available here in version %(version)s or later."),
        "The object template %(name)s is not here in a version from %(version)s on.",
    )
    NO_RELATION = _("The object has no %(relation)s to fill in.")
    RELATION_MISSING = _("Enter %(relation)s."), "%(relation)s is required."
    NOT_OF_TAXONOMY = _("%(tag)s does not belong to any of these taxonomies: %(taxonomies)s.")
    NO_CLUSTER = _("Cluster %(name)s not found.")
    TEXT_TOO_LONG = _("With the answers filled in, a title or comment has more than %(most)s characters.")
    NO_TAG = _("The tag %(name)s does not exist, or you may not use it.")
