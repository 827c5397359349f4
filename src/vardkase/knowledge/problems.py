"""Problems of the packages that have few: blocklists, import expressions, noticelists, tag collections."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class BlocklistProblem(ProblemCode):
    NOT_FOUND = _("Blocklist entry not found."), "Invalid blocklist entry"
    CREATOR_TOO_LONG = _("Enter at most %(most)s characters."), "At most %(most)s characters."
    TAKES_PART = (
        _("%(name)s is a member of this hub. Two officers can restrict its membership instead."),
        "%(name)s takes part in this hub. Its membership is limited by two officers instead.",
    )


class ImportExpressionProblem(ProblemCode):
    NOT_FOUND = _("Import expression not found."), "Invalid regexp"
    TOO_MANY = (
        _("There can be at most %(most)s import expressions."),
        "There can be %(most)s import expressions at most.",
    )
    NOT_DELIMITED = (
        _("Enter the expression between slashes, followed by its flags: /expression/i"),
        "Write the expression between slashes, with its flags behind them: /expression/i",
    )
    NOT_USABLE = _("The expression cannot be used: %(reason)s")
    UNKNOWN_TYPE = (
        _("Enter an attribute type, or ALL."),
        "The type has to be that of an attribute, or ALL.",
    )
    UNKNOWN_GROUP = _("The expression has no group %(number)s.")


class NoticelistProblem(ProblemCode):
    NOT_FOUND = _("Noticelist not found."), "Invalid Noticelist."


class TagCollectionProblem(ProblemCode):
    NOT_FOUND = _("Tag collection not found."), "Invalid Tag Collection"
    NOT_OWNER = (
        _("You may not change this tag collection."),
        "You don't have permission to modify this tag collection.",
    )
    UUID_TAKEN = (
        _("A tag collection with this UUID already exists."),
        "A tag collection with this uuid exists already.",
    )
    NAME_MISSING = _("Enter a name."), "Name cannot be empty."
    NAME_TOO_LONG = _("Enter at most %(most)s characters."), "Name may have %(most)s characters at most."
    UNKNOWN_TAG = _("Tag not found."), "Invalid Tag."
    TAG_NOT_IN_COLLECTION = _("The tag is not in this collection."), "Tag is not in this collection."
    NOT_A_LIST = _("Enter a list."), "A list is expected."
    NOT_TAGS = _("Enter a list of tags."), "A list of tags is expected."
