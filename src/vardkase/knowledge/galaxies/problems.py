"""Problems of galaxies, clusters and their relations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class GalaxyProblem(ProblemCode):
    NOT_FOUND = _("Galaxy not found."), "Galaxy not found"
    NO_MATRIX = _("This galaxy has no matrix.")
    UUID_TAKEN = _("A galaxy with this UUID already exists."), "A galaxy with this UUID already exists."
    TYPE_TAKEN = _("A galaxy of this type already exists."), "A galaxy of this type exists already."
    BAD_TYPE = (
        _("A type must be a single word without colons, equals signs or quotation marks."),
        "The type has to be a word, without colon, equals sign or quote.",
    )
    BAD_KILL_CHAIN = (
        _("Enter tabs, each with a list of columns."),
        "This has to be tabs with a list of columns each.",
    )
    TOO_MANY_COLUMNS = (
        _("A matrix can have at most %(most)s columns."),
        "A matrix can have up to %(most)s columns.",
    )
    TOO_LONG = _("The text is too long."), "This is too long."
    UNKNOWN = (
        _("The hub does not have this galaxy, and the document does not describe it."),
        "The galaxy is not known here, and the document does not describe it.",
    )


class GalaxyClusterProblem(ProblemCode):
    NOT_FOUND = _("Galaxy cluster not found."), "Invalid galaxy cluster"
    ELEMENT_NOT_FOUND = _("Element not found."), "Element not found"
    UUID_TAKEN = (
        _("A galaxy cluster with this UUID already exists."),
        "A galaxy cluster with this UUID already exists.",
    )
    PACKAGED = (
        _("This galaxy cluster is supplied with the hub and cannot be changed."),
        "Default galaxy clusters cannot be modified.",
    )
    NOT_OWNER = (
        _("Only the organisation that created the galaxy cluster can change it."),
        "Only the creator organisation can modify the galaxy cluster.",
    )
    NOT_A_FORK = (
        _("This galaxy cluster is not a copy of one on this hub."),
        "This cluster is not a fork of a known cluster.",
    )
    VALUE_TOO_LONG = _("The name is too long."), "The value is too long."
    SOURCE_TOO_LONG = _("The source is too long.")
    NOT_TEXT = _("Enter text."), "This has to be a text."
    NOT_NAMES = _("Enter a list of names."), "This has to be a list of names."
    NOT_JSON = _("This is not valid JSON.")
    IN_THE_FUTURE = (
        _("It is dated more than a day ahead of this hub’s clock."),
        "The timestamp is more than a day ahead of this instance's clock",
    )
    BAD_DISTRIBUTION = (
        _("Choose who should see it."),
        (
            "Options: Your organisation only, This community only, Connected communities, All communities, "
            "Sharing group"
        ),
    )
    NO_SHARING_GROUP = _("Choose a sharing group that your organisation is in."), "Sharing group not found."
    NO_ELEMENTS = _("The document has no elements."), "There is nothing in it."
    ELEMENT_INCOMPLETE = (
        _("Every element needs a key and a value."),
        "Every element has to have a key and a value.",
    )
    BAD_ELEMENT_KEY = (
        _("Every element needs a key of at most %(most)s characters."),
        "Every element has to have a key of up to %(most)s characters.",
    )
    TOO_MANY_ELEMENTS = (
        _("A galaxy cluster can have at most %(most)s elements."),
        "A cluster can have up to %(most)s elements.",
    )
    BAD_FILTER = _("Enter a value or a list of values."), "This has to be a value or a list of values."
    BAD_ELEMENT_FILTER = (
        _("Enter each key with a value."),
        "This has to be an object of keys and values.",
    )
    TOO_MANY_ELEMENT_FILTERS = (
        _("Search for at most %(most)s elements at a time."),
        "At most %(most)s elements can be asked for together.",
    )


class GalaxyClusterRelationProblem(ProblemCode):
    NOT_FOUND = _("Relationship between galaxy clusters not found."), "Invalid cluster relation"
    PACKAGED = (
        _("This relationship is supplied with the hub and cannot be changed."),
        "Default galaxy cluster relations cannot be modified.",
    )
    BAD_TYPE = (
        _("Describe the relationship in at most %(most)s characters."),
        "This has to be a text of up to %(most)s characters.",
    )
    TO_ITSELF = (
        _("A galaxy cluster cannot be related to itself."),
        "A cluster cannot relate to itself.",
    )
    UNKNOWN_TARGET = (
        _("The hub does not have the other galaxy cluster."),
        "The referenced galaxy cluster is not known here.",
    )
    TAKEN = _("The relationship already exists."), "This relation exists already."


class LayerProblem(ProblemCode):
    """Of ATT&CK Navigator's layers, which only pages read."""

    NOT_JSON = _("The file is not valid JSON.")
    NOT_A_LAYER = _("The file is not a layer of ATT&CK Navigator.")
    TOO_MANY_TECHNIQUES = _("The layer names more than %(most)s techniques.")
