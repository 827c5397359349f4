"""Validation of values, with MISP's error messages; None when valid.

Digits are ASCII digits throughout: Unicode's others are none to PostgreSQL or to MISP's clients.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from vardkase.misp.types import COMPOSITE_TYPES, HASH_LENGTHS, PLAIN_IPV4
from vardkase.misp.values.normal import DOMAIN, is_digits

type Rule = Callable[[str], str | None]

MAX_BYTES = 65_535
GENERIC = 'Value not in the right type/format. Please double check the value or select type "other".'
EMPTY = "Value cannot be empty."
ONLY_CONTROL = "Value provided consists purely of control characters and is therefore considered to be empty."
NOT_COMPOSITE = "Composite type found but the value not in the composite (value1|value2) format."
TOO_LONG = (
    "The entered string is too long and would get truncated. "
    "Please consider adding the data as an attachment instead"
)
NEW_LINE = "Value must not contain new line character."
BAD_IP = "IP address has an invalid format."
BAD_PORT = "Port numbers have to be integers between 1 and 65535."
BAD_CHECKSUM = (
    "Checksum has an invalid length or format (expected: {} hexadecimal characters). "
    'Please double check the value or select type "other".'
)
BAD_PEHASH = (
    "The input doesn't match the expected {0}sha1 format (expected: {0}40 hexadecimal characters). "
    "Keep in mind that MISP currently only supports SHA1 for PEhashes, if you would like to get the support "
    "extended to other hash types, make sure to create a github ticket about it at "
    "https://github.com/MISP/MISP!"
)
BAD_SERVICE_NAME = (
    "Invalid format. Only values shorter than 256 characters that don't include any forward or backward "
    "slashes are allowed."
)
TLSH = "at least 35 hexadecimal characters, optionally starting with t1 instead of"
DOUBLE_CHECK = ' Please double check the value or select type "other".'

SPACE = re.compile(r"\s")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
SSDEEP = re.compile(r"[0-9]+:[A-Za-z0-9/+]*:[A-Za-z0-9/+]*")
HEXADECIMAL = re.compile(r"[0-9a-f]+")
SHA256_IN_BASE64 = re.compile(r"[A-Za-z0-9+/]{43}=?")
MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
EUI_64 = re.compile(r"(?:[0-9a-f]{2}:){7}[0-9a-f]{2}")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000", re.ASCII)
ONION = re.compile(r"(?:[a-z2-7]{16}|[a-z2-7]{56})\.onion")
VULNERABILITY = re.compile(
    r"CVE-\d{4}-\d{4,}|GCVE-\d+-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+|GSD-\d{4}-\d+|MAL-\d{4}-\d+"
    r"|FKIE_CVE-\d{4}-\d+|WID-SEC-W-\d{4}-\d+|NCSC-\d{4}-\d+|SSA-\d+|RH[SBE]A-\d{4}:\d+|ICSM?A-\d\d-\d+-\d+"
    r"|VA-\d\d-\d+-\d+|cisco-sa-[\w-]+|SCA-\d{4}-\d+|NN-\d{4}[:_-]\d+(?:-\d+)?|OXAS-ADV-\d{4}-\d+"
    r"|MSRC_CVE-\d{4}-\d+|VAR-\d{6}-\d+|JVNDB-\d{4}-\d+|TS-\d{4}-\d+|(?:open)?SUSE-SU-\d{4}:\d+(?:-\d+)?"
    r"|CNVD-\d{4}-\d+|CERTFR-\d{4}-(?:AVI|ALE)-\d+",
    re.IGNORECASE | re.ASCII,
)
HTTP_METHODS = re.compile(
    r"OPTIONS|GET|HEAD|POST|PUT|DELETE|TRACE|CONNECT|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK"
    r"|VERSION-CONTROL|REPORT|CHECKOUT|CHECKIN|UNCHECKOUT|MKWORKSPACE|UPDATE|LABEL|MERGE|BASELINE-CONTROL"
    r"|MKACTIVITY|ORDERPATCH|ACL|PATCH|SEARCH"
)


def validate(type_name: str, value: str) -> str | None:
    """MISP's error message for a normal-form `value`, or None."""
    if not value:
        return EMPTY
    if CONTROL.fullmatch(value):
        return ONLY_CONTROL
    if type_name in COMPOSITE_TYPES and value.count("|") != 1:
        return NOT_COMPOSITE
    if len(value) > MAX_BYTES // 4 and len(value.encode()) > MAX_BYTES:
        return TOO_LONG
    rule = RULES.get(type_name)
    return rule(value) if rule is not None else None


def _single_line(value: str) -> str | None:
    return NEW_LINE if "\n" in value else None


def _ip(value: str) -> str | None:
    if PLAIN_IPV4.fullmatch(value):
        return None
    address, slash, prefix = value.partition("/")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return BAD_IP
    if "%" in address:  # an interface of somebody's machine
        return BAD_IP
    if not slash:
        return None
    if not is_digits(prefix):
        return "Invalid CIDR notation value found."
    if len(prefix) > 4 or int(prefix) > parsed.max_prefixlen:
        return (
            f"Invalid CIDR notation value found, for IPv{parsed.version} must be lower or equal "
            f"{parsed.max_prefixlen}."
        )
    return None


def _port(value: str) -> str | None:
    valid = is_digits(value) and len(value) < 10 and 1 <= int(value) <= 65535
    return None if valid else BAD_PORT


def _ip_port(value: str) -> str | None:
    address, _, port = value.partition("|")
    return _ip(address) or _port(port)


def _host_port(value: str) -> str | None:
    host, _, port = value.partition("|")
    return "Hostname has an invalid format." if not DOMAIN.fullmatch(host) else _port(port)


def _domain(value: str) -> str | None:
    return None if DOMAIN.fullmatch(value) else "Domain has an invalid format." + DOUBLE_CHECK


def _hostname(value: str) -> str | None:
    return None if DOMAIN.fullmatch(value) else "Hostname has an invalid format." + DOUBLE_CHECK


def _domain_ip(value: str) -> str | None:
    domain, _, address = value.partition("|")
    return "Domain has an invalid format." if not DOMAIN.fullmatch(domain) else _ip(address)


def _email(value: str) -> str | None:
    """Something without spaces, an @, something with a dot: incomplete addresses are evidence, too.

    Not a regular expression, which would take minutes over 65,000 @ signs.
    """
    at = value.find("@", 1)
    valid = at > 0 and "." in value[at:] and "\n" not in value and not SPACE.search(value, 1, at)
    return None if valid else "Email address has an invalid format." + DOUBLE_CHECK


def _matching(form: str, message: str = GENERIC) -> Rule:
    compiled = re.compile(form, re.ASCII)
    return lambda value: None if compiled.fullmatch(value) else message


def _named(rule: Rule, message: str) -> Rule:
    def check(value: str) -> str | None:
        name, _, rest = value.partition("|")
        if "\n" in name:
            return "Filename must not contain new line character."
        return None if name and rule(rest) is None else message

    return check


def _tlsh(value: str) -> str | None:
    digest = value.removeprefix("t")
    return None if len(digest) > 35 and HEXADECIMAL.fullmatch(digest) else BAD_CHECKSUM.format(TLSH)


def _telfhash(value: str) -> str | None:
    valid = len(value) in {70, 72} and HEXADECIMAL.fullmatch(value)
    return None if valid else BAD_CHECKSUM.format("70 or 72")


def _ssdeep(value: str) -> str | None:
    valid = SSDEEP.fullmatch(value)
    return None if valid else "Invalid SSDeep hash. The format has to be blocksize:hash:hash"


def _impfuzzy(value: str) -> str | None:
    parts = value.split(":")
    valid = len(parts) == 3 and is_digits(parts[0])
    return None if valid else "Invalid impfuzzy format. The format has to be imports:hash:hash"


def _link(value: str) -> str | None:
    try:
        parts = urlsplit(value)
    except ValueError:
        return GENERIC
    return None if parts.scheme and parts.netloc and not SPACE.search(value) else GENERIC


def _autonomous_system(value: str) -> str | None:
    valid = is_digits(value) and len(value) < 20 and 0 < int(value) <= 4_294_967_295
    return None if valid else "AS number have to be integer between 1 and 4294967295"


def _whole_number(value: str) -> str | None:
    return None if is_digits(value) else "The value has to be a whole number greater or equal 0."


def _cortex(value: str) -> str | None:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return GENERIC
    return None


def _ssh_fingerprint(value: str) -> str | None:
    if value.startswith("SHA256:"):
        valid = SHA256_IN_BASE64.fullmatch(value, 7) is not None
    else:
        digest = value.removeprefix("MD5:").replace(":", "")
        valid = len(digest) == 32 and HEXADECIMAL.fullmatch(digest.lower()) is not None
    return None if valid else "SSH fingerprint must be in MD5 or SHA256 format."


def _service_name(value: str) -> str | None:
    return None if len(value) <= 256 and "/" not in value and "\\" not in value else BAD_SERVICE_NAME


SINGLE_LINE = [
    "azure-application-id",
    "campaign-id",
    "campaign-name",
    "chrome-extension-id",
    "country-of-residence",
    "date-of-birth",
    "dkim",
    "dkim-signature",
    "edge-extension-id",
    "email-dst-display-name",
    "email-message-id",
    "email-mime-boundary",
    "email-reply-to",
    "email-src-display-name",
    "email-subject",
    "email-thread-index",
    "email-x-mailer",
    "favicon-mmh3",
    "filename",
    "frequent-flyer-number",
    "gender",
    "github-organisation",
    "github-repository",
    "github-username",
    "issue-date-of-the-visa",
    "malware-type",
    "mobile-application-id",
    "nationality",
    "passenger-name-record-locator-number",
    "passport-country",
    "passport-expiration",
    "passport-number",
    "payment-details",
    "pdb",
    "place-of-birth",
    "place-port-of-clearance",
    "place-port-of-onward-foreign-destination",
    "place-port-of-original-embarkation",
    "primary-residence",
    "redress-number",
    "regkey",
    "regkey|value",
    "special-service-request",
    "target-external",
    "target-location",
    "target-machine",
    "target-org",
    "target-user",
    "threat-actor",
    "travel-details",
    "twitter-id",
    "uri",
    "url",
    "user-agent",
    "visa-number",
    "whois-creation-date",
    "whois-registrant-name",
    "whois-registrant-org",
    "whois-registrar",
    "windows-scheduled-task",
]
EMAILS = [
    "dns-soa-email",
    "email",
    "email-dst",
    "email-src",
    "eppn",
    "jabber-id",
    "target-email",
    "whois-registrant-email",
]
NUMBERS = ["aba-rtn", "bank-account-nr", "bin", "cc-number", "phone-number", "prtn", "whois-registrant-phone"]
WALLETS_AND_BANKS = ("bic", "btc", "dash", "iban", "xmr")
HASHES = {
    name: _matching(f"[0-9a-f]{{{length}}}", BAD_CHECKSUM.format(length))
    for name, length in HASH_LENGTHS.items()
} | {
    "git-commit-id": _matching("[0-9a-fA-F]{40}", BAD_CHECKSUM.format(40)),
    "pehash": _matching("[0-9a-f]{40}", BAD_PEHASH.format("")),
    "telfhash": _telfhash,
    "tlsh": _tlsh,
    "cdhash": _matching(
        "[0-9a-f]{40,}",
        "The input doesn't match the expected format (expected: 40 or more hexadecimal characters)",
    ),
    "ssdeep": _ssdeep,
    "impfuzzy": _impfuzzy,
    "vhash": lambda value: None if value else "Vhash must not be an empty string.",
}
NAMED_HASHES = {
    f"filename|{name}": _named(rule, BAD_CHECKSUM.format(f"filename|{HASH_LENGTHS.get(name, 'string')}"))
    for name, rule in HASHES.items()
    if f"filename|{name}" in COMPOSITE_TYPES
} | {
    "filename|pehash": _named(HASHES["pehash"], BAD_PEHASH.format("filename|")),
    "filename|vhash": _named(
        HASHES["vhash"],
        "Checksum has an invalid length or format (expected: filename|string characters)." + DOUBLE_CHECK,
    ),
    "filename|ssdeep": _named(_ssdeep, "Invalid ssdeep hash (expected: blocksize:hash:hash)."),
    "filename|impfuzzy": _named(_impfuzzy, "Invalid impfuzzy format. The format has to be imports:hash:hash"),
    "filename|tlsh": _named(
        _tlsh,
        f"TLSH hash has an invalid length or format (expected: filename|{TLSH} hexadecimal characters)."
        + DOUBLE_CHECK,
    ),
}

RULES: dict[str, Rule] = {
    **HASHES,
    **NAMED_HASHES,
    **dict.fromkeys(SINGLE_LINE, _single_line),
    "named pipe": _single_line,
    "ip-src": _ip,
    "ip-dst": _ip,
    "ip-src|port": _ip_port,
    "ip-dst|port": _ip_port,
    "hostname|port": _host_port,
    "port": _port,
    "domain": _domain,
    "hostname": _hostname,
    "domain|ip": _domain_ip,
    **dict.fromkeys(EMAILS, _email),
    "link": _link,
    "http-method": lambda value: None if HTTP_METHODS.search(value) else "Unknown HTTP method.",
    "AS": _autonomous_system,
    "ssh-fingerprint": _ssh_fingerprint,
    "vulnerability": lambda v: (
        None if VULNERABILITY.fullmatch(v) else "Invalid format. Expected: CVE-xxxx-xxxx..."
    ),
    "weakness": _matching(r"CWE-\d+", "Invalid format. Expected: CWE-x..."),
    "hex": _matching(r"[0-9A-Fa-f]+"),
    **dict.fromkeys(WALLETS_AND_BANKS, _matching("[0-9A-Za-z]+")),
    **dict.fromkeys(NUMBERS, lambda value: None if NUMBER.fullmatch(value) else GENERIC),
    "windows-service-name": _service_name,
    "windows-service-displayname": _service_name,
    "size-in-bytes": _whole_number,
    "counter": _whole_number,
    "integer": _matching(r"[+-]?\d+", "The value has to be an integer value."),
    "float": lambda value: None if NUMBER.fullmatch(value) else GENERIC,
    "datetime": lambda value: (
        None if DATETIME.fullmatch(value) else "Datetime has to be in the ISO 8601 format."
    ),
    "mac-address": lambda value: None if MAC.fullmatch(value) else GENERIC,
    "mac-eui-64": lambda value: None if EUI_64.fullmatch(value) else GENERIC,
    "cortex": _cortex,
    "boolean": _matching(r"[01]"),
    "uuid": _matching(
        "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "The value has to be a valid UUID format."
    ),
    "onion-address": lambda value: None if ONION.fullmatch(value) else GENERIC,
}
