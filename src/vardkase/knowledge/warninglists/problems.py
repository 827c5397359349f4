"""Problems of warninglists and their entries."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class WarninglistProblem(ProblemCode):
    NOT_FOUND = _("Warninglist not found."), "Invalid Warninglist."
    PACKAGED = (
        _("This warninglist is supplied with the hub and cannot be changed."),
        "This warninglist comes with the hub and cannot be changed.",
    )
    PACKAGE_MISSING = (
        _(
            "The entries of “%(name)s” are not on this machine. Install the package pymispwarninglists, and enable the "
            "list again."
        ),
        "The entries of `%(name)s` are not on this machine.",
    )
    CHANGED_MEANWHILE = _(
        "Someone else has changed the list since you opened it. Copy what you have written, open the list again "
        "and add it there."
    )
    NAME_TAKEN = (
        _("A warninglist with this name already exists."),
        "A warninglist with this name already exists.",
    )
    NAME_MISSING = _("Enter a name."), "Name cannot be empty."
    NAME_TOO_LONG = _("Enter at most %(most)s characters."), "Name may have %(most)s characters at most."
    DESCRIPTION_MISSING = _("Enter a description."), "Description cannot be empty."
    DESCRIPTION_TOO_LONG = (
        _("Enter at most %(most)s characters."),
        "Description may have %(most)s characters at most.",
    )
    BAD_TYPE = _("Choose one of: %(choices)s."), "Type must be one of %(choices)s."
    BAD_CATEGORY = _("Choose one of: %(choices)s."), "Category must be one of %(choices)s."
    BAD_VERSION = _("The version must be a number."), "Version must be a number."
    UNKNOWN_TYPE = (
        _("Unknown attribute type “%(type)s”."),
        "Unknown attribute type `%(type)s`.",
    )
    LIST_MISSING = _("The list of values is missing.")
    NO_ENTRIES = _("Enter at least one entry."), "Entries cannot be empty."
    ENTRIES_NOT_TEXT = _("Every entry must be text."), "Entries must be texts."
    ENTRY_TOO_LONG = (
        _("An entry can have at most %(most)s characters."),
        "Entries may have %(most)s characters at most.",
    )
    TOO_MANY_ENTRIES = (
        _("A list of type %(type)s can have at most %(entries)s entries and %(characters)s characters."),
        "A %(type)s list may have %(entries)s entries and %(characters)s characters at most.",
    )
    NOT_A_NETWORK = (
        _("“%(value)s” is not a network or an address."),
        "`%(value)s` is not a network or an address.",
    )
    BAD_EXPRESSION = (
        _("“%(value)s” is not a usable regular expression: %(reason)s."),
        "`%(value)s` is not a usable regular expression: %(reason)s.",
    )
