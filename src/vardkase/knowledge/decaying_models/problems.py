"""Problems of decaying models."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class DecayingModelProblem(ProblemCode):
    NOT_FOUND = _("Decaying model not found."), "No Decaying Model with the provided ID exists"
    NOT_OWNER = _("You may not edit this model."), "You are not authorised to edit this model."
    UUID_TAKEN = (
        _("A decaying model with this UUID already exists."),
        "A decaying model with this uuid exists already.",
    )
    BAD_NAME = (
        _("Enter a name of at most %(most)s characters."),
        "Name must be a text of up to %(most)s characters.",
    )
    BAD_FORMULA = _("Choose one of: %(choices)s."), "The formula must be one of %(choices)s."
    BAD_VERSION = _("The version must be a number."), "Version must be a number."
    UNKNOWN_TYPES = (
        _("Enter a list of attribute types that exist."),
        "Attribute types must be a list of types that exist.",
    )
    BAD_REFERENCES = _("Enter the references as a list of texts."), "References must be a list of texts."
    BAD_PARAMETERS = _("Enter the parameters as names with values."), "Parameters must be an object."
    OUT_OF_RANGE = (
        _("%(name)s must be a number from %(least)s to %(most)s."),
        "`%(name)s` must be a number between %(least)s and %(most)s.",
    )
    BAD_WEIGHTS = (
        _("The base score needs taxonomies with a weight each."),
        "The base score's configuration must map taxonomies to weights.",
    )
