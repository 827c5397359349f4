"""Problems of object templates and of relationship types."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ObjectTemplateProblem(ProblemCode):
    NOT_FOUND = _("Template not found."), "Template not found"
    NOT_ACTIVE = _("Active template not found."), "Invalid template."
    PACKAGED = (
        _("This template is supplied with the hub and cannot be changed. You can turn it off."),
        "This template comes with the hub and cannot be changed. It can be switched off.",
    )
    NOT_OWNER = _("This template belongs to another organisation.")
    NAME_TAKEN = _("Another template has this name.")
    UUID_OF_PACKAGED = (
        _("A template supplied with the hub has this UUID."),
        "A template that comes with the hub has this uuid.",
    )
    UUID_OF_ANOTHER = (
        _("Another organisation’s template has this UUID."),
        "A template of another organisation has this uuid.",
    )
    NEWER_VERSION = (
        _("Version %(version)s already exists. Give the change a higher number."),
        "Version %(version)s already exists; a change needs a higher number.",
    )
    CHANGED_MEANWHILE = (
        _(
            "Somebody has made version %(version)s since you opened this page. Open it again to change that version."
        ),
        "The template was changed meanwhile: its newest version is %(version)s.",
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
    NOT_FOUND = _("Relationship type not found."), "Invalid object relationship."
    PACKAGED = (
        _("This relationship type is supplied with the hub and cannot be changed."),
        "This relationship comes with the hub and cannot be changed.",
    )
    NOT_OWNER = (
        _("This relationship type belongs to another organisation."),
        "This relationship belongs to another organisation.",
    )
    NAME_TAKEN = (
        _("A relationship type with this name already exists."),
        "There is a relationship with this name already.",
    )
    BAD_FORMATS = (
        _("Enter at most %(most)s names of formats."),
        "A list of at most %(most)s names of formats is expected.",
    )
    BAD_TEXT = (
        _("Enter text of at most %(most)s characters."),
        "A text of at most %(most)s characters is expected.",
    )
