"""Validation of values; None when valid.

Digits are ASCII digits throughout: Unicode's others are none to PostgreSQL or to MISP's clients.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from vardkase.misp.faults import Fault, Refusal
from vardkase.misp.types import COMPOSITE_TYPES, HASH_LENGTHS, PLAIN_IPV4
from vardkase.misp.values.normal import DOMAIN, is_digits

type Rule = Callable[[str], Refusal | None]

# Measured in bytes and not in characters, since MySQL counts bytes.
MAX_BYTES = 65_535  # What MISP's column (TEXT of MySQL) holds: it would cut longer ones.
GENERIC = Fault.BAD_FORMAT()
SPACE = re.compile(r"\s")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
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


def validate(type_name: str, value: str) -> Refusal | None:
    """What is wrong with a normal-form `value`, or None."""
    if not value:
        return Fault.EMPTY_VALUE()
    if not value[0].isprintable() and CONTROL.fullmatch(value):  # The first question is the cheaper one.
        return Fault.ONLY_CONTROL()
    if type_name in COMPOSITE_TYPES and value.count("|") != 1:
        return Fault.NOT_COMPOSITE()
    # A character takes at most four bytes in UTF-8, so most values need not be encoded to be measured.
    if len(value) > MAX_BYTES // 4 and len(value.encode()) > MAX_BYTES:
        return Fault.VALUE_TOO_LONG()
    rule = RULES.get(type_name)
    return rule(value) if rule is not None else None


def check_single_line(value: str) -> Refusal | None:
    return Fault.NEW_LINE() if "\n" in value else None


def check_ip(value: str) -> Refusal | None:
    if PLAIN_IPV4.fullmatch(value):
        return None
    address, slash, prefix = value.partition("/")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return Fault.BAD_IP()
    if "%" in address:  # A zone names an interface of one machine.
        return Fault.BAD_IP()
    if not slash:
        return None
    if not is_digits(prefix):
        return Fault.BAD_NETWORK()
    # int() refuses more than 4,300 digits, here and below.
    if len(prefix) > 4 or int(prefix) > parsed.max_prefixlen:
        return Fault.BAD_NETWORK_SIZE(version=parsed.version, most=parsed.max_prefixlen)
    return None


def check_port(value: str) -> Refusal | None:
    valid = is_digits(value) and len(value) < 10 and 1 <= int(value) <= 65535
    return None if valid else Fault.BAD_PORT()


def check_ip_port(value: str) -> Refusal | None:
    address, _, port = value.partition("|")
    return check_ip(address) or check_port(port)


def check_host_port(value: str) -> Refusal | None:
    host, _, port = value.partition("|")
    return Fault.BAD_HOST() if not DOMAIN.fullmatch(host) else check_port(port)


def check_domain_ip(value: str) -> Refusal | None:
    domain, _, address = value.partition("|")
    return Fault.BAD_DOMAIN() if not DOMAIN.fullmatch(domain) else check_ip(address)


def check_email(value: str) -> Refusal | None:
    """Something without spaces, an @, something with a dot: incomplete addresses are evidence, too.

    Not a regular expression, which would take minutes over 65,000 @ signs.
    """
    at = value.find("@", 1)
    valid = at > 0 and "." in value[at:] and "\n" not in value and not SPACE.search(value, 1, at)
    return None if valid else Fault.BAD_EMAIL()


def full_match(form: str, refusal: Refusal = GENERIC) -> Rule:
    # ASCII, since \d would also match other scripts' digits, which PostgreSQL and MISP's clients refuse.
    compiled = re.compile(form, re.ASCII)
    return lambda value: None if compiled.fullmatch(value) else refusal


def with_file_name(rule: Rule, refusal: Refusal) -> Rule:
    # The refusal is its own: the text for a named hash differs from that of the bare one.
    def check(value: str) -> Refusal | None:
        name, _, rest = value.partition("|")
        if "\n" in name:
            return Fault.NEW_LINE_IN_NAME()
        return None if name and rule(rest) is None else refusal

    return check


def check_impfuzzy(value: str) -> Refusal | None:
    parts = value.split(":")
    valid = len(parts) == 3 and is_digits(parts[0])
    return None if valid else Fault.BAD_IMPFUZZY()


def check_link(value: str) -> Refusal | None:
    try:
        parts = urlsplit(value)
    except ValueError:
        return GENERIC
    return None if parts.scheme and parts.netloc and not SPACE.search(value) else GENERIC


def check_autonomous_system(value: str) -> Refusal | None:
    valid = is_digits(value) and len(value) < 20 and 0 < int(value) <= 4_294_967_295
    return None if valid else Fault.BAD_AUTONOMOUS_SYSTEM()


def check_cortex(value: str) -> Refusal | None:
    try:
        json.loads(value)
    except (ValueError, RecursionError):  # Thousands of brackets are deeper than Python goes.
        return GENERIC
    return None


def check_ssh_fingerprint(value: str) -> Refusal | None:
    if value.startswith("SHA256:"):
        valid = SHA256_IN_BASE64.fullmatch(value, 7) is not None
    else:
        digest = value.removeprefix("MD5:").replace(":", "")
        valid = len(digest) == 32 and HEXADECIMAL.fullmatch(digest.lower()) is not None
    return None if valid else Fault.BAD_SSH_FINGERPRINT()


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
    name: full_match(f"[0-9a-f]{{{length}}}", Fault.BAD_CHECKSUM(length=length))
    for name, length in HASH_LENGTHS.items()
} | {
    "git-commit-id": full_match("[0-9a-fA-F]{40}", Fault.BAD_CHECKSUM(length=40)),
    "pehash": full_match("[0-9a-f]{40}", Fault.BAD_PEHASH(prefix="")),
    "telfhash": full_match("[0-9a-f]{70}(?:[0-9a-f]{2})?", Fault.BAD_TELFHASH()),
    "tlsh": full_match("t?[0-9a-f]{36,}", Fault.BAD_TLSH()),
    "cdhash": full_match("[0-9a-f]{40,}", Fault.BAD_CDHASH()),
    "ssdeep": full_match("[0-9]+:[A-Za-z0-9/+]*:[A-Za-z0-9/+]*", Fault.BAD_SSDEEP()),
    "impfuzzy": check_impfuzzy,
    "vhash": lambda value: None if value else Fault.EMPTY_VHASH(),
}
NAMED_HASHES = {
    f"filename|{name}": with_file_name(
        rule, Fault.BAD_NAMED_CHECKSUM(length=HASH_LENGTHS.get(name, "string"))
    )
    for name, rule in HASHES.items()
    if f"filename|{name}" in COMPOSITE_TYPES
} | {
    "filename|pehash": with_file_name(HASHES["pehash"], Fault.BAD_PEHASH(prefix="filename|")),
    "filename|vhash": with_file_name(HASHES["vhash"], Fault.BAD_NAMED_VHASH()),
    "filename|ssdeep": with_file_name(HASHES["ssdeep"], Fault.BAD_NAMED_SSDEEP()),
    "filename|impfuzzy": with_file_name(check_impfuzzy, Fault.BAD_IMPFUZZY()),
    "filename|tlsh": with_file_name(HASHES["tlsh"], Fault.BAD_NAMED_TLSH()),
}

RULES: dict[str, Rule] = {
    **HASHES,
    **NAMED_HASHES,
    **dict.fromkeys(SINGLE_LINE, check_single_line),
    "named pipe": check_single_line,
    "ip-src": check_ip,
    "ip-dst": check_ip,
    "ip-src|port": check_ip_port,
    "ip-dst|port": check_ip_port,
    "hostname|port": check_host_port,
    "port": check_port,
    "domain": lambda value: None if DOMAIN.fullmatch(value) else Fault.BAD_DOMAIN_NAME(),
    "hostname": lambda value: None if DOMAIN.fullmatch(value) else Fault.BAD_HOSTNAME(),
    "domain|ip": check_domain_ip,
    **dict.fromkeys(EMAILS, check_email),
    "link": check_link,
    # Searched for, as in MISP, whose expression is not anchored: "GET /" is valid.
    "http-method": lambda value: None if HTTP_METHODS.search(value) else Fault.BAD_HTTP_METHOD(),
    "AS": check_autonomous_system,
    "ssh-fingerprint": check_ssh_fingerprint,
    "vulnerability": lambda value: None if VULNERABILITY.fullmatch(value) else Fault.BAD_VULNERABILITY(),
    "weakness": full_match(r"CWE-\d+", Fault.BAD_WEAKNESS()),
    "hex": full_match(r"[0-9A-Fa-f]+"),
    **dict.fromkeys(WALLETS_AND_BANKS, full_match("[0-9A-Za-z]+")),
    **dict.fromkeys(NUMBERS, lambda value: None if NUMBER.fullmatch(value) else GENERIC),
    **dict.fromkeys(
        ("windows-service-name", "windows-service-displayname"),
        full_match(r"[^/\\]{0,256}", Fault.BAD_SERVICE_NAME()),
    ),
    **dict.fromkeys(("size-in-bytes", "counter"), full_match("[0-9]+", Fault.NOT_A_COUNT())),
    "integer": full_match(r"[+-]?\d+", Fault.NOT_AN_INTEGER()),
    "float": lambda value: None if NUMBER.fullmatch(value) else GENERIC,
    "datetime": lambda value: None if DATETIME.fullmatch(value) else Fault.BAD_DATETIME(),
    "mac-address": lambda value: None if MAC.fullmatch(value) else GENERIC,
    "mac-eui-64": lambda value: None if EUI_64.fullmatch(value) else GENERIC,
    "cortex": check_cortex,
    "boolean": full_match(r"[01]"),
    "uuid": full_match("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", Fault.BAD_VALUE_UUID()),
    "onion-address": lambda value: None if ONION.fullmatch(value) else GENERIC,
}
