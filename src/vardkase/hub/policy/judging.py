"""Evaluates rules against an event: pure functions over rules and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vardkase.hub.policy.facts import Facts, Part
from vardkase.hub.policy.reach import Reach
from vardkase.hub.policy.rules import (
    AtMost,
    Base,
    FourEyes,
    Handling,
    MustCarry,
    PersonalData,
    Rule,
    Selecting,
    Who,
    tag_matches,
)


class Why(StrEnum):
    EVENT = "event"
    TAG = "tag"
    TYPE = "type"
    CATEGORY = "category"
    MISSING_TAG = "missing_tag"
    UNEXPLAINED = "unexplained"
    PERSON = "person"
    UNTRAINED = "untrained"


@dataclass(frozen=True, slots=True)
class Met:
    """A rule that is met, its number in the policy, and why: the tag, type, category or module `name`.

    `reach` is how far that goes; `count` the number of parts.
    """

    number: int
    rule: Base
    why: Why
    name: str = ""
    reach: Reach = Reach.ORGANISATION
    count: int = 1


def forbidding(rules: Sequence[Rule], facts: Facts, groups: Mapping[str, int]) -> Iterator[Met]:
    """The rules that forbid sharing, by number: one reason per rule. `groups` maps uuids of sharing groups to
    ids."""
    for number, rule in enumerate(rules, 1):
        if met := next(_forbids(number, rule, facts, groups), None):
            yield met


def asking_second(rules: Sequence[Rule], facts: Facts) -> Iterator[Met]:
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, FourEyes):
            continue
        for why, name, part in _selected(rule, facts):
            if part.reach.goes_as_far_as(rule.reach):
                yield Met(number, rule, why, name, part.reach, part.count)
                break


def keeping_out(
    rules: Sequence[Rule], action: str, name: str, role: str, modules: frozenset[str]
) -> Met | None:
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, Who) or rule.action != action:
            continue
        if not rule.names(name, role):
            return Met(number, rule, Why.PERSON)
        if not rule.is_trained(modules):
            return Met(number, rule, Why.UNTRAINED, rule.module)
    return None


def _forbids(number: int, rule: Rule, facts: Facts, groups: Mapping[str, int]) -> Iterator[Met]:
    match rule:
        case AtMost():
            allowed = {groups[uuid] for uuid in rule.groups if uuid in groups}
            for why, name, part in _selected(rule, facts):
                if not _within(rule, allowed, part):
                    yield Met(number, rule, why, name, part.reach, part.count)
        case MustCarry() if facts.reach.goes_as_far_as(rule.reach):
            if not any(
                tag_matches(rule.tags, tag.name) for tag in facts.tags if tag.on_event and not tag.local
            ):
                yield Met(number, rule, Why.MISSING_TAG, ", ".join(rule.tags), facts.reach)
        case PersonalData():
            yield from _personal(number, rule, facts)


def _personal(number: int, rule: PersonalData, facts: Facts) -> Iterator[Met]:
    leaving = (
        kind for kind in facts.kinds if kind.type in rule.types and kind.reach is not Reach.ORGANISATION
    )
    for kind in leaving:
        if rule.handling is Handling.STAYS:
            yield Met(number, rule, Why.TYPE, kind.type, kind.reach, kind.count)
        elif kind.unexplained:
            yield Met(number, rule, Why.UNEXPLAINED, kind.type, kind.reach, kind.unexplained)


def _within(rule: AtMost, allowed: set[int], part: Part) -> bool:
    if part.reach is not Reach.SHARING_GROUP or rule.reach is not Reach.SHARING_GROUP or not rule.groups:
        return rule.reach.goes_as_far_as(part.reach)
    return not allowed.isdisjoint(part.groups)


def _selected(rule: Selecting, facts: Facts) -> Iterator[tuple[Why, str, Part]]:
    if rule.is_about_all:
        yield Why.EVENT, "", Part(facts.reach, facts.groups, 1)
    for tag in facts.tags:
        if tag_matches(rule.tags, tag.name):
            yield Why.TAG, tag.name, tag
    for kind in facts.kinds:
        if kind.type in rule.types:
            yield Why.TYPE, kind.type, kind
        elif kind.category in rule.categories:
            yield Why.CATEGORY, kind.category, kind
