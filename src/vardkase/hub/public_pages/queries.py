"""Queries for the public page."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.problems import PublicPageProblem
from vardkase.hub.public_pages.models import PassageVersion
from vardkase.hub.public_pages.passages import LANGUAGES, InboundFilter, PassagePart, PassageText, shipped


def passages() -> list[InboundFilter]:
    newest = PassageVersion.objects.order_by("part", "name", "-number").distinct("part", "name")
    found = {(each.part, each.name): each for each in shipped()}
    found |= {(each.part, each.name): each for each in map(passage_of, newest)}
    order = {part: place for place, part in enumerate(PassagePart)}
    return sorted(found.values(), key=lambda each: (order[each.part], each.position, each.name))


def shown(part: PassagePart) -> list[InboundFilter]:
    return [each for each in passages() if each.part == part and each.shown]


def find_passage(part: str, name: str) -> InboundFilter:
    for each in passages():
        if (each.part, each.name) == (part, name):
            return each
    raise NotFound(PublicPageProblem.NO_SUCH_PASSAGE())


def versions(passage: InboundFilter) -> QuerySet[PassageVersion]:
    return PassageVersion.objects.filter(part=passage.part, name=passage.name).order_by("-number")


def questions(language: str, text: str = "") -> list[InboundFilter]:
    wanted = text.casefold().split()
    return [each for each in shown(PassagePart.QUESTION) if _holds(each.in_language(language), wanted)]


def unstated() -> list[InboundFilter]:
    return [each for each in shown(PassagePart.PRIVACY) if not each.words["sv"].text]


def last_changed() -> datetime | None:
    return PassageVersion.objects.order_by("-created").values_list("created", flat=True).first()


def passage_of(row: PassageVersion) -> InboundFilter:
    words = {
        language: PassageText(*(getattr(row, f"{name}_{language}") for name in ("title", "lead", "text")))
        for language in LANGUAGES
    }
    return InboundFilter(
        PassagePart(row.part), row.name, row.position, words, row.shown, row.number, row.created
    )


def _holds(words: PassageText, wanted: list[str]) -> bool:
    text = f"{words.title} {words.text}".casefold()
    return all(word in text for word in wanted)
