"""Why an incoming document is refused, in MISP's own words where MISP refuses it, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DOUBLE_CHECK = ' Please double check the value or select type "other".'
TLSH = "at least 35 hexadecimal characters, optionally starting with t1 instead of"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fault with its parameters; `str()` is what clients read."""

    fault: Fault
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        params = {
            name: ", ".join(value) if isinstance(value, list) else value
            for name, value in self.params.items()
        }
        # Without parameters a percent sign is a percent sign.
        return self.fault % params if params else self.fault.value


class Fault(StrEnum):
    """The value is the text on the wire, compared by clients; ``%(name)s`` is filled from the parameters."""

    def __call__(self, **params: object) -> Refusal:
        return Refusal(self, params)

    # Of all kinds of documents
    REQUIRED = "This field cannot be left blank"
    BAD_UUID = "Please provide a valid RFC 4122 UUID"
    NOT_A_UUID = "Please provide a valid UUID"
    BAD_TIME = "Invalid ISO 8601 format"
    BAD_TIMESTAMP = "Expected a Unix timestamp"
    IN_THE_FUTURE = "The timestamp is more than a day ahead of this instance's clock"
    SEEN_ORDER = "Last seen value should be greater than first seen value"
    BAD_PART_DISTRIBUTION = (
        "Options: Your organisation only, This community only, Connected communities, All communities, "
        "Sharing group, Inherit event"
    )
    NOT_A_FLAG = "boolean"
    TOO_LONG = "At most %(most)s characters."
    NO_SUCH_CHOICE = "Options: %(choices)s"

    # Of events
    NO_TITLE = "valueNotEmpty"
    EMPTY_TITLE = "Info cannot be empty."
    BAD_DATE = "Expected date format: YYYY-MM-DD"
    DATE_AHEAD = "The date is more than a day ahead of this instance's clock"
    BAD_THREAT_LEVEL = "Options : 1, 2, 3, 4 (for High, Medium, Low, Undefined)"
    BAD_ANALYSIS = "Options : 0, 1, 2 (for Initial, Ongoing, Completed)"
    BAD_EVENT_DISTRIBUTION = (
        "Options : Your organisation only, This community only, Connected communities, All communities"
    )

    # Of attributes
    NO_TYPE = "No type set."
    UNKNOWN_TYPE = "Invalid type."
    BAD_CATEGORY = "Options : Payload delivery, Antivirus detection, Payload installation, Files dropped ..."
    BAD_TYPE_FOR_CATEGORY = "Options depend on the selected category."
    BLOCKED_VALUE = "This value is blocked by a regular expression in the import filters."
    VALUE_IS_LIST = "Value is an array."

    # Of objects
    NO_TEMPLATE = "No valid template found and object lacking template information. (%(field)s)"
    BAD_TEMPLATE_VERSION = "Expected the number of a version"

    # Of templates of objects
    MISSING = "This field is required."
    BAD_VERSION = "The version is a whole number, 1 or more."
    NO_ATTRIBUTES = "A template needs at least one attribute."
    TOO_MANY_ATTRIBUTES = "A template has at most %(most)s attributes."
    BAD_RELATION = "A relation has a name without space around it."
    RELATION_TAKEN = "Another relation has the same name."
    RELATION_TWICE = 'The relation "%(name)s" is there twice.'
    RELATION_NOT_AN_OBJECT = "An attribute is described by an object."
    UNKNOWN_RELATION_TYPE = "%(type)s is no type of attribute."
    UNKNOWN_CATEGORY = "%(category)s is no category."
    NOT_RELATIONS = "A list of relations is needed."
    UNKNOWN_RELATIONS = "The template has no relation: %(names)s."
    NOT_TEXT = "A text is expected."
    NOT_TRUE_OR_FALSE = "Expected true or false."
    NOT_A_NUMBER = "A number, 0 or more, is expected."
    NOT_TEXTS = "A list of at most %(most)s texts is expected."

    # Of notes, opinions and relationships
    BAD_OPINION = "An opinion is a number from 0 to 100."
    BAD_MOMENT = "Expected a date and time: YYYY-MM-DD HH:MM:SS"
    ABOUT_ITSELF = "Nothing can be about itself."

    # Of values
    BAD_FORMAT = "Value not in the right type/format." + DOUBLE_CHECK
    EMPTY_VALUE = "Value cannot be empty."
    ONLY_CONTROL = (
        "Value provided consists purely of control characters and is therefore considered to be empty."
    )
    NOT_COMPOSITE = "Composite type found but the value not in the composite (value1|value2) format."
    VALUE_TOO_LONG = (
        "The entered string is too long and would get truncated. "
        "Please consider adding the data as an attachment instead"
    )
    NEW_LINE = "Value must not contain new line character."
    NEW_LINE_IN_NAME = "Filename must not contain new line character."
    BAD_IP = "IP address has an invalid format."
    BAD_NETWORK = "Invalid CIDR notation value found."
    BAD_NETWORK_SIZE = (
        "Invalid CIDR notation value found, for IPv%(version)s must be lower or equal %(most)s."
    )
    BAD_PORT = "Port numbers have to be integers between 1 and 65535."
    BAD_HOST = "Hostname has an invalid format."
    BAD_HOSTNAME = "Hostname has an invalid format." + DOUBLE_CHECK
    BAD_DOMAIN = "Domain has an invalid format."
    BAD_DOMAIN_NAME = "Domain has an invalid format." + DOUBLE_CHECK
    BAD_EMAIL = "Email address has an invalid format." + DOUBLE_CHECK
    BAD_CHECKSUM = (
        "Checksum has an invalid length or format (expected: %(length)s hexadecimal characters)."
        + DOUBLE_CHECK
    )
    BAD_NAMED_CHECKSUM = (
        "Checksum has an invalid length or format (expected: filename|%(length)s hexadecimal characters)."
        + DOUBLE_CHECK
    )
    BAD_TELFHASH = (
        "Checksum has an invalid length or format (expected: 70 or 72 hexadecimal characters)." + DOUBLE_CHECK
    )
    BAD_TLSH = (
        f"Checksum has an invalid length or format (expected: {TLSH} hexadecimal characters)." + DOUBLE_CHECK
    )
    BAD_NAMED_TLSH = (
        f"TLSH hash has an invalid length or format (expected: filename|{TLSH} hexadecimal characters)."
        + DOUBLE_CHECK
    )
    BAD_PEHASH = (
        "The input doesn't match the expected %(prefix)ssha1 format (expected: %(prefix)s40 hexadecimal "
        "characters). Keep in mind that MISP currently only supports SHA1 for PEhashes, if you would like to "
        "get the support extended to other hash types, make sure to create a github ticket about it at "
        "https://github.com/MISP/MISP!"
    )
    BAD_CDHASH = "The input doesn't match the expected format (expected: 40 or more hexadecimal characters)"
    BAD_SSDEEP = "Invalid SSDeep hash. The format has to be blocksize:hash:hash"
    BAD_NAMED_SSDEEP = "Invalid ssdeep hash (expected: blocksize:hash:hash)."
    BAD_IMPFUZZY = "Invalid impfuzzy format. The format has to be imports:hash:hash"
    EMPTY_VHASH = "Vhash must not be an empty string."
    BAD_NAMED_VHASH = (
        "Checksum has an invalid length or format (expected: filename|string characters)." + DOUBLE_CHECK
    )
    BAD_SSH_FINGERPRINT = "SSH fingerprint must be in MD5 or SHA256 format."
    BAD_AUTONOMOUS_SYSTEM = "AS number have to be integer between 1 and 4294967295"
    BAD_SERVICE_NAME = (
        "Invalid format. Only values shorter than 256 characters that don't include any forward or backward "
        "slashes are allowed."
    )
    BAD_HTTP_METHOD = "Unknown HTTP method."
    BAD_VULNERABILITY = "Invalid format. Expected: CVE-xxxx-xxxx..."
    BAD_WEAKNESS = "Invalid format. Expected: CWE-x..."
    NOT_A_COUNT = "The value has to be a whole number greater or equal 0."
    NOT_AN_INTEGER = "The value has to be an integer value."
    BAD_DATETIME = "Datetime has to be in the ISO 8601 format."
    BAD_VALUE_UUID = "The value has to be a valid UUID format."


type Errors = dict[str, list[Refusal]]
"""Field → what is wrong with it."""
