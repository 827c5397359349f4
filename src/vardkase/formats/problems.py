"""Problems of the options of exports, and of documents that are imported."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class ExportProblem(ProblemCode):
    UNKNOWN_HASH_TYPE = _("There is no hash type “%(name)s”."), "Invalid hash type: %(name)s."
    BAD_NETFILTER_ACTION = (
        _("The action for Netfilter must be the name of a target, such as DROP."),
        "Invalid netfilter action.",
    )
    BAD_IP_ADDRESS = _("That is not an IP address."), "Invalid IP address."
    BAD_ZONE_OPTION = _("%(name)s cannot have this value in a zone."), "Invalid value for %(name)s."
    UNKNOWN_STIX_VERSION = (
        _("There is no STIX version %(version)s in this format. Choose one of: %(known)s."),
        "Invalid STIX version: %(version)s. Versions of this format: %(known)s.",
    )


class ImportProblem(ProblemCode):
    NO_EVENT = (
        _("The file has no event: it is neither MISP JSON nor MISP XML of one."),
        "The file holds no event: it is neither MISP JSON nor MISP XML of one.",
    )
    NOT_READ = _("The document cannot be read: %(reason)s")
    COLUMNS_MISSING = (
        _("The table lacks the columns %(names)s."),
        "The table lacks the columns %(names)s.",
    )
    BAD_LINE = _("Line %(number)s cannot be read: %(reason)s.")
    UNKNOWN_INDICATOR = (
        _("The hub does not know this kind of indicator: %(type)s %(value)s"),
        "Not known: %(type)s %(value)s",
    )
    TOO_LARGE_TO_MERGE = (
        _(
            "An event can be merged into another if it has at most %(attributes)s attributes and %(size)s MiB of files."
        ),
        "Events of at most %(attributes)s attributes, and %(size)s MiB of files, can be merged into another.",
    )
