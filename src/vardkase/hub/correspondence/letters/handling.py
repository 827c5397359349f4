"""Who handles letters that are written: officers, unless the package that knows the case excludes them from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from vardkase.core.errors import Conflict, NotFound
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.law.disposal_marks import is_disposed, with_marks_in_words
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor


class LetterRule(Protocol):
    def __call__(self, actor: Actor, letter: Letter, *, is_filed: bool) -> None: ...


class ReadingRule(Protocol):
    def __call__(self, actor: Actor, letter: Letter) -> bool: ...


@dataclass(frozen=True, slots=True)
class LetterCheck:
    """`require` raises NotFound, Forbidden or NotImpartial unless the actor may handle the case of a letter; with
    `is_filed`, Conflict too if nothing can be filed in it. `handles`: whether they may, as far as reading goes."""

    require: LetterRule
    handles: ReadingRule


# Registered at start: cases are in a layer above this one.
_checks: list[LetterCheck] = []


def register_letter_check(check: LetterCheck) -> None:
    _checks[:] = [check]


def handles(actor: Actor, letter: Letter) -> bool:
    return all(check.handles(actor, letter) for check in _checks)


def find_to_handle(actor: Actor, letter_id: int, *, is_filed: bool = True, is_locked: bool = False) -> Letter:
    """A letter whose service the actor may record, and which they may correct. `is_filed`: what is done is filed in
    its case, which is therefore open. Raises Forbidden, NotFound, Conflict."""
    actor.require_writing()
    actor.require_staff(*EDITORS)
    rows = Letter.objects.defer("content").filter(pk=letter_id)
    letter = first_or_not_found(rows.select_for_update() if is_locked else rows, HubProblem.NO_SUCH_LETTER())
    try:
        for check in _checks:
            check.require(actor, letter, is_filed=is_filed)
    except NotFound as missing:
        raise NotFound(HubProblem.NO_SUCH_LETTER()) from missing
    return not_disposed(letter)


def not_disposed(letter: Letter) -> Letter:
    """Raises Conflict, which says when and by which rule, for a letter of which only the entry is left."""
    if is_disposed(letter.title):
        raise Conflict(HubProblem.DISPOSED(mark=with_marks_in_words(letter.title)))
    return letter
