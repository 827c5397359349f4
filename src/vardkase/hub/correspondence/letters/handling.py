"""Who handles letters that are written: officers, unless the package that knows the case excludes them from it."""

from __future__ import annotations

from collections.abc import Callable

from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.correspondence.models import Letter
from vardkase.hub.correspondence.templates import EDITORS
from vardkase.hub.problems import HubProblem
from vardkase.identity.access.actor import Actor

# Registered at start: cases are in a layer above this one.
_checks: list[Callable[[Actor, Letter], None]] = []


def register_letter_check(check: Callable[[Actor, Letter], None]) -> None:
    """`check` raises NotFound, Forbidden or NotImpartial unless the actor may handle the case of a letter."""
    _checks[:] = [check]


def find_to_handle(actor: Actor, letter_id: int) -> Letter:
    """A letter whose service the actor may record, and which they may correct. Raises Forbidden, NotFound."""
    actor.require_writing()
    actor.require_staff(*EDITORS)
    letter = first_or_not_found(
        Letter.objects.defer("content").filter(pk=letter_id), HubProblem.NO_SUCH_LETTER()
    )
    for check in _checks:
        check(actor, letter)
    return letter
