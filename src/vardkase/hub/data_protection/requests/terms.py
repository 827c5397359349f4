"""What to search for: each kind of value as texts that are compared whole, and as a pattern for longer texts.

The patterns mean the same to PostgreSQL and to Python, which searches published versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

import msgspec
import phonenumbers
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from stdnum import luhn

from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.hub.data_protection.problems import DataRequestProblem

MOST = 20
LONGEST = 200
SHORTEST = 4
DIGITS_OF_PHONE = 7


class TermKind(TextChoices):
    NAME = "name", _("Name")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Telephone number")
    PERSONAL_NUMBER = "personal_number", _("Personal identity number")
    ACCOUNT = "account", _("User name or account")
    IP = "ip", _("IP address")


class SearchTerm(msgspec.Struct, frozen=True):
    kind: TermKind
    text: str


def field_of(kind: TermKind) -> str:
    """The name of the field that holds the values of a kind, apart from the person's own name and address."""
    return f"find_{kind}"


def read_terms(given: Mapping[str, Any], *also: SearchTerm) -> tuple[SearchTerm, ...]:
    """The values in `given`, one per line in the field of each kind, after `also`. Raises Invalid by field."""
    found = list(also)
    errors: dict[str, list[Problem]] = {}
    for kind in TermKind:
        name = field_of(kind)
        written = str(given.get(name) or "").replace("\0", "")
        lines = (" ".join(line.split()) for line in written.splitlines())
        for text in filter(None, lines):
            if problem := _problem(kind, text):
                errors.setdefault(name, []).append(problem)
            found.append(SearchTerm(kind, text))
    if len(found) > MOST:
        errors.setdefault(field_of(TermKind.NAME), []).append(DataRequestProblem.TOO_MANY_TERMS(most=MOST))
    if errors:
        raise Invalid(errors)
    return tuple(dict.fromkeys(found))


def _problem(kind: TermKind, text: str) -> Problem | None:
    shown = text[:40]
    if len(text) < SHORTEST or len(text) > LONGEST:
        return DataRequestProblem.TERM_TOO_SHORT(term=shown, least=SHORTEST)
    return None if _is_valid(kind, text) else DataRequestProblem.NOT_A_NUMBER(term=shown, kind=kind.label)


def _is_valid(kind: TermKind, text: str) -> bool:
    match kind:
        case TermKind.EMAIL:
            return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None
        case TermKind.PHONE:
            return len(re.sub(r"\D", "", text)) >= DIGITS_OF_PHONE
        case TermKind.PERSONAL_NUMBER:
            return _personal_number(text) is not None
        case TermKind.IP:
            return bool(_address(text))
    return True


def whole_values(term: SearchTerm) -> set[str]:
    """The forms in which an attribute may hold the value as a whole."""
    match term.kind:
        case TermKind.PHONE:
            return {term.text, *_phone_forms(term.text)}
        case TermKind.PERSONAL_NUMBER:
            _century, day, serial = _personal_number(term.text) or ("", "", "")
            centuries = ("", "19", "20")
            return {c + day + sign + serial for c in centuries for sign in ("", "-", "+")}
        case TermKind.IP:
            return {term.text, _address(term.text)}
    return {term.text}


def pattern(term: SearchTerm) -> str:
    """A regular expression, to be used without regard to case."""
    match term.kind:
        case TermKind.NAME:
            words = [_literal(word) for word in re.split(r"[\s,]+", term.text) if word]
            orders = [r"[\s\u00a0]+".join(words)]
            if len(words) > 1:
                orders.append(rf"{words[-1]},?[\s\u00a0]+" + r"[\s\u00a0]+".join(words[:-1]))
            return rf"(?<!\w)(?:{'|'.join(orders)})(?:s|'s|’s)?(?!\w)"
        case TermKind.PHONE:
            forms = {re.sub(r"[^\d+]", "", form) for form in {term.text, *_phone_forms(term.text)}}
            spelt = [r"[\s().–-]*".join(map(_literal, form)) for form in sorted(forms, key=len, reverse=True)]
            return rf"(?<![\w+])(?:{'|'.join(spelt)})(?!\w)"
        case TermKind.PERSONAL_NUMBER:
            _century, day, serial = _personal_number(term.text) or ("", "", "")
            return rf"(?<!\d)(?:19|20)?{day}[-+–]?{serial}(?!\d)"
        case TermKind.EMAIL:
            return rf"(?<![\w.%+-]){_literal(term.text)}(?![\w-]|\.\w)"
        case TermKind.IP:
            addresses = sorted({_literal(form) for form in whole_values(term)})
            return rf"(?<![\w.:])(?:{'|'.join(addresses)})(?![\w:]|\.\d)"
    return rf"(?<!\w){_literal(term.text)}(?!\w)"


def like_part(term: SearchTerm) -> str:
    """A pattern for ILIKE, of characters that stand in everything that `pattern` matches."""
    match term.kind:
        case TermKind.NAME:
            part = max(re.split(r"[\s,]+", term.text), key=len)
        case TermKind.PHONE:
            part = re.sub(r"\D", "", term.text)[-1]
        case TermKind.PERSONAL_NUMBER:
            part = (_personal_number(term.text) or ("", "", ""))[2]
        case TermKind.IP:
            # IPv6 is spelt in several ways.
            part = ":" if ":" in term.text else term.text
        case _:
            part = term.text
    return "%" + re.sub(r"([%_\\])", r"\\\1", part) + "%"


def _literal(text: str) -> str:
    return re.sub(r"([^\w])", r"\\\1", text) if not text.isalnum() else text


def _personal_number(text: str) -> tuple[str, str, str] | None:
    """Century, date and last four digits, if the check digit is right; coordination numbers too."""
    found = re.fullmatch(r"(19|20)?(\d{6})[-+–]?(\d{4})", text.replace(" ", ""))
    if found is None or not luhn.is_valid(found[2] + found[3]):
        return None
    return found[1] or "", found[2], found[3]


def _phone_forms(text: str) -> Iterator[str]:
    try:
        number = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        return
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    yield from (national, re.sub(r"\D", "", national), international, whole, "00" + whole[1:])


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
