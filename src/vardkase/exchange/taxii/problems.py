"""Problems of TAXII: our collections and their clients, and servers of others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class TaxiiProblem(ProblemCode):
    """Why a collection or a request for one is refused."""

    COLLECTION_NOT_FOUND = _("Collection not found.")
    STATUS_NOT_FOUND = _("Unknown status.")
    OBJECT_NOT_FOUND = _("The collection does not contain this object.")
    NOT_WRITABLE = _("You may not write into this collection.")
    SAID_OF_OTHERS = _("This object describes others and cannot be deleted on its own.")
    UNKNOWN_ORGANISATIONS = _("Choose one of this hub’s organisations.")
    BAD_DISTRIBUTION = _("Choose who should see it."), "Please choose a distribution between 0 and 3."
    BAD_TIME = _("This is not a time such as 2026-01-31T12:00:00.000Z.")
    BAD_LIMIT = _("The limit must be a whole number above 0.")
    BAD_MARK = _("This marker was not issued by this server.")
    BAD_VERSION = _("A version must be first, last, all or a time.")
    NO_OBJECTS = _("An envelope must contain a list of objects.")
    TOO_MANY_OBJECTS = _("At most %(most)s objects are accepted at a time.")


class TaxiiServerProblem(ProblemCode):
    """Why an external server is not stored, asked or understood; `said` are its own words."""

    NOT_FOUND = _("TAXII server not found."), "Invalid TAXII server"
    KEY_AGAIN = (
        _("The address now points to another server. The key was for the old one. Enter it again."),
        "The address leads elsewhere now: enter the key for it.",
    )
    BAD_KEY = _("The key must be a single line of text.")
    BAD_ROOT = _("This is not an address.")
    ROOT_ELSEWHERE = (
        _("The API root is on a different server from the address. The key is not sent there."),
        "The API root lies on another server than the address, so the key is not sent there.",
    )
    NO_COLLECTION = _("Choose the collection first.")
    REFUSED = (
        _("The TAXII server responded with status %(status)s: “%(said)s”"),
        "The TAXII server answered with status %(status)s: %(said)s",
    )
    REFUSED_SILENTLY = (
        _("The TAXII server responded with status %(status)s and gave no reason."),
        "The TAXII server answered with status %(status)s: no reason given",
    )
    NOT_TAXII = (
        _("The server did not respond as a TAXII server does."),
        "The server did not answer with a TAXII resource.",
    )
    ENDLESS = (
        _("The server reports that there is more but does not say where."),
        "The server says that there is more, and does not say where.",
    )


class StixObjectProblem(ProblemCode):
    """What became of a STIX object that was sent to us or fetched; `reason` is another problem."""

    NOT_AN_OBJECT = _("This is not an object.")
    BAD_ID = _("The object has no id such as indicator--81f07fa8-bf5e-452b-ad34-26c43112d303.")
    OTHER_TYPE = _("The ID’s type does not match the object’s.")
    KNOWN_ALREADY = _("This version already exists here.")
    NOTHING_KEPT = _("It contains nothing that can be stored.")
    NOT_STORED = _("It may not be stored.")
    NOT_PUBLISHED = _("It was stored but not published: %(reason)s")
    UNUSED = _("Nothing in the envelope refers to it.")
    NOT_FROM_HERE = (
        _("The event already exists here and came from elsewhere. It is left as it is."),
        "An event with this id already exists, and it did not come from this server.",
    )
    OF_FIELD = "%(field)s: %(reason)s"
    SEVERAL_FIELDS = "%(first)s; %(rest)s"
    SEVERAL_OF_FIELD = "%(first)s %(rest)s"
    OF_OBJECT = "%(id)s: %(reason)s"
