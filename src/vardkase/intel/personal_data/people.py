"""Names and dates of birth, recognised by lists of names and by the words around them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise

from vardkase.intel.personal_data.kinds import FoundPersonalData, PersonalDataKind

_LISTS = tomllib.loads(files(__package__).joinpath("data/swedish_names.toml").read_text("utf-8"))
GIVEN_NAMES = frozenset(_LISTS["given"].split())
SURNAMES = frozenset(_LISTS["surnames"].split())

_SURNAME_ENDINGS = (
    "sson",
    "ström",
    "qvist",
    "kvist",
    "stedt",
    "strand",
    "blad",
    "lund",
    "gren",
    "dahl",
    "berg",
)
_WORD = r"[A-ZÅÄÖÉÆØÜ][a-zåäöéèüæøáíó]{1,24}(?:[-’'][A-ZÅÄÖÉÆØ]?[a-zåäöéèüæøáíó]{1,24})?"
CAPITALISED = re.compile(
    rf"(?<![\w.@/\\-]){_WORD}(?:,? (?:(?:von|af|de|van|der|bin|al) )?{_WORD}){{1,3}}(?![\w@\\]|-\w)"
)
_ONE_WORD = re.compile(_WORD)

# The words may be of a company, a street or a place that carries somebody's name.
_NO_PERSON_AFTER = re.compile(
    r"(?: [A-ZÅÄÖ][\wåäö]{1,20}){0,2}"
    r"\s?(?:&|(?:AB|HB|KB|Inc|LLC|Ltd|GmbH|AS|ASA|Oy|Oyj|ApS|A/S|gata|gatan|väg|vägen|plats|torg|stiftelse|skola|skolan"
    r"|universitet|Street|Road|Avenue|University|Institute|Foundation|Library|School|Award|Prize|Airport)\b)"
)

# Words that only persons are said to be: two capitalised words after them are a name.
_PERSON_FOLLOWS = re.compile(
    r"(?:\b(?:förnamn|efternamn|fullständigt namn|kontaktperson|first name|last name|surname|given name|full name"
    r"|contact person|registrant name|real name)\b ?[:=-]?"
    r"|\b(?:anhållen|anhållna|anhölls|gripen|gripna|greps|häktad|häktade|häktades|dömd|dömde|dömdes|åtalad|åtalade|åtalades"
    r"|arrested|convicted|indicted|sentenced|extradited|detained)\b ?(?:är|heter|is)? ?[:,]?"
    r"|\b(?:misstänkte|misstänkta|the suspect|gärningsmannen|gärningsperson(?:en)?) (?:är|heter|is|named|,)"
    r"|\b(?:herr|fru|fröken|Mr|Mrs|Ms)\b\.?) ?$",
    re.IGNORECASE,
)
_NAME_FOLLOWS = re.compile(r"(?:^|[\n;,|])\s*(?:namn|name|vorname|navn) ?[:=] ?$", re.IGNORECASE)
_NO_NAMES = frozenset(
    (
        "Account", "American", "British", "Business", "Chinese", "Command", "Company", "Control", "Cyber",
        "Data", "Department", "Domain", "Federal", "File", "Former", "Group", "Hacker", "Hackers", "Iranian",
        "Korean", "Malware", "Member", "Members", "Microsoft", "National", "Nationals", "North", "Officer",
        "Officers", "Ransomware", "Russian", "Security", "Server", "Service", "Software", "Swedish", "System",
        "The", "Threat", "Ukrainian", "United", "User", "Windows",
    )
)  # fmt: skip
"""Capitalised words of headings and products that follow the same words as names do."""

_ONE_NAME = re.compile(
    r"\b(?i:förnamn|efternamn|first name|last name|surname|given name) ?[:=] ?(?P<name>[A-ZÅÄÖÉÆØ][\w’'-]{1,24})"
)


_MONTHS = (
    r"(?:jan(?:uari|uary)?|feb(?:ruari|ruary)?|mar(?:s|ch)?|apr(?:il)?|maj|may|jun[ie]?|jul[iy]?|aug(?:usti|ust)?"
    r"|sep(?:tember)?|o[kc]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_BORN = re.compile(
    r"(?:\bfödd|\bfödelsedatum|\bfödelsedag|\bf\.|\bborn|\bdate of birth|\bd\.?o\.?b\.?\b|\bfødt)"
    r"(?: (?:den|on|the|år))?\s?[:=]?\s?"
    r"(?P<date>(?:19|20)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])|\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)? {_MONTHS},? (?:19|20)\d\d"
    rf"|{_MONTHS} (?:0?[1-9]|[12]\d|3[01]),? (?:19|20)\d\d"
    r"|(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./](?:19|20)\d\d)(?![\w-])",
    re.IGNORECASE,
)


def birth_dates(text: str) -> Iterator[FoundPersonalData]:
    for match in _BORN.finditer(text):
        yield FoundPersonalData(*match.span("date"), PersonalDataKind.BIRTH_DATE)


def names(text: str) -> Iterator[FoundPersonalData]:
    for match in CAPITALISED.finditer(text):
        if (span := _name_in(text, match)) is not None:
            yield FoundPersonalData(*span, PersonalDataKind.NAME)
    for match in _ONE_NAME.finditer(text):
        yield FoundPersonalData(*match.span("name"), PersonalDataKind.NAME)


def is_given_name(word: str) -> bool:
    return word in GIVEN_NAMES or ("-" in word and all(part in GIVEN_NAMES for part in word.split("-")))


def is_surname(word: str) -> bool:
    return any(part in SURNAMES or part.endswith("sson") for part in word.split("-"))


def _name_in(text: str, run: re.Match[str]) -> tuple[int, int] | None:
    """Where a name is in a run of capitalised words: from a given name to the surname after it."""
    words = [(word.group(), *word.span()) for word in _ONE_WORD.finditer(text, run.start(), run.end())]
    for (first, start, _), (last, _, end) in pairwise(words):
        if is_given_name(first) and (is_surname(last) or last.endswith(_SURNAME_ENDINGS)):
            return None if _NO_PERSON_AFTER.match(text, end) else (start, end)
        if is_surname(first) and is_given_name(last) and text[end - len(last) - 2] == ",":
            return start, end
    for (first, start, _), (middle, _, _), (last, _, end) in zip(words, words[1:], words[2:], strict=False):
        if is_given_name(first) and is_surname(last) and _ONE_WORD.fullmatch(middle):
            return None if _NO_PERSON_AFTER.match(text, end) else (start, end)
    return _named_by_context(text, run, [word for word, _, _ in words])


def _named_by_context(text: str, run: re.Match[str], words: list[str]) -> tuple[int, int] | None:
    before = text[max(0, run.start() - 40) : run.start()]
    if _NO_PERSON_AFTER.match(text, run.end()) or not _NO_NAMES.isdisjoint(words):
        return None
    if _PERSON_FOLLOWS.search(before):
        return run.span()
    known = any(is_given_name(word) or is_surname(word) for word in words)
    return run.span() if known and _NAME_FOLLOWS.search(before) else None
