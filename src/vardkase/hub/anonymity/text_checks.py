"""What in a text points to an organisation. Times are linear in the text, which anybody may have written."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from django.utils.translation import gettext as _

from vardkase.hub.anonymity.folding import folded
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
BASE64 = re.compile(
    r"(?<![A-Za-z0-9+])(?=[A-Za-z0-9+_-]{0,40}[a-z])(?=[A-Za-z0-9+_-]{0,40}[A-Z])[A-Za-z0-9+_-]{12,}"
)
"""ASCII seldom gives a slash in Base64, which is rather one of the URL."""
HEXADECIMAL = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){8,}(?![0-9A-Fa-f])")
NUMBERED = re.compile(
    r"(?i)(?:\b(?:https?|hxxps?)://[^\s<>\"']{1,253}?)?/(?P<linked>events?|attributes?|objects?|event_?reports?|"
    r"organisations?|users?)/(?:(?:view|index|edit|restSearch|publish|viewPicture|download|dashboard)/)?"
    r"(?P<of_link>\d{1,9})\b(?:/(?P<inner>attribute|object|report)/(?P<of_inner>\d{1,9})\b)?"
    r"|\b(?P<said>event|händelsen?|attributes?|attribut(?:et)?|event[ -]?report|organisation)"
    r"(?: ?id| nr| number| no\.?)?"
    r"[ \t]{0,2}[#:=]?[ \t]{0,2}(?P<number>\d{1,9})\b"
)
"""In links to MISP and to this hub, and in running text."""
KINDS_OF_NUMBERS = {
    **dict.fromkeys(("event", "events", "händelse", "händelsen"), "event"),
    **dict.fromkeys(("attribute", "attributes", "attribut", "attributet"), "attribute"),
    **dict.fromkeys(("object", "objects"), "object"),
    **dict.fromkeys(("eventreport", "eventreports", "event report", "report"), "report"),
    **dict.fromkeys(("organisation", "organisations"), "organisation"),
    **dict.fromkeys(("user", "users"), "user"),
}
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
        *_read_in(text, known),
        *(Found(HitKind.SIGNATURE, match.span(), "") for match in SIGNATURE.finditer(text)),
        *(Found(HitKind.WORDING, match.span(), _instead(match[0])) for match in WORDING.finditer(text)),
    ]
    if (copy := folded(text)) is not None:
        every += (replace(found, span=copy.span(found.span)) for found in _read_in(copy.text, known))
    kept: list[Found] = []
    for found in sorted(every, key=lambda found: (found.span[0], -found.span[1])):
        if not kept or found.span[0] >= kept[-1].span[1]:
            kept.append(found)
    return kept


def _read_in(text: str, known: Traits) -> Iterator[Found]:
    yield from _phrases(text, known)
    yield from _coded_phrases(text, known)
    yield from _addresses(text, known)
    yield from _identifiers(text, known)
    yield from _own_numbers(text, known)


def _coded_phrases(text: str, known: Traits) -> Iterator[Found]:
    """Names and addresses in Base64 and hexadecimal, as links of phishing have the one that they were sent to."""
    for pattern, decode in ((BASE64, _of_base64), (HEXADECIMAL, bytes.fromhex)):
        for match in pattern.finditer(text):
            content = decode(match[0])
            for encoding in ("utf-8", "utf-16-le"):
                if (found := next(_phrases(content.decode(encoding, "replace"), known), None)) is not None:
                    yield replace(found, span=match.span())
                    break


def _of_base64(written: str) -> bytes:
    usual = written.replace("-", "+").replace("_", "/")
    # What is left over of four characters is no byte.
    whole = usual[: len(usual) // 4 * 4] + (usual[-(len(usual) % 4) :] if len(usual) % 4 > 1 else "")
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4))
    except binascii.Error:
        return b""


def numbers_in(text: str) -> Iterator[tuple[tuple[str, int], tuple[int, int]]]:
    """What a text calls by its number on a hub, as a kind in `KINDS_OF_NUMBERS` with its number, and where."""
    for match in NUMBERED.finditer(text):
        kind = KINDS_OF_NUMBERS[(match["linked"] or match["said"]).lower().replace("_", "").replace("-", "")]
        yield (kind, int(match["of_link"] or match["number"])), match.span()
        if match["inner"]:
            inner = KINDS_OF_NUMBERS[match["inner"].lower()]
            yield (inner, int(match["of_inner"])), match.span()


def _own_numbers(text: str, known: Traits) -> Iterator[Found]:
    for numbered, span in numbers_in(text):
        if numbered in known.numbers:
            yield Found(HitKind.IDENTIFIER, span, REPLACEMENTS[HitKind.IDENTIFIER])


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
