"""What in a text points to an organisation. Times are linear in the text, which anybody may have written."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import pairwise

from django.utils.translation import gettext as _

from vardkase.hub.anonymity.hits import HitKind
from vardkase.hub.anonymity.own_traits import SHORTEST, WORD, Traits
from vardkase.misp.fields import UUID_IN_ANY_CASE

AROUND_WORDS = 3
"""Characters between two words of a name: ``anna.ek``, ``vaxholm[.]se``."""
OF_HOST = re.compile(r"[\w.@+-]{0,253}\Z")
IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){3}(?![\w.]*\d)")
IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{2,40}(?![\w:])")
HOST = re.compile(
    r"(?<![\w.-])(?=[\w-]{0,60}\d)[A-Za-z][A-Za-z0-9]{0,30}(?:-[A-Za-z0-9]{1,30}){1,5}(?![\w-])"
)
SIGNATURE = re.compile(
    r"(?im)^[ \t]{0,20}(?:--[ \t]*$|(?:(?:med )?vänliga? hälsning(?:ar)?|m\.?v\.?h\.?|vänligen|hälsningar|"
    r"(?:best|kind|warm) regards|regards|sincerely|yours faithfully)\b[^\n]{0,80}$)(?:\r?\n[^\n]{0,120}){0,4}"
)
WORDING = re.compile(r"(?i)\b(?:hos oss|vårt?(?= \w)|våra(?= \w)|at our(?= \w)|our own(?= \w)|our(?= \w))\b")
INSTEAD = {"hos oss": "hos organisationen", "vår": "organisationens", "vårt": "organisationens",
    "våra": "organisationens", "our own": "the organisation’s", "our": "the organisation’s",
    "at our": "at the organisation’s",
}  # fmt: skip
"""In the language of the text, not of the page."""


@dataclass(frozen=True, slots=True)
class Found:
    kind: HitKind
    span: tuple[int, int]
    suggestion: str
    note: str = ""


def found_in(text: str, known: Traits) -> list[Found]:
    """In order, none inside another; the longest where they overlap."""
    every = [
        *_phrases(text, known),
        *_addresses(text, known),
        *_identifiers(text, known),
        *(Found(HitKind.SIGNATURE, match.span(), "") for match in SIGNATURE.finditer(text)),
        *(
            Found(HitKind.WORDING, match.span(), INSTEAD[match[0].lower()])
            for match in WORDING.finditer(text)
        ),
    ]
    kept: list[Found] = []
    for found in sorted(every, key=lambda found: (found.span[0], -found.span[1])):
        if not kept or found.span[0] >= kept[-1].span[1]:
            kept.append(found)
    return kept


def _phrases(text: str, known: Traits) -> Iterator[Found]:
    words = [(match[0].lower(), match.span(), match[0]) for match in WORD.finditer(text)]
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(known.phrases, key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append(phrase)
    for place, (word, span, written) in enumerate(words):
        candidates = (*by_first.get(word, ()), *by_first.get(word.removesuffix("s"), ()))
        for phrase in candidates:
            following = words[place : place + len(phrase)]
            if _is_phrase(text, phrase, following):
                yield _phrase(text, known.phrases[phrase], (span[0], following[-1][1][1]))
                break
        else:
            if written.removesuffix("s") in known.abbreviations:
                yield Found(HitKind.NAME, span, REPLACEMENTS[HitKind.NAME])


def _is_phrase(text: str, phrase: tuple[str, ...], following: list[tuple[str, tuple[int, int], str]]) -> bool:
    if len(following) < len(phrase):
        return False
    pairs = list(zip(phrase, following, strict=True))
    last = len(pairs) - 1
    if any(
        word not in ((wanted, f"{wanted}s") if place == last else (wanted,))
        for place, (wanted, (word, _, _)) in enumerate(pairs)
    ):
        return False
    return all(
        after[1][0] - before[1][1] <= AROUND_WORDS and "\n" not in text[before[1][1] : after[1][0]]
        for before, after in pairwise(following)
    )


def _phrase(text: str, kind: HitKind, span: tuple[int, int]) -> Found:
    """Of a domain, with the host and the person before it, and whatever is written on to it."""
    if kind in (HitKind.DOMAIN, HitKind.ADDRESS) or text[span[1] : span[1] + 1] == "@":
        before = OF_HOST.search(text[max(0, span[0] - 253) : span[0]])
        start = span[0] - (len(before[0]) if before else 0)
        host = text[start : span[1]]
        kind = HitKind.ADDRESS if "@" in host else kind
        span = (start, span[1])
    return Found(kind, span, REPLACEMENTS[kind])


REPLACEMENTS = {
    HitKind.NAME: "[organisation]",
    HitKind.NUMBER: "[organisation]",
    HitKind.DOMAIN: "organisation.example",
    HitKind.ADDRESS: "[person]",
    HitKind.NETWORK: "[network]",
    HitKind.HOST: "[computer]",
    HitKind.IDENTIFIER: "[identifier]",
    HitKind.MACHINE_IDENTIFIER: "[identifier]",
}


def _addresses(text: str, known: Traits) -> Iterator[Found]:
    if not known.networks:
        return
    for pattern in (IPV4, IPV6):
        for match in pattern.finditer(text):
            try:
                address = ip_address(match[0].replace("[.]", "."))
            except ValueError:
                continue
            if any(address in network for network in known.networks):
                yield Found(HitKind.NETWORK, match.span(), REPLACEMENTS[HitKind.NETWORK])


def _identifiers(text: str, known: Traits) -> Iterator[Found]:
    for match in UUID_IN_ANY_CASE.finditer(text):
        if match[0].lower() in known.uuids:
            yield Found(HitKind.IDENTIFIER, match.span(), REPLACEMENTS[HitKind.IDENTIFIER])
        elif (made := uuid.UUID(match[0])).version == 1:  # RFC 9562, section 5.1.
            note = _("Made by the computer with the network address %(address)s.")
            address = ":".join(re.findall("..", f"{made.node:012x}"))
            yield Found(
                HitKind.MACHINE_IDENTIFIER,
                match.span(),
                REPLACEMENTS[HitKind.MACHINE_IDENTIFIER],
                note % {"address": address},
            )


def host_pattern(name: str) -> str:
    """``vx-pc-#`` for VX-PC-0412: how an organisation names its computers."""
    return re.sub(r"\d+", "#", name.lower())


def hosts_in(text: str) -> Mapping[tuple[int, int], str]:
    """The pattern of each word that looks like the name of a computer."""
    return {
        match.span(): host_pattern(match[0])
        for match in HOST.finditer(text)
        if len(match[0]) > SHORTEST and not UUID_IN_ANY_CASE.fullmatch(match[0])
    }
