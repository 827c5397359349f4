"""Changing the public page: each change is a new version, and every version can be had back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.hub.public_pages.models import PassageVersion
from vardkase.hub.public_pages.passages import LANGUAGES, Part, Passage, Words, shipped
from vardkase.hub.public_pages.queries import find_passage, passage_of, passages, versions
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.staff import StaffRole

LONGEST = {"title": 200, "lead": 400, "text": 20_000}
NAME_LENGTH = 48


def may_edit(actor: Actor) -> bool:
    """Whether the page is the actor's to change."""
    return actor.is_site_admin or StaffRole.MEMBERSHIP_OFFICER in actor.staff


def require_editor(actor: Actor) -> None:
    """Raise Forbidden unless the page is the actor's to change."""
    if not may_edit(actor):
        raise Forbidden("This is for the hub’s membership officers and site administrators.")


@transaction.atomic
def change_passage(
    actor: Actor, part: str, name: str, data: Mapping[str, Any], number: int | None = None
) -> Passage:
    """Give a passage other words: `data` holds title_sv, title_en, lead_…, text_….

    `number` is the version that the editor saw. Raises Invalid by field, Conflict when there is a newer one,
    NotFound, Forbidden.
    """
    _require(actor)
    passage = find_passage(part, name)
    if number is not None and number != passage.number:
        raise Conflict("Somebody else has changed the text.")
    return _kept(actor, replace(passage, words=_words(data)), "public_passage.changed")


@transaction.atomic
def add_question(actor: Actor, data: Mapping[str, Any]) -> Passage:
    """Add a question with its answer, below the others. Raises Invalid by field, Forbidden."""
    _require(actor)
    words = _words(data)
    there = {each.name: each for each in passages() if each.part == Part.QUESTION}
    name = _free_name(words["sv"].title, set(there))
    last = max((each.position for each in there.values()), default=0)
    return _kept(actor, Passage(Part.QUESTION, name, last + 1, words), "public_passage.added")


@transaction.atomic
def show_question(actor: Actor, name: str, *, shown: bool) -> Passage:
    """Take a question off the page, or put it back. Raises NotFound, Forbidden."""
    _require(actor)
    passage = find_passage(Part.QUESTION, name)
    if passage.shown == shown:
        return passage
    action = "public_passage.restored" if shown else "public_passage.removed"
    return _kept(actor, replace(passage, shown=shown), action)


@transaction.atomic
def move_question(actor: Actor, name: str, *, up: bool) -> None:
    """Let a question change places with the one above it, or below. Raises NotFound, Forbidden."""
    _require(actor)
    passage = find_passage(Part.QUESTION, name)
    rest = [each for each in passages() if each.part == Part.QUESTION and (each.shown or each.name == name)]
    place = rest.index(passage) + (-1 if up else 1)
    if not 0 <= place < len(rest):
        return
    other = rest[place]
    _kept(actor, replace(passage, position=other.position), "public_passage.moved")
    _kept(actor, replace(other, position=passage.position), "public_passage.moved")


@transaction.atomic
def restore_version(actor: Actor, part: str, name: str, number: int) -> Passage:
    """Take the words of an earlier version again (0: those that came with the software). Raises Invalid, NotFound."""
    _require(actor)
    passage = find_passage(part, name)
    earlier = _version(passage, number)
    return _kept(actor, replace(passage, words=earlier.words, shown=earlier.shown), "public_passage.restored")


def _version(passage: Passage, number: int) -> Passage:
    if number == 0:
        found = [each for each in shipped() if (each.part, each.name) == (passage.part, passage.name)]
    else:
        found = [passage_of(row) for row in versions(passage).filter(number=number)]
    if not found:
        raise Invalid({"number": ["There is no such version."]})
    return found[0]


def _kept(actor: Actor, passage: Passage, action: str) -> Passage:
    """`passage` as the newest version; two who write at once: the constraint lets one of them through."""
    last = versions(passage).aggregate(last=Max("number"))["last"] or 0
    row = PassageVersion.objects.create(
        part=passage.part,
        name=passage.name,
        number=last + 1,
        position=passage.position,
        shown=passage.shown,
        user_id=actor.user_id,
        user_name=actor.name,
        **{
            f"{name}_{language}": getattr(words, name)
            for language, words in passage.words.items()
            for name in LONGEST
        },
    )
    target = Target("public_passage", row.pk, title=row.title_sv)
    record(actor, action, target, {"part": row.part, "number": row.number})
    return passage_of(row)


def _require(actor: Actor) -> None:
    actor.require_writing()
    require_editor(actor)


def _words(data: Mapping[str, Any]) -> dict[str, Words]:
    """Both languages, or Invalid: a title is needed in each, and nothing is longer than the page bears."""
    errors: dict[str, list[str]] = {}
    found = {}
    for language in LANGUAGES:
        given = {name: str(data.get(f"{name}_{language}") or "").strip() for name in LONGEST}
        for name, text in given.items():
            if "\0" in text or len(text) > LONGEST[name]:
                errors[f"{name}_{language}"] = [f"Please enter a text of at most {LONGEST[name]} characters."]
        if not given["title"]:
            errors[f"title_{language}"] = ["Please enter a heading in each language."]
        found[language] = Words(**given)
    if errors:
        raise Invalid(errors)
    return found


def _free_name(title: str, taken: set[str]) -> str:
    """A name for the address, made of the title."""
    start = slugify(title)[:NAME_LENGTH].strip("-") or "question"
    names = (start if count == 1 else f"{start}-{count}" for count in range(1, len(taken) + 3))
    return next(name for name in names if name not in taken)
