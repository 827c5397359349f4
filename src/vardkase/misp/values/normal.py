"""Normal form of a value: one spelling for each, so that equal values compare equal."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from vardkase.misp.time import read_date
from vardkase.misp.types import COMPOSITE_TYPES, PLAIN_IPV4
from vardkase.misp.values.refang import DOTTED, refang

type Normaliser = Callable[[str], str]

DOMAIN = re.compile(r"[A-Z0-9._-]+\.[A-Z0-9-]{2,}", re.IGNORECASE)
IPV6_WITH_PORT = (
    re.compile(r"^(?P<ip>[^|]+)\|(?P<port>\d+)$"),
    re.compile(r"^\[(?P<ip>[^\]]+)\]:(?P<port>\d+)$"),
    re.compile(r"^(?P<ip>[^.]+)\.(?P<port>\d+)$"),
    re.compile(r"^(?P<ip>\S+) port (?P<port>\d+)$"),
    re.compile(r"^(?P<ip>\S+)p(?P<port>\d+)$"),
    re.compile(r"^(?P<ip>\S+)#(?P<port>\d+)$"),
    re.compile(r"^(?P<ip>\S+):(?P<port>\d+)$"),
)
DASHES = re.compile("[–—]")
PHONE_NOISE = re.compile(r"\(0\)|[^+0-9]")


def normalise(type_name: str, value: str) -> str:
    value = value.strip()
    if type_name in DOTTED:
        value = refang(type_name, value)
    normaliser = NORMALISERS.get(type_name)
    return normaliser(value) if normaliser is not None else value


def split(type_name: str, value: str) -> tuple[str, str | None]:
    """`value1` and `value2` as stored; `value2` is None unless the type is composite."""
    if type_name not in COMPOSITE_TYPES:
        return value, None
    first, _, second = value.partition("|")
    return first, second


def is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def normalise_ip(value: str) -> str:
    if PLAIN_IPV4.fullmatch(value):
        return value
    address, slash, prefix = value.partition("/")
    if ":" in address:
        try:
            address = str(ipaddress.IPv6Address(address))
        except ValueError:
            return value
    # A network of one address is that address.
    whole = "128" if ":" in address else "32"
    return address if not slash or prefix == whole else f"{address}/{prefix}"


def normalise_ip_port(value: str) -> str:
    if value.count(":") >= 2:
        # The bar, and the six spellings of RFC 5952, section 6.
        for form in IPV6_WITH_PORT:
            if match := form.match(value):
                return f"{normalise_ip(match['ip'])}|{match['port']}"
        return value
    if value.count("|") == 1:
        address, _, port = value.partition("|")
    else:
        address, _, port = value.partition(":")
    return f"{normalise_ip(address)}|{port}" if port else value


def normalise_domain(value: str) -> str:
    value = value.lower().strip(".")
    if value.isascii():
        return value
    try:
        return value.encode("idna").decode("ascii")
    except UnicodeError:
        return value


def normalise_domain_ip(value: str) -> str:
    domain, bar, address = value.lower().partition("|")
    return f"{normalise_domain(domain)}|{normalise_ip(address)}" if bar else value.lower()


def lower_hash_after_name(value: str) -> str:
    name, bar, digest = value.partition("|")
    return f"{name}|{digest.lower()}" if bar else value


def upper_identifier(value: str) -> str:
    value = DASHES.sub("-", value)
    # Only these identifiers are upper case throughout; a GHSA has lower-case letters.
    return value.upper() if value[:4].lower() in {"cve-", "cwe-", "gcve"} else value


def normalise_autonomous_system(value: str) -> str:
    number = value[2:] if value[:2].upper() == "AS" else value
    # "ASAS1" stays as it is, to be refused: what is normal once must be normal twice.
    value = number if number[:1].isdecimal() else value
    high, dot, low = value.partition(".")  # RFC 5396: 1.10 is 65546.
    if dot and is_digits(high) and is_digits(low) and len(value) < 20:
        return str(int(high) * 65536 + int(low))
    return value


def normalise_phone(value: str) -> str:
    digits = PHONE_NOISE.sub("", value)
    return "+" + digits[2:] if digits.startswith("00") else digits


def normalise_mac(value: str) -> str:
    plain = re.sub(r"[.:\- ]", "", value.lower())
    # The length is not checked: what is left over makes the value invalid.
    return ":".join(plain[start : start + 2] for start in range(0, len(plain), 2))


def normalise_datetime(value: str) -> str:
    moment = read_date(value)
    return (
        value if moment is None else f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}+0000"
    )


LOWERED = (
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha512/224",
    "sha512/256",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
    "ja3-fingerprint-md5",
    "jarm-fingerprint",
    "hassh-md5",
    "hasshserver-md5",
    "dom-hash",
    "authentihash",
    "vhash",
    "imphash",
    "telfhash",
    "pehash",
    "tlsh",
    "cdhash",
    "hostname",
    "email",
    "email-src",
    "email-dst",
    "target-email",
    "whois-registrant-email",
    "anonymised",
    "onion-address",
)
HASHES_AFTER_NAME = (
    "md5",
    "sha1",
    "sha224",
    "sha256",
    "sha384",
    "sha512",
    "sha512/224",
    "sha512/256",
    "sha3-224",
    "sha3-256",
    "sha3-384",
    "sha3-512",
    "authentihash",
    "vhash",
    "imphash",
    "pehash",
    "tlsh",
)

FINGERPRINTS = ("x509-fingerprint-md5", "x509-fingerprint-sha1", "x509-fingerprint-sha256")

NORMALISERS: dict[str, Normaliser] = {
    **dict.fromkeys(LOWERED, str.lower),
    **{f"filename|{name}": lower_hash_after_name for name in HASHES_AFTER_NAME},
    "malware-sample": lower_hash_after_name,
    "ip-src": normalise_ip,
    "ip-dst": normalise_ip,
    "ip-src|port": normalise_ip_port,
    "ip-dst|port": normalise_ip_port,
    "hostname|port": lambda value: value.lower().replace(":", "|"),
    "domain": normalise_domain,
    "domain|ip": normalise_domain_ip,
    "http-method": str.upper,
    "hex": str.upper,
    "vulnerability": upper_identifier,
    "weakness": lambda value: DASHES.sub("-", value).upper(),
    "AS": normalise_autonomous_system,
    **dict.fromkeys(("iban", "bic"), lambda value: re.sub(r"[^0-9A-Z]", "", value.upper())),
    **dict.fromkeys(("bin", "cc-number"), lambda value: re.sub(r"[^0-9]", "", value)),
    "prtn": normalise_phone,
    "phone-number": normalise_phone,
    "whois-registrant-phone": normalise_phone,
    **dict.fromkeys(FINGERPRINTS, lambda value: value.replace(":", "").lower()),
    "mac-address": normalise_mac,
    "mac-eui-64": normalise_mac,
    "datetime": normalise_datetime,
    "boolean": lambda value: "0" if value.lower() in {"", "0", "false"} else "1",
}
