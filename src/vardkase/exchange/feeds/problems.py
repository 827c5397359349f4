"""Problems of feeds: of their settings, and of what they hold."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class FeedProblem(ProblemCode):
    """Why a feed is not stored or fetched."""

    NOT_FOUND = _("Feed not found."), "Invalid feed."
    HEADERS_AGAIN = (
        _("The address now points elsewhere. Enter the headers for it."),
        "The address leads elsewhere now: enter the headers for it.",
    )
    NOT_REMOVABLE = (
        _("Only a file on this server can be removed after it has been fetched."),
        "A feed that is removed after it was fetched must lie on this machine.",
    )
    UNKNOWN_TAG = _("Tag not found."), "Invalid tag."
    UNKNOWN_TAG_COLLECTION = _("Tag collection not found."), "Invalid tag collection."
    SHARING_GROUP_MISSING = _("Choose which group."), "Please choose a sharing group."
    BAD_DISTRIBUTION = _("Choose who should see it."), "Please choose a distribution between 0 and 5."
    SETTINGS_NOT_AN_OBJECT = (
        _("Enter the settings as a JSON object, starting with a brace."),
        "The settings must be a JSON object.",
    )
    BAD_DELIMITER = _("Enter one character."), "The delimiter is one character."
    BAD_COLUMNS = _("Enter column numbers, counted from 1 and separated by commas.")
    BAD_EXPRESSION = (
        _("The regular expression cannot be used: %(reason)s"),
        "The expression cannot be used: %(reason)s",
    )
    HEADERS_NOT_TEXT = _("Enter one header per line."), "Headers are a text with one on each line."
    HEADERS_TOO_LONG = _("Enter at most %(most)s characters."), "At most %(most)s characters."
    BAD_HEADER = (
        _("Enter each header as Name: value, one per line."),
        "Headers are written as Name: value, one on each line.",
    )
    NO_FOLDER = (
        _("This server has no feeds folder. Its operator can set one (VARDKASE_FEED_FOLDER)."),
        "Feeds on this machine need VARDKASE_FEED_FOLDER: the operator opens a folder for them.",
    )
    OUTSIDE_FOLDER = (
        _("Enter a path below the folder for feeds, such as lists/addresses.txt."),
        "The path must lie below %(detail)s.",
    )
    DISABLED = (
        _("The feed is disabled. Enable it first."),
        "Feed is currently not enabled. Make sure you enable it.",
    )
    EVENT_NOT_FOUND = _("The feed does not contain this event."), "Invalid event."
    NAME_OF_A_MEMBER = (
        _("The organisation is a member of this hub. Feeds cannot create events in its name."),
        "The organisation is a member of this hub: no feed makes events in its name.",
    )
    GUARDED_EVENT = (
        _("It belongs to a member or claims to, it came over a connection, or it is protected."),
        "It is a member's own or pretends to be, it came over a connection, or it is protected.",
    )
    EVENT_REFUSED = "%(uuid)s: %(reason)s"
    """`reason` is another problem."""
    CUT_OFF = _("The run was interrupted."), "The run was cut off."


class FeedContentProblem(ProblemCode):
    """Why what a feed holds cannot be read; `file` is its name in the feed."""

    STATUS = (
        _("The feed’s server responded with status %(status)s."),
        "The feed answered with status %(status)s.",
    )
    FILE_STATUS = (
        _("The feed’s server responded with status %(status)s when asked for %(file)s."),
        "The feed answered %(file)s with status %(status)s.",
    )
    FILE_UNREADABLE = (
        _("%(file)s cannot be read: it is not a file in the feeds folder, or it is reached through a link."),
        "%(file)s cannot be read below the folder of feeds.",
    )
    FILE_TOO_LONG = _("%(file)s is longer than %(bytes)s bytes.")
    FILE_NOT_REMOVED = _("%(file)s cannot be removed: %(reason)s.")
    MANIFEST_NOT_AN_OBJECT = (
        _("The feed’s list of events cannot be read."),
        "The feed's manifest is no JSON object.",
    )
    NOT_JSON = (
        _("The feed’s file %(file)s cannot be read: it is not JSON."),
        "The feed's %(file)s is no JSON.",
    )
    EVENT_MISSING = _("The feed does not contain event %(uuid)s.")
    NOT_A_TABLE = _("The feed is not a readable table.")
    LINE_TOO_LONG = _("The feed contains a line that is too long.")
    DOCUMENT_TOO_LONG = _("The feed’s document is too long.")
