"""Problems of feeds: of their settings, and of what they hold."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class FeedProblem(ProblemCode):
    """Why a feed is not stored or fetched."""

    NOT_FOUND = _("There is no such feed."), "Invalid feed."
    HEADERS_AGAIN = (
        _("The address leads elsewhere now: enter the headers for it."),
        "The address leads elsewhere now: enter the headers for it.",
    )
    NOT_REMOVABLE = (
        _("Only a file on this server can be removed after it was fetched."),
        "A feed that is removed after it was fetched must lie on this machine.",
    )
    UNKNOWN_TAG = _("There is no such tag."), "Invalid tag."
    UNKNOWN_TAG_COLLECTION = _("There is no such tag collection."), "Invalid tag collection."
    SHARING_GROUP_MISSING = _("Choose which group."), "Please choose a sharing group."
    BAD_DISTRIBUTION = _("Choose who should see it."), "Please choose a distribution between 0 and 5."
    SETTINGS_NOT_AN_OBJECT = (
        _("The settings are a JSON object: it begins with a brace."),
        "The settings must be a JSON object.",
    )
    BAD_DELIMITER = _("Write one character."), "The delimiter is one character."
    BAD_COLUMNS = _("The columns are numbers from 1, separated by commas.")
    BAD_EXPRESSION = (
        _("The regular expression cannot be used: %(reason)s"),
        "The expression cannot be used: %(reason)s",
    )
    HEADERS_NOT_TEXT = _("Write one header on each line."), "Headers are a text with one on each line."
    HEADERS_TOO_LONG = _("Write at most %(most)s characters."), "At most %(most)s characters."
    BAD_HEADER = (
        _("Write each header as Name: value, one on each line."),
        "Headers are written as Name: value, one on each line.",
    )
    NO_FOLDER = (
        _("This server opens no folder for feeds. Those who run it can name one (VARDKASE_FEED_FOLDER)."),
        "Feeds on this machine need VARDKASE_FEED_FOLDER: the operator opens a folder for them.",
    )
    OUTSIDE_FOLDER = (
        _("Write a path below the folder for feeds, such as lists/addresses.txt."),
        "The path must lie below %(detail)s.",
    )
    DISABLED = (
        _("The feed is disabled. Enable it first."),
        "Feed is currently not enabled. Make sure you enable it.",
    )
    EVENT_NOT_FOUND = _("The feed holds no such event."), "Invalid event."
    NAME_OF_A_MEMBER = (
        _("The organisation is a member of this hub. No feed creates events in its name."),
        "The organisation is a member of this hub: no feed makes events in its name.",
    )
    GUARDED_EVENT = (
        _("It is a member's own or pretends to be, it came over a connection, or it is protected."),
        "It is a member's own or pretends to be, it came over a connection, or it is protected.",
    )
    EVENT_REFUSED = "%(uuid)s: %(reason)s"
    """`reason` is another problem."""
    CUT_OFF = _("The run was cut off before it was done."), "The run was cut off."


class FeedContentProblem(ProblemCode):
    """Why what a feed holds cannot be read; `file` is its name in the feed."""

    STATUS = (
        _("The feed's server answered with status %(status)s."),
        "The feed answered with status %(status)s.",
    )
    FILE_STATUS = (
        _("The feed's server answered with status %(status)s when it was asked for %(file)s."),
        "The feed answered %(file)s with status %(status)s.",
    )
    FILE_UNREADABLE = (
        _("%(file)s cannot be read: it is no file below the folder for feeds, or a link leads to it."),
        "%(file)s cannot be read below the folder of feeds.",
    )
    FILE_TOO_LONG = _("%(file)s is longer than %(bytes)s bytes.")
    FILE_NOT_REMOVED = _("%(file)s cannot be removed: %(reason)s.")
    MANIFEST_NOT_AN_OBJECT = (
        _("The feed's list of events cannot be read."),
        "The feed's manifest is no JSON object.",
    )
    NOT_JSON = _("%(file)s of the feed cannot be read: it is no JSON."), "The feed's %(file)s is no JSON."
    EVENT_MISSING = _("The feed holds no event %(uuid)s.")
    NOT_A_TABLE = _("The feed is no table that can be read.")
    LINE_TOO_LONG = _("The feed holds a line that is too long.")
    DOCUMENT_TOO_LONG = _("The feed is a document that is too long.")
