"""Problems of documents in MISP's format; beside each text for people, the fault it stands for.

Here and not with the events: templates, clusters and tags, which rest below them, are documents as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import CommonProblem, Problem, ProblemCode
from vardkase.misp.faults import Fault, Refusal


class MispProblem(ProblemCode):
    BAD_TIME = _("Enter the time as year-month-day hour:minute."), Fault.BAD_TIME
    BAD_TIMESTAMP = _("Enter the time as the number of seconds since 1970."), Fault.BAD_TIMESTAMP
    IN_THE_FUTURE = _("It is dated more than a day ahead of this hub’s clock."), Fault.IN_THE_FUTURE
    SEEN_ORDER = _("Last seen must not be before first seen."), Fault.SEEN_ORDER
    BAD_PART_DISTRIBUTION = _("Choose who should see it."), Fault.BAD_PART_DISTRIBUTION
    NOT_A_FLAG = _("Answer yes or no."), Fault.NOT_A_FLAG
    TOO_LONG = _("Enter at most %(most)s characters."), Fault.TOO_LONG
    NO_SUCH_CHOICE = _("Choose one of: %(choices)s."), Fault.NO_SUCH_CHOICE

    NO_TITLE = _("Enter a title."), Fault.NO_TITLE
    EMPTY_TITLE = _("Enter a title."), Fault.EMPTY_TITLE
    BAD_DATE = _("Enter the date as year-month-day."), Fault.BAD_DATE
    DATE_AHEAD = _("It is dated more than a day ahead of this hub’s clock."), Fault.DATE_AHEAD
    BAD_THREAT_LEVEL = _("Choose one of the levels."), Fault.BAD_THREAT_LEVEL
    BAD_ANALYSIS = _("Choose the analysis status."), Fault.BAD_ANALYSIS
    BAD_EVENT_DISTRIBUTION = _("Choose who should see it."), Fault.BAD_EVENT_DISTRIBUTION

    NO_TYPE = _("Choose a type."), Fault.NO_TYPE
    UNKNOWN_TYPE = _("Unknown type."), Fault.UNKNOWN_TYPE
    BAD_CATEGORY = _("Unknown category."), Fault.BAD_CATEGORY
    BAD_TYPE_FOR_CATEGORY = (
        _("This type does not belong in the category. Choose another category."),
        Fault.BAD_TYPE_FOR_CATEGORY,
    )
    BLOCKED_VALUE = _("The import filters exclude this value."), Fault.BLOCKED_VALUE
    VALUE_IS_LIST = _("Enter one value at a time."), Fault.VALUE_IS_LIST

    NO_TEMPLATE = (
        _(
            "The object’s template is not available here, and the object itself lacks the necessary details "
            "(%(field)s)."
        ),
        Fault.NO_TEMPLATE,
    )
    BAD_TEMPLATE_VERSION = _("A template’s version must be a whole number."), Fault.BAD_TEMPLATE_VERSION

    BAD_VERSION = _("Enter a whole number, 1 or more."), Fault.BAD_VERSION
    NO_ATTRIBUTES = _("A template needs at least one attribute."), Fault.NO_ATTRIBUTES
    TOO_MANY_ATTRIBUTES = _("A template can have at most %(most)s attributes."), Fault.TOO_MANY_ATTRIBUTES
    BAD_RELATION = _("A relation’s name must not start or end with a space."), Fault.BAD_RELATION
    RELATION_TAKEN = _("Another relation has the same name."), Fault.RELATION_TAKEN
    RELATION_TWICE = _("The relation “%(name)s” occurs twice."), Fault.RELATION_TWICE
    RELATION_NOT_AN_OBJECT = _("An attribute is part of an object."), Fault.RELATION_NOT_AN_OBJECT
    UNKNOWN_RELATION_TYPE = _("Unknown attribute type “%(type)s”."), Fault.UNKNOWN_RELATION_TYPE
    UNKNOWN_CATEGORY = _("Unknown category “%(category)s”."), Fault.UNKNOWN_CATEGORY
    NOT_RELATIONS = _("Enter a list of relations."), Fault.NOT_RELATIONS
    UNKNOWN_RELATIONS = _("The template has no relation: %(names)s."), Fault.UNKNOWN_RELATIONS
    NOT_TRUE_OR_FALSE = _("Enter true or false."), Fault.NOT_TRUE_OR_FALSE
    NOT_A_NUMBER = _("Enter a number, 0 or more."), Fault.NOT_A_NUMBER
    NOT_TEXTS = _("Enter a list of at most %(most)s texts."), Fault.NOT_TEXTS

    BAD_OPINION = _("An opinion must be a number from 0 to 100."), Fault.BAD_OPINION
    BAD_MOMENT = _("Enter the time as year-month-day hour:minute:second."), Fault.BAD_MOMENT
    ABOUT_ITSELF = _("Nothing can refer to itself."), Fault.ABOUT_ITSELF

    BAD_FORMAT = (
        _("The value does not match the format of this type. Check it, or choose the type “other”."),
        Fault.BAD_FORMAT,
    )
    EMPTY_VALUE = _("Enter a value."), Fault.EMPTY_VALUE
    ONLY_CONTROL = _("The value has no visible characters."), Fault.ONLY_CONTROL
    NOT_COMPOSITE = (
        _("This type has two parts. Separate them with a bar: first|second."),
        Fault.NOT_COMPOSITE,
    )
    VALUE_TOO_LONG = _("The value is too long. Add it as a file instead."), Fault.VALUE_TOO_LONG
    NEW_LINE = _("The value must be on one line."), Fault.NEW_LINE
    NEW_LINE_IN_NAME = _("The file name must be on one line."), Fault.NEW_LINE_IN_NAME
    BAD_IP = _("This is not an IP address or network."), Fault.BAD_IP
    BAD_NETWORK = _("Enter a valid network, such as 192.0.2.0/24."), Fault.BAD_NETWORK
    BAD_NETWORK_SIZE = (
        _("The number after the slash can be at most %(most)s for IPv%(version)s."),
        Fault.BAD_NETWORK_SIZE,
    )
    BAD_PORT = _("Enter a port number from 1 to 65535."), Fault.BAD_PORT
    BAD_HOST = _("This is not a host name."), Fault.BAD_HOST
    BAD_HOSTNAME = _("This is not a host name."), Fault.BAD_HOSTNAME
    BAD_DOMAIN = _("This is not a domain name."), Fault.BAD_DOMAIN
    BAD_DOMAIN_NAME = _("This is not a domain name."), Fault.BAD_DOMAIN_NAME
    BAD_EMAIL = _("This is not an e-mail address."), Fault.BAD_EMAIL
    BAD_CHECKSUM = _("The checksum must have %(length)s characters, 0–9 and a–f."), Fault.BAD_CHECKSUM
    BAD_NAMED_CHECKSUM = (
        _("Enter a file name, a bar and a checksum of %(length)s characters, 0–9 and a–f."),
        Fault.BAD_NAMED_CHECKSUM,
    )
    BAD_TELFHASH = _("A telfhash has 70 or 72 characters, 0–9 and a–f."), Fault.BAD_TELFHASH
    BAD_TLSH = (
        _("A TLSH has at least 35 characters, 0–9 and a–f, and may start with t1."),
        Fault.BAD_TLSH,
    )
    BAD_NAMED_TLSH = (
        _("Enter a file name, a bar and a TLSH: at least 35 characters, 0–9 and a–f."),
        Fault.BAD_NAMED_TLSH,
    )
    BAD_PEHASH = _("Enter it as %(prefix)ssha1, with 40 characters, 0–9 and a–f."), Fault.BAD_PEHASH
    BAD_CDHASH = _("A cdhash has at least 40 characters, 0–9 and a–f."), Fault.BAD_CDHASH
    BAD_SSDEEP = _("Enter an ssdeep as blocksize:hash:hash."), Fault.BAD_SSDEEP
    BAD_NAMED_SSDEEP = (
        _("Enter a file name, a bar and an ssdeep: blocksize:hash:hash."),
        Fault.BAD_NAMED_SSDEEP,
    )
    BAD_IMPFUZZY = _("Enter an impfuzzy as imports:hash:hash."), Fault.BAD_IMPFUZZY
    EMPTY_VHASH = _("Enter a vhash."), Fault.EMPTY_VHASH
    BAD_NAMED_VHASH = _("Enter a file name, a bar and a vhash."), Fault.BAD_NAMED_VHASH
    BAD_SSH_FINGERPRINT = _("An SSH fingerprint must be MD5 or SHA256."), Fault.BAD_SSH_FINGERPRINT
    BAD_AUTONOMOUS_SYSTEM = _("An AS number must be from 1 to 4294967295."), Fault.BAD_AUTONOMOUS_SYSTEM
    BAD_SERVICE_NAME = (
        _("A service name can have at most 256 characters, and no slashes."),
        Fault.BAD_SERVICE_NAME,
    )
    BAD_HTTP_METHOD = _("Unknown HTTP method."), Fault.BAD_HTTP_METHOD
    BAD_VULNERABILITY = _("Enter a vulnerability as CVE-2024-12345."), Fault.BAD_VULNERABILITY
    BAD_WEAKNESS = _("Enter a weakness as CWE-79."), Fault.BAD_WEAKNESS
    NOT_A_COUNT = _("The value must be a whole number, 0 or more."), Fault.NOT_A_COUNT
    NOT_AN_INTEGER = _("The value must be a whole number."), Fault.NOT_AN_INTEGER
    BAD_DATETIME = _("Enter the time as 2024-05-01T12:00:00."), Fault.BAD_DATETIME
    BAD_VALUE_UUID = _("This is not a UUID."), Fault.BAD_VALUE_UUID


BY_FAULT: dict[Fault, ProblemCode] = {
    Fault.REQUIRED: CommonProblem.REQUIRED,
    Fault.MISSING: CommonProblem.MISSING,
    Fault.NOT_TEXT: CommonProblem.NOT_TEXT,
    Fault.NOT_A_UUID: CommonProblem.NOT_A_UUID,
    Fault.BAD_UUID: CommonProblem.NOT_AN_RFC_4122_UUID,
    **{Fault[code.name]: code for code in MispProblem},
}


def problem_of(refusal: Refusal) -> Problem:
    return Problem(BY_FAULT[refusal.fault], refusal.params)


def problems_of(refused: Mapping[str, Sequence[Refusal]]) -> dict[str, list[Problem]]:
    return {field: [problem_of(refusal) for refusal in refusals] for field, refusals in refused.items()}
