"""What is wrong with a value, in MISP's words; None when nothing is."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

from vardkase.misp.types import COMPOSITE_TYPES
from vardkase.misp.values.normal import DOMAIN, PLAIN_IPV4

type Rule = Callable[[str], str | None]

MAX_BYTES = 65_535
GENERIC = 'Value not in the right type/format. Please double check the value or select type "other".'
EMPTY = "Value cannot be empty."
ONLY_CONTROL = "Value provided consists purely of control characters and is therefore considered to be empty."
NOT_COMPOSITE = "Composite type found but the value not in the composite (value1|value2) format."
TOO_LONG = (
    "The entered string is too long and would get truncated. Please consider adding the data as an attachment "
    "instead"
)
NEW_LINE = "Value must not contain new line character."
BAD_IP = "IP address has an invalid format."
BAD_PORT = "Port numbers have to be integers between 1 and 65535."
BAD_CHECKSUM = (
    "Checksum has an invalid length or format (expected: {} hexadecimal characters). "
    'Please double check the value or select type "other".'
)
DOUBLE_CHECK = ' Please double check the value or select type "other".'

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
SSDEEP = re.compile(r"\d+:[A-Za-z0-9/+]*:[A-Za-z0-9/+]*")
MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
EUI_64 = re.compile(r"(?:[0-9a-f]{2}:){7}[0-9a-f]{2}")
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4}")
ONION = re.compile(r"(?:[a-z2-7]{16}|[a-z2-7]{56})\.onion")
VULNERABILITY = re.compile(
    r"CVE-\d{4}-\d{4,}|GCVE-\d+-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+|GSD-\d{4}-\d+|MAL-\d{4}-\d+"
    r"|FKIE_CVE-\d{4}-\d+|WID-SEC-W-\d{4}-\d+|NCSC-\d{4}-\d+|SSA-\d+|RH[SBE]A-\d{4}:\d+|ICSM?A-\d\d-\d+-\d+"
    r"|VA-\d\d-\d+-\d+|cisco-sa-[\w-]+|SCA-\d{4}-\d+|NN-\d{4}[:_-]\d+(?:-\d+)?|OXAS-ADV-\d{4}-\d+"
    r"|MSRC_CVE-\d{4}-\d+|VAR-\d{6}-\d+|JVNDB-\d{4}-\d+|TS-\d{4}-\d+|(?:open)?SUSE-SU-\d{4}:\d+(?:-\d+)?"
    r"|CNVD-\d{4}-\d+|CERTFR-\d{4}-(?:AVI|ALE)-\d+",
    re.IGNORECASE,
)
HTTP_METHODS = re.compile(
    r"OPTIONS|GET|HEAD|POST|PUT|DELETE|TRACE|CONNECT|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK"
    r"|VERSION-CONTROL|REPORT|CHECKOUT|CHECKIN|UNCHECKOUT|MKWORKSPACE|UPDATE|LABEL|MERGE|BASELINE-CONTROL"
    r"|MKACTIVITY|ORDERPATCH|ACL|PATCH|SEARCH"
)


def validate(type_name: str, value: str) -> str | None:
    """MISP's message for what is wrong with a normal-form `value`, or None."""
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
    return NEW_LINE if "\n" in value or "\r" in value else None


def _ip(value: str) -> str | None:
    if PLAIN_IPV4.fullmatch(value):
        return None
    address, slash, prefix = value.partition("/")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return BAD_IP
    if not slash:
        return None
    if not (prefix.isascii() and prefix.isdigit()):
        return "Invalid CIDR notation value found."
    if int(prefix) > parsed.max_prefixlen:
        return (
            f"Invalid CIDR notation value found, for IPv{parsed.version} must be lower or equal "
            f"{parsed.max_prefixlen}."
        )
    return None


def _port(value: str) -> str | None:
    valid = value.isascii() and value.isdigit() and 1 <= int(value) <= 65535
    return None if valid else BAD_PORT


def _ip_port(value: str) -> str | None:
    address, _, port = value.partition("|")
    return _ip(address) or _port(port)


def _host_port(value: str) -> str | None:
    host, _, port = value.partition("|")
    return _hostname(host) or _port(port)


def _domain(value: str) -> str | None:
    return None if DOMAIN.fullmatch(value) else "Domain has an invalid format." + DOUBLE_CHECK


def _hostname(value: str) -> str | None:
    return None if DOMAIN.fullmatch(value) else "Hostname has an invalid format." + DOUBLE_CHECK


def _domain_ip(value: str) -> str | None:
    domain, _, address = value.partition("|")
    return "Domain has an invalid format." if not DOMAIN.fullmatch(domain) else _ip(address)


def _email(value: str) -> str | None:
    return None if EMAIL.fullmatch(value) else "Email address has an invalid format." + DOUBLE_CHECK


def _hexadecimal(length: int) -> Rule:
    form = re.compile(rf"[0-9a-f]{{{length}}}")
    message = BAD_CHECKSUM.format(length)
    return lambda value: None if form.fullmatch(value) else message


def _matching(form: str, message: str = GENERIC, flags: re.RegexFlag = re.RegexFlag(0)) -> Rule:
    compiled = re.compile(form, flags)
    return lambda value: None if compiled.fullmatch(value) else message


def _named(rule: Rule) -> Rule:
    """A file name and something after the bar."""

    def check(value: str) -> str | None:
        name, _, rest = value.partition("|")
        if not name:
            return GENERIC
        return _single_line(name) or rule(rest)

    return check


def _tlsh(value: str) -> str | None:
    digest = value.removeprefix("t")
    if len(digest) > 35 and re.fullmatch(r"[0-9a-f]+", digest):
        return None
    expected = "at least 35 hexadecimal characters, optionally starting with t1 instead of"
    return BAD_CHECKSUM.format(expected)


def _telfhash(value: str) -> str | None:
    return None if len(value) in {70, 72} else BAD_CHECKSUM.format("70 or 72")


def _ssdeep(value: str) -> str | None:
    valid = SSDEEP.fullmatch(value)
    return None if valid else "Invalid SSDeep hash. The format has to be blocksize:hash:hash"


def _impfuzzy(value: str) -> str | None:
    parts = value.split(":")
    valid = len(parts) == 3 and parts[0].isdigit()
    return None if valid else "Invalid impfuzzy format. The format has to be imports:hash:hash"


def _link(value: str) -> str | None:
    parts = urlsplit(value) if not re.search(r"\s", value) else None
    return None if parts is not None and parts.scheme and parts.netloc else GENERIC


def _autonomous_system(value: str) -> str | None:
    valid = value.isascii() and value.isdigit() and 0 < int(value) <= 4_294_967_295
    return None if valid else "AS number have to be integer between 1 and 4294967295"


def _whole_number(value: str) -> str | None:
    valid = value.isascii() and value.isdigit()
    return None if valid else "The value has to be a whole number greater or equal 0."


def _cortex(value: str) -> str | None:
    try:
        json.loads(value)
    except ValueError:
        return GENERIC
    return None


def _uuid(value: str) -> str | None:
    try:
        UUID(value)
    except ValueError:
        return GENERIC
    return None


def _ssh_fingerprint(value: str) -> str | None:
    if value.startswith("SHA256:"):
        try:
            digest = base64.b64decode(value[7:] + "=" * (-len(value[7:]) % 4), validate=True)
        except binascii.Error:
            return GENERIC
        return None if len(digest) == 32 else GENERIC
    digest_text = value.removeprefix("MD5:").replace(":", "")
    return None if re.fullmatch(r"[0-9a-fA-F]{32}", digest_text) else GENERIC


def _service_name(value: str) -> str | None:
    valid = len(value) <= 256 and not re.search(r"[\\/]", value)
    return (
        None
        if valid
        else "Invalid service name. It can be at most 256 characters long and must not contain a slash or a backslash."
    )


LENGTHS = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha512/224": 56,
    "sha512/256": 64,
    "sha3-224": 56,
    "sha3-256": 64,
    "sha3-384": 96,
    "sha3-512": 128,
    "authentihash": 64,
    "imphash": 32,
    "pehash": 40,
}
ONLY_ALONE = {
    "ja3-fingerprint-md5": 32,
    "jarm-fingerprint": 62,
    "hassh-md5": 32,
    "hasshserver-md5": 32,
    "dom-hash": 32,
    "x509-fingerprint-md5": 32,
    "x509-fingerprint-sha1": 40,
    "x509-fingerprint-sha256": 64,
}
SINGLE_LINE = """
filename pdb email-subject url user-agent favicon-mmh3 regkey regkey|value named\u00a0pipe target-user target-machine
target-org target-location target-external threat-actor campaign-name campaign-id malware-type uri
windows-scheduled-task whois-registrant-name whois-registrant-org whois-registrar whois-creation-date
email-dst-display-name email-src-display-name email-reply-to email-x-mailer email-mime-boundary email-thread-index
email-message-id github-username github-repository github-organisation twitter-id dkim dkim-signature date-of-birth
place-of-birth gender passport-number passport-country passport-expiration redress-number nationality visa-number
issue-date-of-the-visa primary-residence country-of-residence special-service-request frequent-flyer-number
travel-details payment-details place-port-of-original-embarkation place-port-of-clearance
place-port-of-onward-foreign-destination passenger-name-record-locator-number mobile-application-id
azure-application-id chrome-extension-id edge-extension-id
""".replace("\n", " ").split(" ")

RULES: dict[str, Rule] = {
    **{name.replace("\u00a0", " "): _single_line for name in SINGLE_LINE if name},
    **{name: _hexadecimal(length) for name, length in (LENGTHS | ONLY_ALONE).items()},
    **{f"filename|{name}": _named(_hexadecimal(length)) for name, length in LENGTHS.items()},
    "git-commit-id": _matching(r"[0-9a-fA-F]{40}", BAD_CHECKSUM.format(40)),
    "filename|vhash": _named(lambda value: None if value else GENERIC),
    "filename|ssdeep": _named(_ssdeep),
    "filename|impfuzzy": _named(_impfuzzy),
    "filename|tlsh": _named(_tlsh),
    "tlsh": _tlsh,
    "telfhash": _telfhash,
    "cdhash": _matching(r"[0-9a-f]{40,}", BAD_CHECKSUM.format("at least 40")),
    "ssdeep": _ssdeep,
    "impfuzzy": _impfuzzy,
    "ip-src": _ip,
    "ip-dst": _ip,
    "ip-src|port": _ip_port,
    "ip-dst|port": _ip_port,
    "hostname|port": _host_port,
    "port": _port,
    "domain": _domain,
    "hostname": _hostname,
    "domain|ip": _domain_ip,
    **dict.fromkeys(
        (
            "email",
            "email-src",
            "email-dst",
            "eppn",
            "target-email",
            "whois-registrant-email",
            "dns-soa-email",
            "jabber-id",
        ),
        _email,
    ),
    "link": _link,
    "http-method": lambda value: None if HTTP_METHODS.search(value) else "Unknown HTTP method.",
    "AS": _autonomous_system,
    "ssh-fingerprint": _ssh_fingerprint,
    "vulnerability": lambda v: (
        None if VULNERABILITY.fullmatch(v) else "Invalid format. Expected: CVE-xxxx-xxxx..."
    ),
    "weakness": _matching(r"CWE-\d+", "Invalid format. Expected: CWE-x..."),
    "hex": _matching(r"[0-9A-Fa-f]+"),
    **dict.fromkeys(("btc", "dash", "xmr", "iban", "bic"), _matching(r"[0-9A-Za-z]+")),
    **dict.fromkeys(
        ("bank-account-nr", "aba-rtn", "bin", "cc-number", "prtn", "phone-number", "whois-registrant-phone"),
        _matching(r"\+?\d+"),
    ),
    "windows-service-name": _service_name,
    "windows-service-displayname": _service_name,
    "size-in-bytes": _whole_number,
    "counter": _whole_number,
    "integer": _matching(r"-?\d+"),
    "float": lambda value: None if NUMBER.fullmatch(value) else GENERIC,
    "datetime": lambda value: (
        None if DATETIME.fullmatch(value) else "Datetime has to be in the ISO 8601 format."
    ),
    "mac-address": lambda value: None if MAC.fullmatch(value) else GENERIC,
    "mac-eui-64": lambda value: None if EUI_64.fullmatch(value) else GENERIC,
    "cortex": _cortex,
    "boolean": _matching(r"[01]"),
    "uuid": _uuid,
    "onion-address": lambda value: None if ONION.fullmatch(value) else GENERIC,
}
