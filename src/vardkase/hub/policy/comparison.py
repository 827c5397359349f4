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
    blocks = SequenceMatcher(
        None, [_key(rule) for rule in before], [_key(rule) for rule in after], autojunk=False
    ).get_matching_blocks()
    # A block of equal keys has kept its order; a rule outside of all blocks was moved.
    in_order = {(block.a + n, block.b + n) for block in blocks for n in range(1, block.size + 1)}
    left: dict[tuple[type, str], list[int]] = {}
    for number, rule in enumerate(before, 1):
        left.setdefault(_key(rule), []).append(number)
    compared = []
    for number, rule in enumerate(after, 1):
        numbers = left.get(_key(rule))
        earlier = numbers.pop(0) if numbers else None
        if earlier is None:
            compared.append(Compared(RuleChange.ADDED, None, None, rule, number))
            continue
        old, stays = before[earlier - 1], (earlier, number) in in_order
        change = RuleChange.CHANGED if old != rule else RuleChange.SAME if stays else RuleChange.MOVED
        compared.append(Compared(change, old, earlier, rule, number))
    gone = sorted(number for numbers in left.values() for number in numbers)
    return compared + [
        Compared(RuleChange.REMOVED, before[number - 1], number, None, None) for number in gone
    ]


def _key(rule: Rule) -> tuple[type, str]:
    return type(rule), rule.title.sv.casefold()
