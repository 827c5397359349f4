"""Problems of object templates and of relationship types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


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
