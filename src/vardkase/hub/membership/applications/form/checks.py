"""Validation of organisation numbers, networks, certificates etc.: returns the stored form or an error."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from ipaddress import IPv4Network, IPv6Network
from uuid import UUID

from cryptography import x509
from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name, validate_email
from django.utils.translation import gettext
from stdnum.exceptions import ValidationError as NotANumber
from stdnum.se import orgnr

from vardkase.core import openpgp
from vardkase.identity.sign_in_policy.rules import is_private

type Network = IPv4Network | IPv6Network

PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{4,28}[0-9]")
WIDEST = {4: 16, 6: 32}
"""The shortest prefix that an organisation's users can plausibly come from, by IP version."""


def organisation_number(text: str) -> str:
    """Ten digits with a valid check digit; accepts a hyphen, and the prefix 16."""
    digits = re.sub(r"[\s-]", "", text)
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    try:
        return str(orgnr.validate(digits))
    except NotANumber:
        raise ValueError(
            gettext("The number is not valid: its check digit is wrong. Enter it as 212000-0142.")
        ) from None


def email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError(gettext("Enter an e-mail address, such as namn@myndighet.se.")) from None
    return text


def phone(text: str) -> str:
    if not PHONE.fullmatch(text):
        raise ValueError(gettext("Enter a telephone number with its area code, such as 010-240 40 40."))
    return text


def domain(text: str) -> str:
    name = text.lower().removeprefix("@").rstrip(".")
    try:
        validate_domain_name(name)
        name.encode("idna")
    except (ValidationError, UnicodeError):
        raise ValueError(gettext("“%s” is not a domain. Enter it as myndighet.se.") % text) from None
    return name


def network(text: str) -> str:
    """A public network or address in CIDR notation, small enough to be an organisation's own."""
    try:
        found = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError(gettext("“%s” is not a network. Enter it as 192.0.2.0/24.") % text) from None
    if "/" in text and found.network_address != ipaddress.ip_address(text.partition("/")[0]):
        words = {"text": text, "network": str(found)}
        raise ValueError(
            gettext("“%(text)s” is an address in the network %(network)s. Enter one of them.") % words
        )
    _require_public(found, text)
    if found.prefixlen < WIDEST[found.version]:
        words = {"text": text, "prefix": str(WIDEST[found.version])}
        told = gettext("“%(text)s” is too wide: enter your own networks, /%(prefix)s or narrower.")
        raise ValueError(told % words)
    return str(found)


def address(text: str) -> str:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise ValueError(gettext("“%s” is not an IP address. Enter it as 192.0.2.10.") % text) from None
    _require_public(ipaddress.ip_network(found), text)
    return str(found)


def uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(gettext("Enter a UUID, such as 55f6ea65-aa10-4c5a-bf01-4f84950d210f.")) from None


def certificate(text: str) -> str:
    """One unexpired X.509 certificate in PEM; a private key gets its own error message."""
    if "PRIVATE KEY" in text:
        raise ValueError(
            gettext(
                "This contains a private key. Keep it secret: send only the certificate, and change the key."
            )
        )
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        found = []
    if len(found) != 1:
        raise ValueError(
            gettext("Paste one certificate in PEM format, starting with -----BEGIN CERTIFICATE-----.")
        )
    if found[0].not_valid_after_utc < datetime.now(UTC):
        raise ValueError(gettext("The certificate has expired."))
    return text


def openpgp_key(text: str) -> str:
    """One OpenPGP public key that is not revoked."""
    if "PRIVATE KEY" in text:
        raise ValueError(
            gettext(
                "This contains a private key. Keep it secret: send only the public key, and change the key."
            )
        )
    try:
        key = openpgp.public_key(text)
    except ValueError:
        raise ValueError(
            gettext("Paste one public key, starting with -----BEGIN PGP PUBLIC KEY BLOCK-----.")
        ) from None
    if key.revoked:
        raise ValueError(gettext("The key has been revoked."))
    return text


def day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(gettext("Enter a date, such as 2027-03-31.")) from None


def each(check: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    """Apply `check` to every line; duplicates are removed."""

    def check_all(lines: list[str]) -> list[str]:
        return list(dict.fromkeys(check(line) for line in lines))

    return check_all


def between(least: int, most: int) -> Callable[[int], int]:
    def check(number: int) -> int:
        if not least <= number <= most:
            words = {"least": least, "most": most}
            raise ValueError(gettext("Enter a whole number from %(least)s to %(most)s.") % words)
        return number

    return check


def _require_public(found: Network, text: str) -> None:
    if is_private(found):
        told = gettext(
            "“%s” is private: nobody outside sees it. Enter the addresses by which your users "
            "reach the internet."
        )
        raise ValueError(told % text)
