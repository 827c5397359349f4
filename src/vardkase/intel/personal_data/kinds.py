"""Kinds of personal data, and the attribute types whose values are personal data by definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PersonalDataKind(TextChoices):
    """docs/personal-data.md says how each is recognised."""

    PERSONAL_NUMBER = "personal-number", _("Personal identity number")
    COORDINATION_NUMBER = "coordination-number", _("Coordination number")
    SOLE_TRADER_NUMBER = "sole-trader-number", _("Organisation number of a sole trader")
    NORDIC_NUMBER = "nordic-number", _("Identity number of another Nordic country")
    DOCUMENT_NUMBER = "document-number", _("Number of an identity document")
    BIRTH_DATE = "birth-date", _("Date of birth")
    NAME = "name", _("Name of a person")
    EMAIL = "email", _("E-mail address of a person")
    PHONE = "phone", _("Telephone number")
    ADDRESS = "address", _("Postal address")
    IBAN = "iban", _("Bank account (IBAN)")
    BANK_ACCOUNT = "bank-account", _("Bank account")
    CARD_NUMBER = "card-number", _("Payment card number")
    ACCOUNT_NAME = "account-name", _("User account of a person")
    TRAVEL = "travel", _("Travel details")
    CIRCUMSTANCE = "circumstance", _("Other details about a person")


@dataclass(frozen=True, slots=True, order=True)
class FoundPersonalData:
    """From character `start` of the text up to `end`, which is not included. Holds no part of the text."""

    start: int
    end: int
    kind: PersonalDataKind


_K = PersonalDataKind

# By MISP's own descriptions of its types (describeTypes.json of PyMISP: the categories Person, Targeting data,
# Financial fraud, Social network, and what registers of domains say of a registrant). Types of organisations
# (target-org, whois-registrant-org), of machines (target-machine), and of wallets, which name nobody (btc), are left
# out.
KIND_OF_TYPE: dict[str, PersonalDataKind] = {
    "bank-account-nr": _K.BANK_ACCOUNT,
    "cc-number": _K.CARD_NUMBER,
    "country-of-residence": _K.CIRCUMSTANCE,
    "date-of-birth": _K.BIRTH_DATE,
    "dns-soa-email": _K.EMAIL,
    "email": _K.EMAIL,
    "email-dst": _K.EMAIL,
    "email-dst-display-name": _K.NAME,
    "email-reply-to": _K.EMAIL,
    "email-src": _K.EMAIL,
    "email-src-display-name": _K.NAME,
    "eppn": _K.ACCOUNT_NAME,
    "first-name": _K.NAME,
    "frequent-flyer-number": _K.TRAVEL,
    "full-name": _K.NAME,
    "gender": _K.CIRCUMSTANCE,
    "github-username": _K.ACCOUNT_NAME,
    "iban": _K.IBAN,
    "identity-card-number": _K.DOCUMENT_NUMBER,
    "jabber-id": _K.ACCOUNT_NAME,
    "last-name": _K.NAME,
    "middle-name": _K.NAME,
    "nationality": _K.CIRCUMSTANCE,
    "passenger-name-record-locator-number": _K.TRAVEL,
    "passport-country": _K.CIRCUMSTANCE,
    "passport-expiration": _K.CIRCUMSTANCE,
    "passport-number": _K.DOCUMENT_NUMBER,
    "payment-details": _K.TRAVEL,
    "phone-number": _K.PHONE,
    "place-of-birth": _K.CIRCUMSTANCE,
    "primary-residence": _K.ADDRESS,
    "prtn": _K.PHONE,
    "redress-number": _K.TRAVEL,
    "special-service-request": _K.TRAVEL,
    "target-email": _K.EMAIL,
    "target-user": _K.ACCOUNT_NAME,
    "travel-details": _K.TRAVEL,
    "twitter-id": _K.ACCOUNT_NAME,
    "visa-number": _K.DOCUMENT_NUMBER,
    "issue-date-of-the-visa": _K.CIRCUMSTANCE,
    "whois-registrant-email": _K.EMAIL,
    "whois-registrant-name": _K.NAME,
    "whois-registrant-phone": _K.PHONE,
}

NUMBERS_OF_PEOPLE = frozenset(
    (_K.PERSONAL_NUMBER, _K.COORDINATION_NUMBER, _K.SOLE_TRADER_NUMBER, _K.NORDIC_NUMBER, _K.DOCUMENT_NUMBER)
)
"""MISP has types for the last alone."""

# Types whose values people write, so that they may hold personal data of any kind. Of all other types (hashes,
# addresses, ports, rules, keys …) only the comment is read.
TYPES_OF_TEXT = frozenset(
    (
        "attachment", "comment", "cookie", "email-attachment", "email-body", "email-header", "email-subject",
        "filename", "link", "other", "pdb", "place-port-of-clearance", "regkey|value", "target-external",
        "target-location", "text", "uri", "url", "user-agent", "whois-registrant-org", "windows-scheduled-task",
        "windows-service-displayname",
    )
)  # fmt: skip


def kinds_of(types: Iterable[str]) -> frozenset[PersonalDataKind]:
    """The kinds of these types; whoever names a type of identity documents means the numbers of people as well."""
    kinds = frozenset(KIND_OF_TYPE[name] for name in types if name in KIND_OF_TYPE)
    return kinds | NUMBERS_OF_PEOPLE if _K.DOCUMENT_NUMBER in kinds else kinds
