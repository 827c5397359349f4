"""Evaluates rules against an event: pure functions over rules and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vardkase.hub.policy.facts import PolicyPart, PublicationFacts
from vardkase.hub.policy.reach import PolicyReach
from vardkase.hub.policy.rules import (
    FourEyesRule,
    HandlingRule,
    PersonalDataRule,
    ReachLimitRule,
    RequiredTagRule,
    Rule,
    RuleAudience,
    RuleBase,
    Selecting,
    tag_matches,
)
from vardkase.intel.personal_data.kinds import kinds_of


class Refusal(StrEnum):
    EVENT = "event"
    TAG = "tag"
    TYPE = "type"
    CATEGORY = "category"
    MISSING_TAG = "missing_tag"
    UNEXPLAINED = "unexplained"
    MARKED = "marked"
    UNANSWERED = "unanswered"
    PERSON = "person"
    UNTRAINED = "untrained"


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A rule that is met, its number in the policy, and why: the tag, type, category or module `name`.

    `reach` is how far that goes; `count` the number of parts.
    """

    number: int
    rule: RuleBase
    why: Refusal
    name: str = ""
    reach: PolicyReach = PolicyReach.ORGANISATION
    count: int = 1


def forbidding(
    rules: Sequence[Rule], facts: PublicationFacts, groups: Mapping[str, int]
) -> Iterator[MatchedRule]:
    """The rules that forbid sharing, by number: one reason per rule. `groups` maps uuids of sharing groups to
    ids."""
    for number, rule in enumerate(rules, 1):
        if met := next(_forbids(number, rule, facts, groups), None):  # stops at the first reason
            yield met


def asking_second(rules: Sequence[Rule], facts: PublicationFacts) -> Iterator[MatchedRule]:
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, FourEyesRule):
            continue
        for why, name, part in _matches(rule, facts):
            if part.reach.goes_as_far_as(rule.reach):
                yield MatchedRule(number, rule, why, name, part.reach, part.count)
                break


def keeping_out(
    rules: Sequence[Rule], action: str, name: str, role: str, modules: frozenset[str]
) -> MatchedRule | None:
    for number, rule in enumerate(rules, 1):
        if not isinstance(rule, RuleAudience) or rule.action != action:
            continue
        if not rule.names(name, role):
            return MatchedRule(number, rule, Refusal.PERSON)
        if not rule.is_trained(modules):
            return MatchedRule(number, rule, Refusal.UNTRAINED, rule.module)
    return None


def _forbids(
    number: int, rule: Rule, facts: PublicationFacts, groups: Mapping[str, int]
) -> Iterator[MatchedRule]:
    match rule:
        case ReachLimitRule():
            # A group that was deleted allows nothing.
            allowed = {groups[uuid] for uuid in rule.groups if uuid in groups}
            for why, name, part in _matches(rule, facts):
                if not _within(rule, allowed, part):
                    yield MatchedRule(number, rule, why, name, part.reach, part.count)
        case RequiredTagRule() if facts.reach.goes_as_far_as(rule.reach):
            # A local tag does not leave the hub, so that receivers would not see it.
            if not any(
                tag_matches(rule.tags, tag.name) for tag in facts.tags if tag.on_event and not tag.local
            ):
                yield MatchedRule(number, rule, Refusal.MISSING_TAG, ", ".join(rule.tags), facts.reach)
        case PersonalDataRule():
            yield from _personal(number, rule, facts)


def _personal(number: int, rule: PersonalDataRule, facts: PublicationFacts) -> Iterator[MatchedRule]:
    leaving = (
        kind for kind in facts.kinds if kind.type in rule.types and kind.reach is not PolicyReach.ORGANISATION
    )
    for kind in leaving:
        if rule.handling is HandlingRule.STAYS:
            yield MatchedRule(number, rule, Refusal.TYPE, kind.type, kind.reach, kind.count)
        elif kind.unexplained:
            yield MatchedRule(number, rule, Refusal.UNEXPLAINED, kind.type, kind.reach, kind.unexplained)
    kinds = kinds_of(rule.types)
    for mark in facts.marks:
        if mark.kind not in kinds or mark.reach is PolicyReach.ORGANISATION:
            continue
        if rule.handling is HandlingRule.STAYS:
            yield MatchedRule(number, rule, Refusal.MARKED, mark.kind, mark.reach, mark.count)
        elif mark.unexplained:
            yield MatchedRule(number, rule, Refusal.UNANSWERED, mark.kind, mark.reach, mark.unexplained)


def _within(rule: ReachLimitRule, allowed: set[int], part: PolicyPart) -> bool:
    if (
        part.reach is not PolicyReach.SHARING_GROUP
        or rule.reach is not PolicyReach.SHARING_GROUP
        or not rule.groups
    ):
        return rule.reach.goes_as_far_as(part.reach)
    return not allowed.isdisjoint(part.groups)


def _matches(rule: Selecting, facts: PublicationFacts) -> Iterator[tuple[Refusal, str, PolicyPart]]:
    if rule.is_about_all:
        yield Refusal.EVENT, "", PolicyPart(facts.reach, facts.groups, 1)
    for tag in facts.tags:
        if tag_matches(rule.tags, tag.name):
            yield Refusal.TAG, tag.name, tag
    for kind in facts.kinds:
        if kind.type in rule.types:
            yield Refusal.TYPE, kind.type, kind
        elif kind.category in rule.categories:
            yield Refusal.CATEGORY, kind.category, kind
