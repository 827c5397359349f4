"""Problems of the options of exports, and of documents that are imported."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode

LONGEST_REASON = 270
"""Characters of a library's error message."""


class ExportProblem(ProblemCode):
    VERSION_NOT_FOUND = _("Version of the event not found."), "Invalid event version"
    VERSION_TOO_LARGE = _(
        "The published version is too large to be shown on a page. You can read the event again when its owner has "
        "published the changes."
    )
    UNKNOWN_HASH_TYPE = _("Unknown hash type “%(name)s”."), "Invalid hash type: %(name)s."
    BAD_NETFILTER_ACTION = (
        _("The action for Netfilter must be the name of a target, such as DROP."),
        "Invalid netfilter action.",
    )
    BAD_IP_ADDRESS = _("This is not an IP address."), "Invalid IP address."
    BAD_ZONE_OPTION = _("This value of %(name)s is not allowed in a zone."), "Invalid value for %(name)s."
    UNKNOWN_STIX_VERSION = (
        _("STIX version %(version)s is not available in this format. Choose one of: %(known)s."),
        "Invalid STIX version: %(version)s. Versions of this format: %(known)s.",
    )


class DiagramProblem(ProblemCode):
    NOT_DRAWN = _("The diagram cannot be drawn.")
    WRONG_LINE = _("The diagram cannot be drawn: line %(line)s cannot be read.")


class ImportProblem(ProblemCode):
    ALL_KNOWN = _("Nothing was imported, because the file’s %(parts)s are already in another event.")
    NOTHING_LEFT = _("Nothing was imported: every part of the file was left out. %(reason)s")
    NO_EVENT = (
        _("The file contains no event: it is neither MISP JSON nor MISP XML."),
        "The file holds no event: it is neither MISP JSON nor MISP XML of one.",
    )
    NOT_READ = _("The document cannot be read: %(reason)s")
    NOT_XML = _("The document is not XML: %(reason)s.")
    DOCUMENT_TYPE = (
        _("The document declares a document type. The hub accepts neither document types nor entities."),
        "The document declares a document type. That is refused, as are entities.",
    )
    XML_TOO_DEEP = (
        _("The document is nested deeper than %(most)s elements."),
        "The document nests deeper than %(most)s elements.",
    )
    FILE_TOO_DEEP = _("The file is nested deeper than %(most)s."), "The file nests deeper than %(most)s."
    NUL_CHARACTER = (
        _("Text in the file contains the character U+0000."),
        "A text in the file holds the character U+0000.",
    )
    NOT_MISP_JSON = _("The file is not MISP JSON: %(reason)s.")
    NOT_OPENIOC = _("The document is not OpenIOC: its outermost element is neither ioc nor OpenIOC.")
    ENCRYPTED = _("The file is encrypted. Remove its password and try again.")
    NO_TEXT = _("The file contains no text. If it is a scanned document, paste its text instead.")
    NO_TEXT_KIND = _("The text of this kind of file cannot be read. Paste its text instead.")
    TEXT_TOO_LONG = _("The text of the file is too long. Divide it into smaller files.")
    TOO_MANY_PAGES = _("The file has more than %(most)s pages. Divide it into smaller files.")
    FILE_TOO_LARGE = _("The file is larger than %(most)s MiB.")
    TOO_MUCH_READ = _(
        "Reading your files and texts has taken too long in the last hour. Try again in an hour."
    )
    TOO_MUCH_AT_ONCE = _("Reading these files takes too long. Import fewer at a time.")
    TOO_LONG_TO_REVIEW = _(
        "The text is too long to be reviewed at once: more than %(most)s characters. Divide it into smaller parts."
    )
    NO_TERM = _("The item has no term or no value."), "The item names no term, or no value."
    NEGATED_TERM = (
        _("The item describes what is absent: %(term)s, %(value)s."),
        "The item says what is not there: '%(term)s', '%(value)s'.",
    )
    NO_TYPE_FOR_TERM = (
        _("MISP has no type for the term %(term)s (value %(value)s)."),
        "MISP has no type for the term '%(term)s' (value '%(value)s').",
    )
    NO_ANALYSIS = (
        _("The archive contains no analysis: neither %(xml)s nor %(json)s was found."),
        "The archive holds no analysis: neither %(xml)s nor %(json)s is in it.",
    )
    ANALYSIS_TOO_DEEP = (
        _("The analysis is nested too deeply or contains the character U+0000."),
        "The analysis nests too deep, or holds the character U+0000.",
    )
    ANALYSIS_NOT_JSON = _("The analysis is not JSON: %(reason)s.")
    NOT_JSON = _("The document is not JSON: %(reason)s.")
    NOT_UTF8 = _("The document is not UTF-8.")
    NESTED_TOO_DEEPLY = _("The document is nested too deeply.")
    BAD_STIX_PART = (
        _("The document is not STIX: a part is missing or of the wrong type (%(reason)s)."),
        "The document is not STIX: a part is missing or of the wrong kind (%(reason)s).",
    )
    NOT_STIX = _("The document is not STIX (%(error)s).")
    COLUMNS_MISSING = (
        _("The table lacks the columns %(names)s."),
        "The table lacks the columns %(names)s.",
    )
    BAD_LINE = _("Line %(number)s cannot be read: %(reason)s.")
    UNKNOWN_INDICATOR = (
        _("The hub does not recognise this kind of indicator: %(type)s %(value)s"),
        "Not known: %(type)s %(value)s",
    )
    NARROWER_PARTS = _(
        "Fewer may read some of these parts than the event that you copy into. Leave them out, or choose to share "
        "them with more than those who may read them now."
    )
    TOO_LARGE_TO_MERGE = (
        _(
            "An event can be merged into another if it has at most %(attributes)s attributes and %(size)s MiB of files."
        ),
        "Events of at most %(attributes)s attributes, and %(size)s MiB of files, can be merged into another.",
    )
