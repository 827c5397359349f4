"""Differences between two versions of a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from vardkase.hub.policy.rules import Rule


class RuleChange(StrEnum):
    SAME = "same"
    MOVED = "moved"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Compared:
    """A rule in both versions, or in one of them; the number is None where it is missing."""

    change: RuleChange
    before: Rule | None
    before_number: int | None
    after: Rule | None
    after_number: int | None


def compare(before: Sequence[Rule], after: Sequence[Rule]) -> list[Compared]:
    """Rules in the order of `after`, then the removed ones.

    Rules are matched by kind and Swedish title. A rule renumbered only because earlier rules were added or
    removed counts as unchanged.
    """
    in_order = _in_order([_key(rule) for rule in before], [_key(rule) for rule in after])
    left: dict[tuple[type, str], list[int]] = {}
    for number, rule in enumerate(before, 1):
        left.setdefault(_key(rule), []).append(number)
    found = []
    for number, rule in enumerate(after, 1):
        numbers = left.get(_key(rule))
        earlier = numbers.pop(0) if numbers else None
        stays = (earlier, number) in in_order
        found.append(_compared(before, earlier, rule, number, stays=stays))
    gone = sorted(number for numbers in left.values() for number in numbers)
    return found + [Compared(RuleChange.REMOVED, before[number - 1], number, None, None) for number in gone]


def _compared(
    before: Sequence[Rule], earlier: int | None, rule: Rule, number: int, *, stays: bool
) -> Compared:
    if earlier is None:
        return Compared(RuleChange.ADDED, None, None, rule, number)
    old = before[earlier - 1]
    change = RuleChange.CHANGED if old != rule else RuleChange.SAME if stays else RuleChange.MOVED
    return Compared(change, old, earlier, rule, number)


def _in_order(before: Sequence[object], after: Sequence[object]) -> set[tuple[int | None, int]]:
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {(block.a + place, block.b + place) for block in blocks for place in range(1, block.size + 1)}


def _key(rule: Rule) -> tuple[type, str]:
    return type(rule), rule.title.sv.casefold()
