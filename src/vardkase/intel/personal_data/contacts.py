"""Addresses by which a person is reached: e-mail, telephone and post."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import (
    NumberParseException,
    PhoneNumberType,
    is_valid_number,
    number_type,
    parse,
)

from vardkase.intel.personal_data.kinds import FoundPersonalData, PersonalDataKind
from vardkase.intel.personal_data.numbers import SAYS_OTHERWISE

_AT = r"(?:@|\[@\]|\(@\)|\[at\]|\(at\))"
_DOT = r"(?:\.|\[\.\]|\(\.\)|\[dot\]|\(dot\))"
_EMAIL = re.compile(
    rf"(?<![\w.%+/=@-])(?P<local>\w[\w.%+'-]{{0,63}}){_AT}"
    rf"(?:[A-Za-z0-9åäöÅÄÖé](?:[\w-]{{0,61}}[A-Za-z0-9åäö])?{_DOT}){{1,6}}[A-Za-z]{{2,24}}(?![\w@-])"
)
_PASSWORD_BEFORE = re.compile(r"://[^\s/]{0,100}$")
_ID_OF_MESSAGE = re.compile(r"message-id\W{0,4}$", re.IGNORECASE)

# RFC 2142, and the functions that Swedish authorities and companies give an address of their own.
ROLES = frozenset(
    (
        "abuse", "admin", "administrator", "arkiv", "billing", "bokning", "bounce", "bounces", "cert",
        "contact", "csirt", "customerservice", "dataskydd", "dataskyddsombud", "diarie", "diarium",
        "do-not-reply", "donotreply", "dpo", "drift", "e-post", "ekonomi", "email", "enquiries", "expedition",
        "faktura", "fakturor", "feedback", "ftp", "gdpr", "git", "hej", "hello", "help", "helpdesk",
        "hostmaster", "hr", "incident", "info", "information", "inköp", "invoice", "invoices", "it",
        "itsupport", "jobb", "jobs", "kansli", "kansliet", "kommun", "kommunen", "kontakt", "kundservice",
        "kundtjanst", "kundtjänst", "legal", "mail", "mailer-daemon", "maillist", "marketing", "marknad",
        "media", "myndigheten", "news", "newsletter", "no-reply", "noc", "noreply", "notification",
        "notifications", "office", "order", "orders", "personal", "post", "postmaster", "press", "privacy",
        "reception", "regionen", "registrator", "registry", "reply", "root", "sakerhet", "sales", "salj",
        "security", "service", "servicedesk", "soc", "subscribe", "support", "sysadmin", "system", "team",
        "tech", "test", "unsubscribe", "upphandling", "usenet", "user", "vaxel", "växel", "webb", "webmaster",
        "www",
    )
)  # fmt: skip

# ITU-T E.164 has at most 15 digits; what is a number in which country is left to the library.
_INTERNATIONAL = re.compile(r"(?<![\w.+/=:-])\(?\+ ?\d{1,3}[\d ()./-]{5,18}\d(?![\w=+/]|[.-]\d)")
_NATIONAL = re.compile(r"(?<![\w.+/=:-])\(?0\d{1,3}\)?[ /–-]{0,3}\d(?:[ -]{0,2}\d){4,9}(?![\w=+/:]|[.-]\d)")
_MOBILE = re.compile(r"07[02369]\d{7}")
_SEPARATED = re.compile(r"\(?0\d{1,3}\)?(?: ?[-–/] ?)\d|\(0\d{1,3}\) ?\d|0\d{1,2} \d{2,3} \d{2} \d{2}")
_SAYS_PHONE = re.compile(
    r"\btel\b|telefon|\btfn\b|\btlf\b|mobil|phone|\bring\b|\bcall|\bsms\b|whatsapp|signal|swish|\bfax",
    re.IGNORECASE,
)
_NOBODYS = frozenset(
    (
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    )
)
"""Numbers of services, which no person has."""

_NUMBER = r"\d{1,4} ?(?:[A-Za-z](?![a-zåäö]))?"
_TOWN = r"[A-ZÅÄÖÆØ][\wåäöæøÅÄÖ-]{1,30}"
_APARTMENT = r"(?:,? ?(?:lgh|lägenhet|apt\.?|vån|tr)\.? ?\w{1,6})?"
_NORDIC_STREET = (
    r"(?:[A-ZÅÄÖÆØ][\wåäöæøé]{1,30} ){0,3}"
    r"(?:[A-ZÅÄÖÆØ][a-zåäöæøé]{1,30}(?:gatan?|vägen|väg|gränd(?:en)?|stigen?|torget|backen|allén?|plan|plats(?:en)?|leden|slingan"
    r"|gata|gaten|veien|vegen|vej|gade|katu|tie)|(?:gata|väg|plats|torg|gränd|allé|vej|gade|gate))"
)
_ADDRESS = re.compile(
    rf"(?<!\w){_NORDIC_STREET} {_NUMBER}{_APARTMENT}(?:\s*,\s*|\s+)"
    rf"(?:(?:SE?|NO?|DK|FIN?)[- ]?)?(?:\d{{3}} ?\d{{2}}|\d{{4}})\s+{_TOWN}"
    # As in English-speaking countries, with the code last.
    r"|(?<![\w.])\d{1,5} (?:[A-Z][a-z]{1,20} ){1,3}"
    r"(?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Ln\.?|Drive|Dr\.?|Boulevard|Blvd\.?)"
    r"(?:,? (?:Apt\.?|Unit|Suite) ?\w{1,6})?"
    rf",? {_TOWN}(?: {_TOWN})?,? (?:[A-Z]{{2}},? )?(?:\d{{5}}|[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}})(?!\w)"
)
_STREET = re.compile(rf"(?<!\w){_NORDIC_STREET} {_NUMBER}(?!\w)")
_SAYS_HOME = re.compile(
    r"bor (?:på|i)\b|bosatt|bostad|hemadress|folkbokför|adress\b|lives (?:at|in)|resid|home address",
    re.IGNORECASE,
)
_HOME_BEFORE = 30


def emails(text: str) -> Iterator[FoundPersonalData]:
    for match in _EMAIL.finditer(text):
        before = text[max(0, match.start() - 120) : match.start()]
        if is_role(match["local"]) or _PASSWORD_BEFORE.search(before) or _ID_OF_MESSAGE.search(before):
            continue
        yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.EMAIL)


def is_role(local_part: str) -> bool:
    """Whether an address of that local part is of a function, and not of a person."""
    local = local_part.lower().partition("+")[0]
    return local in ROLES or re.split(r"[._-]", local, maxsplit=1)[0] in ROLES or "noreply" in local


def phones(text: str) -> Iterator[FoundPersonalData]:
    for pattern in (_INTERNATIONAL, _NATIONAL):
        for match in pattern.finditer(text):
            if _is_phone(match[0]) and (pattern is _INTERNATIONAL or _looks_dialled(text, match)):
                yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.PHONE)


def _looks_dialled(text: str, match: re.Match[str]) -> bool:
    """A bare number with a zero in front may as well be of an invoice, unless it is a mobile's."""
    if SAYS_OTHERWISE.search(text, max(0, match.start() - 20), match.start()):
        return False
    return bool(
        _MOBILE.fullmatch(match[0])
        or _SEPARATED.match(match[0])
        or _SAYS_PHONE.search(text, max(0, match.start() - 30), match.start())
    )


def _is_phone(written: str) -> bool:
    try:
        number = parse(written, "SE")
    except NumberParseException:
        return False
    return is_valid_number(number) and number_type(number) not in _NOBODYS


def postal_addresses(text: str) -> Iterator[FoundPersonalData]:
    for match in _ADDRESS.finditer(text):
        yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.ADDRESS)
    for match in _STREET.finditer(text):
        if _SAYS_HOME.search(text, max(0, match.start() - _HOME_BEFORE), match.start()):
            yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.ADDRESS)
