"""Validation of organisation numbers, networks, certificates etc..

Each returns the stored form, or raises Invalid with the problem alone.
"""

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
from stdnum.exceptions import ValidationError as NotANumber
from stdnum.se import orgnr

from vardkase.core import openpgp
from vardkase.core.errors import Invalid
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.hub.membership.questionnaire.problems import AnswerProblem
from vardkase.identity.organisations.names import composed
from vardkase.identity.sign_in_policy.rules import is_private

type Network = IPv4Network | IPv6Network

PHONE = re.compile(r"\+?[0-9][0-9 ()/-]{4,28}[0-9]")
WIDEST = {4: 16, 6: 32}
"""The shortest prefix that an organisation's users can plausibly come from, by IP version."""


def name(text: str) -> str:
    try:
        return composed(text)
    except ValueError:
        raise Invalid(AnswerProblem.INVISIBLE_CHARACTERS()) from None


def organisation_number(text: str) -> str:
    """Ten digits with a valid check digit; accepts a hyphen, and the prefix 16."""
    digits = re.sub(r"[\s-]", "", text)
    # The Swedish Tax Agency writes the numbers of organisations with 16 where a person's have the century.
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    try:
        return str(orgnr.validate(digits))
    except NotANumber:
        raise Invalid(AnswerProblem.NOT_AN_ORGANISATION_NUMBER()) from None


def email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Invalid(AnswerProblem.NOT_AN_ADDRESS()) from None
    return text


def phone(text: str) -> str:
    if not PHONE.fullmatch(text):
        raise Invalid(AnswerProblem.NOT_A_TELEPHONE_NUMBER())
    return text


def domain(text: str) -> str:
    name = text.lower().removeprefix("@").rstrip(".")
    try:
        validate_domain_name(name)
        name.encode("idna")
    except (ValidationError, UnicodeError):
        raise Invalid(AnswerProblem.NOT_A_DOMAIN(text=text)) from None
    return name


def network(text: str) -> str:
    """A public network or address in CIDR notation, small enough to be an organisation's own."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise Invalid(AnswerProblem.NOT_A_NETWORK(text=text)) from None
    # 192.0.2.7/24: an address in a network, where either may be meant.
    if "/" in text and network.network_address != ipaddress.ip_address(text.partition("/")[0]):
        raise Invalid(AnswerProblem.ADDRESS_IN_A_NETWORK(text=text, network=str(network)))
    _require_public(network, text)
    if network.prefixlen < WIDEST[network.version]:
        raise Invalid(AnswerProblem.NETWORK_TOO_WIDE(text=text, prefix=WIDEST[network.version]))
    return str(network)


def address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Invalid(AnswerProblem.NOT_AN_IP_ADDRESS(text=text)) from None
    _require_public(ipaddress.ip_network(address), text)
    return str(address)


def uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Invalid(AnswerProblem.NOT_A_UUID()) from None


def certificate(text: str) -> str:
    """One unexpired X.509 certificate in PEM; a private key gets its own error message."""
    if "PRIVATE KEY" in text:
        raise Invalid(AnswerProblem.PRIVATE_KEY_OF_CERTIFICATE())
    try:
        certificates = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        certificates = []
    if len(certificates) != 1:
        raise Invalid(AnswerProblem.NOT_A_CERTIFICATE())
    if certificates[0].not_valid_after_utc < datetime.now(UTC):
        raise Invalid(AnswerProblem.CERTIFICATE_EXPIRED())
    return text


def openpgp_key(text: str) -> str:
    """One OpenPGP public key that is not revoked."""
    if "PRIVATE KEY" in text:
        raise Invalid(AnswerProblem.PRIVATE_OPENPGP_KEY())
    try:
        key = openpgp.public_key(text)
    except ValueError:
        raise Invalid(AnswerProblem.NOT_AN_OPENPGP_KEY()) from None
    if key.revoked:
        raise Invalid(AnswerProblem.OPENPGP_KEY_REVOKED())
    return text


def day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid(AnswerProblem.NOT_A_DATE()) from None


def each(check: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    """Apply `check` to every line; duplicates are removed."""

    def check_all(lines: list[str]) -> list[str]:
        return list(dict.fromkeys(check(line) for line in lines))

    return check_all


def between(least: int, most: int) -> Callable[[int], int]:
    def check(number: int) -> int:
        if not least <= number <= most:
            raise Invalid(MembershipProblem.OUT_OF_RANGE(least=least, most=most))
        return number

    return check


def _require_public(network: Network, text: str) -> None:
    if is_private(network):
        raise Invalid(AnswerProblem.PRIVATE_NETWORK(text=text))
