"""Reading the public page."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from vardkase.core.errors import NotFound
from vardkase.hub.public_pages.models import PassageVersion
from vardkase.hub.public_pages.passages import LANGUAGES, Part, Passage, Words, shipped


def passages() -> list[Passage]:
    """Every passage as it is now, part by part in the order of the page, also those that are not shown; one query."""
    newest = PassageVersion.objects.order_by("part", "name", "-number").distinct("part", "name")
    found = {(each.part, each.name): each for each in shipped()}
    found |= {(each.part, each.name): each for each in map(passage_of, newest)}
    order = {part: place for place, part in enumerate(Part)}
    return sorted(found.values(), key=lambda each: (order[each.part], each.position, each.name))


def shown(part: Part) -> list[Passage]:
    """The passages of one part that visitors see."""
    return [each for each in passages() if each.part == part and each.shown]


def find_passage(part: str, name: str) -> Passage:
    """The passage of this name as it is now. Raises NotFound."""
    for each in passages():
        if (each.part, each.name) == (part, name):
            return each
    raise NotFound("Invalid passage.")


def versions(passage: Passage) -> QuerySet[PassageVersion]:
    """What the hub owner has made of a passage, newest first; the shipped text is not among them."""
    return PassageVersion.objects.filter(part=passage.part, name=passage.name).order_by("-number")


def questions(language: str, text: str = "") -> list[Passage]:
    """The questions shown, all of them or those with every word of `text` in them, in this language."""
    wanted = text.casefold().split()
    return [each for each in shown(Part.QUESTION) if _holds(each.in_language(language), wanted)]


def unstated() -> list[Passage]:
    """The parts of the notice on personal data that only the hub owner knows, and has not written."""
    return [each for each in shown(Part.PRIVACY) if not each.words["sv"].text]


def last_changed() -> datetime | None:
    """When anything on the page was changed last; None while all is as it came."""
    return PassageVersion.objects.order_by("-created").values_list("created", flat=True).first()


def passage_of(row: PassageVersion) -> Passage:
    """A stored version as a passage."""
    words = {
        language: Words(*(getattr(row, f"{name}_{language}") for name in ("title", "lead", "text")))
        for language in LANGUAGES
    }
    return Passage(Part(row.part), row.name, row.position, words, row.shown, row.number, row.created)


def _holds(words: Words, wanted: list[str]) -> bool:
    text = f"{words.title} {words.text}".casefold()
    return all(word in text for word in wanted)
