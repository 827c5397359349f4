"""Queries for the public page."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.correspondence.letters.wording import known_owner_name
from vardkase.hub.correspondence.settings import SENDER_ADDRESS
from vardkase.hub.problems import PublicPageProblem
from vardkase.hub.public_pages.models import PassageVersion
from vardkase.hub.public_pages.passages import LANGUAGES, Passage, PassagePart, PassageText, shipped

US = {"sv": "oss", "en": "us"}
"""Who runs the hub, where it has no name: the packaged words name it only where an object can stand."""


def passages() -> list[Passage]:
    # DISTINCT ON keeps the first row of each passage, its newest version.
    newest = PassageVersion.objects.order_by("part", "name", "-number").distinct("part", "name")
    current = {(passage.part, passage.name): passage for passage in shipped()}
    current |= {(passage.part, passage.name): passage for passage in map(passage_of, newest)}
    order = {part: place for place, part in enumerate(PassagePart)}
    return sorted(current.values(), key=lambda passage: (order[passage.part], passage.position, passage.name))


def shown(part: PassagePart) -> list[Passage]:
    return [passage for passage in passages() if passage.part == part and passage.shown]


def read_by_visitors(passage: Passage, language: str) -> PassageText:
    return filled(passage.in_language(language), language)


def filled(words: PassageText, language: str) -> PassageText:
    """With who runs the hub for {owner}, and where it is reached for {address}."""
    owner = known_owner_name() or US.get(language, US["sv"])
    address = ", ".join(filter(None, (owner, SENDER_ADDRESS.value)))
    return PassageText(
        *(each.replace("{owner}", owner).replace("{address}", address) for each in astuple(words))
    )


def find_passage(part: str, name: str) -> Passage:
    for passage in passages():
        if (passage.part, passage.name) == (part, name):
            return passage
    raise NotFound(PublicPageProblem.NO_SUCH_PASSAGE())


def versions(passage: Passage) -> QuerySet[PassageVersion]:
    return PassageVersion.objects.filter(part=passage.part, name=passage.name).order_by("-number")


def questions(language: str, text: str = "") -> list[Passage]:
    words = text.casefold().split()
    return [
        question
        for question in shown(PassagePart.QUESTION)
        if _contains(read_by_visitors(question, language), words)
    ]


def unstated() -> list[Passage]:
    """The sections that only the hub owner can write: of the privacy notice (article 13 of the GDPR), and of the
    accessibility statement (lagen 2018:1937)."""
    statements = (PassagePart.PRIVACY, PassagePart.ACCESSIBILITY)
    return [
        passage
        for passage in passages()
        if passage.part in statements and passage.shown and not passage.words["sv"].text
    ]


def last_changed() -> datetime | None:
    return PassageVersion.objects.order_by("-created").values_list("created", flat=True).first()


def passage_of(row: PassageVersion) -> Passage:
    words = {
        language: PassageText(*(getattr(row, f"{name}_{language}") for name in ("title", "lead", "text")))
        for language in LANGUAGES
    }
    return Passage(PassagePart(row.part), row.name, row.position, words, row.shown, row.number, row.created)


def _contains(passage: PassageText, words: list[str]) -> bool:
    text = f"{passage.title} {passage.text}".casefold()
    return all(word in text for word in words)
