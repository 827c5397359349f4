"""Problems of taxonomies and tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class TaxonomyProblem(ProblemCode):
    NOT_FOUND = _("Taxonomy not found."), "Taxonomy not found."
    UNKNOWN_TAG = _("The taxonomy has no such tag."), "Invalid taxonomy tag."
    TAGS_NOT_SAVED = (
        _("The taxonomy does not have all of these tags. None was saved."),
        "The tag(s) could not be saved. Please, try again.",
    )
    BAD_NAMESPACE = _("A taxonomy cannot have this name."), "This cannot be the name of a taxonomy."
    BAD_VERSION = _("The version must be a number."), "The version has to be a number."
    NOT_TEXT = _("Enter text."), "This is no text."
    NO_PREDICATES = _("A taxonomy needs predicates.")
    UNKNOWN_PREDICATE = _("Unknown predicate “%(name)s”."), "There is no predicate `%(name)s`."
    TWICE = _("“%(name)s” occurs twice."), "`%(name)s` is there twice."
    NOT_IN_A_TAG = _("“%(name)s” cannot be part of a tag."), "`%(name)s` cannot be part of a tag."
    NOT_A_PREDICATE = _("“%(name)s” cannot be a predicate."), "`%(name)s` cannot be a predicate."
    BAD_COLOUR = (
        _("“%(colour)s” is not a colour. Example: #FFFFFF."),
        "`%(colour)s` is no colour of the form #FFFFFF.",
    )
    NUMBER_TOO_LARGE = _("The numerical value is too large.")
    TOO_MANY = (
        _("A taxonomy can have at most %(most)s predicates and values."),
        "A taxonomy may have %(most)s predicates and values at most.",
    )


class TagProblem(ProblemCode):
    NOT_FOUND = _("Tag not found."), "Invalid Tag"
    NAME_TAKEN = _("A tag with this name already exists."), "A similar name already exists."
    NAME_RESERVED = _("This name cannot be used for a tag.")
    VOCABULARY = _(
        "A tag of a taxonomy or galaxy is for everyone: only a site administrator can reserve it or keep it from being "
        "shared."
    )
    LEFT_OUT = _("The tag %(name)s does not exist, or you may not use it.")
    BAD_NAME = _("The name is too long or is not text."), "The name is too long, or no text."
    NOT_OURS = _(
        "Only a site administrator can change or delete this tag: it is for everyone, and your organisation did not "
        "make it."
    )
    IN_USE = _(
        "The tag is in use on something your organisation can read, or was made for everyone. Remove it from what "
        "you own first, or ask a site administrator."
    )
    NOT_RENAMED = _(
        "Only a site administrator can rename a tag. Create a new one and delete this one instead."
    )
    NOT_GIVEN_AWAY = _("Choose everyone or your own organisation.")
    BAD_COLOUR = _("Enter the colour as #FFFFFF."), "Colour has to be in the RGB format (#FFFFFF)"
