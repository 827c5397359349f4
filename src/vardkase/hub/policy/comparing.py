"""What is another between two versions of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vardkase.hub.policy.rules import Rule


class Change(StrEnum):
    """What became of a rule."""

    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Compared:
    """A rule in both versions, or in one of them; numbers are None where it is not."""

    change: Change
    before: Rule | None
    before_number: int | None
    after: Rule | None
    after_number: int | None


def compare(before: Sequence[Rule], after: Sequence[Rule]) -> list[Compared]:
    """Rules in the order of `after`, then those that are gone. A rule is known by its kind and Swedish title."""
    left: dict[tuple[type, str], list[int]] = {}
    for number, rule in enumerate(before, 1):
        left.setdefault(_key(rule), []).append(number)
    found = []
    for number, rule in enumerate(after, 1):
        numbers = left.get(_key(rule))
        found.append(_compared(before, numbers.pop(0) if numbers else None, rule, number))
    gone = sorted(number for numbers in left.values() for number in numbers)
    return found + [Compared(Change.REMOVED, before[number - 1], number, None, None) for number in gone]


def _compared(before: Sequence[Rule], earlier: int | None, rule: Rule, number: int) -> Compared:
    if earlier is None:
        return Compared(Change.ADDED, None, None, rule, number)
    old = before[earlier - 1]
    change = Change.CHANGED if old != rule else Change.SAME if earlier == number else Change.MOVED
    return Compared(change, old, earlier, rule, number)


def _key(rule: Rule) -> tuple[type, str]:
    return type(rule), rule.title.sv.casefold()
