"""Numbers that identify a person or an account, recognised by check digits, dates and the words before them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from stdnum import iban, luhn
from stdnum.dk import cpr
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu
from stdnum.no import fodselsnummer, kontonr

from vardkase.intel.personal_data.kinds import FoundPersonalData, PersonalDataKind

BEFORE = 40
"""Characters before a number in which a word says what it is."""

# Skatteverket: YYMMDD-NNNC, with + from the year somebody turns 100, or the century in front.
_SWEDISH = re.compile(
    r"(?<![\w.+-])(?P<century>18|19|20)?(?P<year>\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>\d\d)"
    r"(?P<sign>[-+–]?)(?P<serial>\d{4})(?![\w+]|[.-]\d)"
)
_SAYS_PERSON = re.compile(
    r"person-?\s?n(?:umme)?r|\bpnr\b|samordnings-?n(?:umme)?r|\bsamnr\b|personal (?:identity )?n(?:umber|o)"
    r"|coordination n(?:umber|o)|född|\bborn\b|\bssn\b|social security",
    re.IGNORECASE,
)
_SAYS_ORGANISATION = re.compile(
    r"\borg(?:anisations?|anization)?\.?[ -]?(?:n(?:umme)?r|number|no)\b|enskild (?:firma|näringsidkare)"
    r"|sole trader",
    re.IGNORECASE,
)
SAYS_OTHERWISE = re.compile(
    r"\bocr\b|faktura|invoice|\border|ärende|diarie|\bref|bankgiro|plusgiro|status/|[?&]\w*id=|\bid[ :=#]"
    r"|serie-?n|serial|\bimei\b|build|version",
    re.IGNORECASE,
)
"""What numbers with valid check digits are as well: of invoices, orders, cases and things."""

_IBAN = re.compile(r"(?<![\w])[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(r"(?<![\w.,+/-])\d(?:[ -]?\d){12,18}(?![\w/-]|[.,]\d)")
# ISO/IEC 7812: issuers by first digits, and the lengths they use.
_ISSUERS = re.compile(
    r"4\d{12}(?:\d{3})?(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
)
_SAYS_CARD = re.compile(
    r"\bkort\b|kortn|kreditkort|betalkort|bankkort|\bcard|\bvisa\b|master\s?card|\bamex\b|\bpan\b",
    re.IGNORECASE,
)
_GROUPED_CARD = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|3\d{3}([ -])\d{6}\2\d{4,5}")

_NORWEGIAN = re.compile(r"(?<![\w.+-])\d{6} ?\d{5}(?![\w+-]|\.\d)")
_DANISH = re.compile(r"(?<![\w.+-])[0-3]\d[01]\d{3}-?\d{4}(?![\w+-]|\.\d)")
_SAYS_DANISH = re.compile(r"\bcpr\b", re.IGNORECASE)
_SAYS_NORWEGIAN = re.compile(r"fødsels|fodsels|\bfnr\b|personnummer|d-nummer", re.IGNORECASE)
_FINNISH = re.compile(r"(?<![\w.+-])[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-Y](?!\w)")

# Bankföreningen: a clearing number of four or five digits, then the account.
_ACCOUNT = re.compile(r"(?<![\w.+-])\d{4}(?:-\d)?[ ,.-]{1,2}\d[\d .-]{5,13}\d(?![\w+]|[.-]\d)")
_SAYS_ACCOUNT = re.compile(
    r"\bkonto(?:n(?:umme)?r|nummer)?\b|bankkonto|lönekonto|clearing|bank account|account n(?:umber|o)",
    re.IGNORECASE,
)

_DOCUMENT = re.compile(
    r"(?:\bpass(?:port)?[ -]?(?:nummer|nr|number|no)|\bpassport|\b(?:nationellt )?id-?kort(?:snummer|et)?(?: nr)?"
    r"|identity card(?: number| no)?|körkort(?:snummer)?(?: nr)?|driving licen[cs]e(?: number| no)?)"
    r"\W{0,3}(?:(?:is|är)\s)?(?P<number>[A-Z]{0,3}\d{6,9})(?!\w)",
    re.IGNORECASE,
)


def numbers(text: str) -> Iterator[FoundPersonalData]:
    """In order of how certain they are; a later one may overlap an earlier one."""
    yield from _ibans(text)
    yield from _swedish_numbers(text)
    yield from _nordic_numbers(text)
    yield from _document_numbers(text)
    yield from _accounts(text)
    yield from _cards(text)


def _said_before(pattern: re.Pattern[str], text: str, start: int) -> bool:
    return pattern.search(text, max(0, start - BEFORE), start) is not None


def _swedish_numbers(text: str) -> Iterator[FoundPersonalData]:
    for match in _SWEDISH.finditer(text):
        day = int(match["day"])
        digits = match["year"] + match["month"] + match["day"] + match["serial"]
        born = _birth_date(match, day - 60 if day > 60 else day)
        if born is None or not luhn.is_valid(digits) or not _is_meant(text, match, born):
            continue
        kind = PersonalDataKind.COORDINATION_NUMBER if day > 60 else PersonalDataKind.PERSONAL_NUMBER
        if _said_before(_SAYS_ORGANISATION, text, match.start()):
            kind = PersonalDataKind.SOLE_TRADER_NUMBER
        yield FoundPersonalData(match.start(), match.end(), kind)


def _birth_date(match: re.Match[str], day: int) -> date | None:
    """None for dates that do not exist, or that are still to come."""
    today = datetime.now(UTC).date()
    year = int((match["century"] or "20") + match["year"])
    if not match["century"]:
        year -= 100 * ((year > today.year) + (match["sign"] == "+"))
    try:
        born = date(year, int(match["month"]), day)
    except ValueError:
        return None
    return born if born <= today else None


def _is_meant(text: str, match: re.Match[str], born: date) -> bool:
    """Whether it is a personal number and no time, invoice or serial number with valid digits."""
    if _said_before(_SAYS_PERSON, text, match.start()) or _said_before(
        _SAYS_ORGANISATION, text, match.start()
    ):
        return True
    if _said_before(SAYS_OTHERWISE, text, match.start()):
        return False
    serial = match["serial"]
    if born.year >= 2000 and serial[:2] < "24" and serial[2:] < "60":  # 20231128-1530 is a time as well.
        return False
    return bool(match["century"] or match["sign"])


def _nordic_numbers(text: str) -> Iterator[FoundPersonalData]:
    for match in _FINNISH.finditer(text):
        if hetu.is_valid(match[0]):
            yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.NORDIC_NUMBER)
    for pattern, says, is_valid in (
        (_NORWEGIAN, _SAYS_NORWEGIAN, fodselsnummer.is_valid),
        (_DANISH, _SAYS_DANISH, _is_danish),
    ):
        for match in pattern.finditer(text):
            if _said_before(says, text, match.start()) and is_valid(match[0]):
                yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.NORDIC_NUMBER)


def _is_danish(number: str) -> bool:
    """The date alone: since 2007 numbers without a valid check digit are given out."""
    try:
        cpr.get_birth_date(number.replace("-", ""))
    except ValidationError:
        return False
    return True


def _document_numbers(text: str) -> Iterator[FoundPersonalData]:
    for match in _DOCUMENT.finditer(text):
        yield FoundPersonalData(*match.span("number"), PersonalDataKind.DOCUMENT_NUMBER)


def _ibans(text: str) -> Iterator[FoundPersonalData]:
    for match in _IBAN.finditer(text):
        number = match[0]
        # Capital letters that follow may look like one more group of four.
        while number and not iban.is_valid(number):
            number = number.rpartition(" ")[0]
        if number:
            yield FoundPersonalData(match.start(), match.start() + len(number), PersonalDataKind.IBAN)


def _accounts(text: str) -> Iterator[FoundPersonalData]:
    for match in _ACCOUNT.finditer(text):
        digits = sum(character.isdigit() for character in match[0])
        is_norwegian = kontonr.is_valid(match[0].replace(".", " "))
        if (is_norwegian or 10 <= digits <= 15) and _said_before(_SAYS_ACCOUNT, text, match.start()):
            yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.BANK_ACCOUNT)


def _cards(text: str) -> Iterator[FoundPersonalData]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if not _ISSUERS.fullmatch(digits) or not luhn.is_valid(digits) or len(set(digits)) < 3:
            continue
        is_grouped = _GROUPED_CARD.fullmatch(match[0]) is not None
        is_bare = match[0].isdigit() and not _said_before(SAYS_OTHERWISE, text, match.start())
        if is_grouped or is_bare or _said_before(_SAYS_CARD, text, match.start()):
            yield FoundPersonalData(match.start(), match.end(), PersonalDataKind.CARD_NUMBER)
