"""Problems of object templates and of relationship types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode
from vardkase.misp.object_template import TemplateFault


class ObjectTemplateProblem(ProblemCode):
    NOT_FOUND = _("There is no such template."), "Template not found"
    NOT_ACTIVE = _("There is no such active template."), "Invalid template."
    PACKAGED = (
        _("This template comes with the hub and cannot be changed. You can turn it off."),
        "This template comes with the hub and cannot be changed. It can be switched off.",
    )
    NOT_OWNER = _("This template belongs to another organisation.")
    NAME_TAKEN = _("Another template has this name.")
    UUID_OF_PACKAGED = (
        _("A template that comes with the hub has this UUID."),
        "A template that comes with the hub has this uuid.",
    )
    UUID_OF_ANOTHER = (
        _("Another organisation's template has this UUID."),
        "A template of another organisation has this uuid.",
    )
    NEWER_VERSION = (
        _("Version %(version)s exists already. Give the change a higher number."),
        "Version %(version)s is here already; a change has a higher number.",
    )
    TWICE = _("“%(name)s” occurs twice."), '"%(name)s" is there twice.'
    UNKNOWN_RELATION = (
        _("The template %(template)s has no relation “%(relation)s”."),
        'The template %(template)s has no relation "%(relation)s".',
    )
    MISPLACED = (
        _("“%(relation)s” takes values of type %(wanted)s, not %(type)s."),
        '"%(relation)s" takes values of type %(wanted)s, not %(type)s.',
    )


class TemplateFieldProblem(ProblemCode):
    """One for each `TemplateFault`, of the same name."""

    MISSING = _("This must be filled in."), TemplateFault.MISSING
    BAD_UUID = _("That is not a UUID."), TemplateFault.BAD_UUID
    BAD_VERSION = _("Enter a whole number, 1 or more."), TemplateFault.BAD_VERSION
    NO_ATTRIBUTES = _("A template needs at least one attribute."), TemplateFault.NO_ATTRIBUTES
    TOO_MANY_ATTRIBUTES = (
        _("A template can have at most %(most)s attributes."),
        TemplateFault.TOO_MANY_ATTRIBUTES,
    )
    BAD_RELATION = _("A relation needs a name without spaces around it."), TemplateFault.BAD_RELATION
    RELATION_TAKEN = _("Another relation has the same name."), TemplateFault.RELATION_TAKEN
    RELATION_TWICE = _("The relation “%(name)s” occurs twice."), TemplateFault.RELATION_TWICE
    NOT_AN_OBJECT = _("An attribute is described by an object."), TemplateFault.NOT_AN_OBJECT
    UNKNOWN_TYPE = _("There is no attribute type “%(type)s”."), TemplateFault.UNKNOWN_TYPE
    UNKNOWN_CATEGORY = _("There is no category “%(category)s”."), TemplateFault.UNKNOWN_CATEGORY
    NOT_RELATIONS = _("Enter a list of relations."), TemplateFault.NOT_RELATIONS
    UNKNOWN_RELATIONS = _("The template has no relation: %(names)s."), TemplateFault.UNKNOWN_RELATIONS
    NOT_TEXT = _("Enter text."), TemplateFault.NOT_TEXT
    TOO_LONG = _("Enter a text of at most %(most)s characters."), TemplateFault.TOO_LONG
    NOT_TRUE_OR_FALSE = _("Enter true or false."), TemplateFault.NOT_TRUE_OR_FALSE
    NOT_A_NUMBER = _("Enter a number, 0 or more."), TemplateFault.NOT_A_NUMBER
    NOT_TEXTS = _("Enter a list of at most %(most)s texts."), TemplateFault.NOT_TEXTS


class RelationshipTypeProblem(ProblemCode):
    NOT_FOUND = _("There is no such relationship type."), "Invalid object relationship."
    PACKAGED = (
        _("This relationship type comes with the hub and cannot be changed."),
        "This relationship comes with the hub and cannot be changed.",
    )
    NOT_OWNER = (
        _("This relationship type belongs to another organisation."),
        "This relationship belongs to another organisation.",
    )
    NAME_TAKEN = (
        _("There is already a relationship type with this name."),
        "There is a relationship with this name already.",
    )
    BAD_FORMATS = (
        _("Enter at most %(most)s names of formats."),
        "A list of at most %(most)s names of formats is expected.",
    )
    BAD_TEXT = (
        _("Enter a text of at most %(most)s characters."),
        "A text of at most %(most)s characters is expected.",
    )
