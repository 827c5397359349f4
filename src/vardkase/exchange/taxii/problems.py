"""Problems of TAXII: our collections and their clients, and servers of others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class TaxiiProblem(ProblemCode):
    """Why a collection or a request for one is refused."""

    COLLECTION_NOT_FOUND = _("There is no such collection.")
    STATUS_NOT_FOUND = _("There is no such status.")
    OBJECT_NOT_FOUND = _("There is no such object in the collection.")
    NOT_WRITABLE = _("You may not write into this collection.")
    SAID_OF_OTHERS = _("This object is said of others, and cannot be deleted on its own.")
    UNKNOWN_FILTER = _("There is no such filter here: %(name)s"), "This is no filter of events: %(name)s."
    FILTER_NOT_TAKEN = (
        _("There is no such filter here: %(name)s"),
        "A collection does not take this filter: %(name)s.",
    )
    SEARCH_NOT_AN_OBJECT = (
        _("The filters are a JSON object: it begins with a brace."),
        "The search must be a JSON object.",
    )
    UNKNOWN_ORGANISATIONS = _("Choose among the organisations of this hub.")
    BAD_DISTRIBUTION = _("Choose who should see it."), "Please choose a distribution between 0 and 3."
    BAD_TIME = _("This is not a time such as 2026-01-31T12:00:00.000Z.")
    BAD_LIMIT = _("The limit is a whole number above 0.")
    BAD_MARK = _("This is not a mark that this server gave out.")
    BAD_VERSION = _("A version is first, last, all, or a time.")
    NO_OBJECTS = _("An envelope holds a list of objects.")
    TOO_MANY_OBJECTS = _("At most %(most)s objects are taken at once.")


class TaxiiServerProblem(ProblemCode):
    """Why an external server is not stored, asked or understood; `said` are its own words."""

    NOT_FOUND = _("There is no such TAXII server."), "Invalid TAXII server"
    KEY_AGAIN = (
        _("The address leads to another server now. The key was given for the old one: enter it anew."),
        "The address leads elsewhere now: enter the key for it.",
    )
    BAD_KEY = _("The key is a text of one line.")
    BAD_ROOT = _("This is not an address.")
    ROOT_ELSEWHERE = (
        _("The API root lies on another server than the address. The key is not sent there."),
        "The API root lies on another server than the address, so the key is not sent there.",
    )
    NO_COLLECTION = _("Choose the collection first.")
    REFUSED = (
        _("The TAXII server answered with status %(status)s and the words “%(said)s”"),
        "The TAXII server answered with status %(status)s: %(said)s",
    )
    REFUSED_SILENTLY = (
        _("The TAXII server answered with status %(status)s and gave no reason."),
        "The TAXII server answered with status %(status)s: no reason given",
    )
    NOT_TAXII = (
        _("The server did not answer as a TAXII server does."),
        "The server did not answer with a TAXII resource.",
    )
    ENDLESS = (
        _("The server says that there is more, and does not say where."),
        "The server says that there is more, and does not say where.",
    )


class StixObjectProblem(ProblemCode):
    """What became of a STIX object that was sent to us or fetched; `reason` is another problem."""

    NOT_AN_OBJECT = _("This is not an object.")
    BAD_ID = _("The object has no id such as indicator--81f07fa8-bf5e-452b-ad34-26c43112d303.")
    OTHER_TYPE = _("The id is of another type than the object.")
    KNOWN_ALREADY = _("This version is here already.")
    NOTHING_KEPT = _("There is nothing in it that is kept.")
    NOT_STORED = _("It may not be stored.")
    NOT_PUBLISHED = _("It is stored, and not published: %(reason)s")
    UNUSED = _("Nothing in the envelope refers to it.")
    NOT_FROM_HERE = (
        _("The event is here already, and came another way. It is left as it is."),
        "An event with this id is here already, and it did not come from this server.",
    )
    OF_FIELD = "%(field)s: %(reason)s"
    SEVERAL_FIELDS = "%(first)s; %(rest)s"
    SEVERAL_OF_FIELD = "%(first)s %(rest)s"
    OF_OBJECT = "%(id)s: %(reason)s"
