"""What in a text points to an organisation. Times are linear in the text, which anybody may have written."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from django.utils.translation import gettext as _

from vardkase.hub.anonymity.hits import HitKind
from vardkase.hub.anonymity.own_traits import SHORTEST, WORD, PhraseNode, Traits
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
        *(Found(HitKind.WORDING, match.span(), _instead(match[0])) for match in WORDING.finditer(text)),
    ]
    kept: list[Found] = []
    for found in sorted(every, key=lambda found: (found.span[0], -found.span[1])):
        if not kept or found.span[0] >= kept[-1].span[1]:
            kept.append(found)
    return kept


def _instead(words: str) -> str:
    said = INSTEAD[words.lower()]
    return said[0].upper() + said[1:] if words[0].isupper() else said


def _phrases(text: str, known: Traits) -> Iterator[Found]:
    words = [(match[0], match.span()) for match in WORD.finditer(text)]
    for place, (word, span) in enumerate(words):
        if (found := _longest(text, words, place, known.tree)) is not None:
            kind, end = found
            yield _phrase(text, kind, (span[0], end))
        elif word.removesuffix("s") in known.abbreviations:
            yield Found(HitKind.NAME, span, REPLACEMENTS[HitKind.NAME])


def _longest(
    text: str, words: Sequence[tuple[str, tuple[int, int]]], place: int, tree: PhraseNode
) -> tuple[HitKind, int] | None:
    """The longest phrase that begins with that word, and where it ends. Its last word may be a genitive."""
    found: tuple[HitKind, int] | None = None
    node, before = tree, words[place][1][0]
    for index in range(place, len(words)):
        word, (start, end) = words[index]
        if start - before > AROUND_WORDS or "\n" in text[before:start]:
            break
        genitive = node.further.get(word.lower().removesuffix("s"))
        following = node.further.get(word.lower())
        for each in (genitive, following):
            if each is not None and each.kind is not None:
                found = each.kind, end
        if following is None:
            break
        node, before = following, end
    return found


def _phrase(text: str, kind: HitKind, span: tuple[int, int]) -> Found:
    """Of a domain, with the host and the person before it, and whatever is written on to it."""
    if kind in (HitKind.DOMAIN, HitKind.ADDRESS) or text[span[1] : span[1] + 1] == "@":
        before = OF_HOST.search(text[max(0, span[0] - 253) : span[0]])
        start = span[0] - (len(before[0]) if before else 0)
        host = text[start : span[1]]
        if before and before[0] and before[0][-1] not in ".@":  # ``portal-vaxholm.se`` is not ``vaxholm.se``.
            kind = HitKind.LOOKALIKE
        elif "@" in host:
            kind = HitKind.ADDRESS
        span = (start, span[1])
    return Found(kind, span, REPLACEMENTS[kind])


REPLACEMENTS = {
    HitKind.NAME: "[organisation]",
    HitKind.NUMBER: "[organisation]",
    HitKind.DOMAIN: "organisation.example",
    HitKind.LOOKALIKE: "[domain]",
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
