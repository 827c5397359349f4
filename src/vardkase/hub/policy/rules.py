"""Policy rules as data: each kind's fields and their parsing from JSON.

A rule's number is its place in the policy, from 1. Tags are compared without regard to case; one that ends in ``*``
stands for all that begin so (``tlp:*``). An empty list of roles and users means everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec

from vardkase.core.documents import converted
from vardkase.core.errors import Invalid, InvalidValue, by_field
from vardkase.core.problems import Problem
from vardkase.hub.policy.problems import RuleProblem
from vardkase.hub.policy.reach import PolicyReach
from vardkase.misp.types import CATEGORIES, TYPES

MOST_RULES = 100
LONGEST = 500
"""Characters in a title, a tag or a name."""

DAYS = 14
"""How long a request waits for a second person, unless the rule says otherwise."""

PERSONAL_TYPES: tuple[str, ...] = (
    "bank-account-nr", "cc-number", "date-of-birth", "email", "email-dst", "email-src", "first-name", "full-name",
    "iban", "identity-card-number", "last-name", "middle-name", "passenger-name-record-locator-number",
    "passport-number", "phone-number", "prtn", "target-email", "target-user", "visa-number", "whois-registrant-email",
    "whois-registrant-name", "whois-registrant-phone",
)  # fmt: skip
"""Attribute types whose values name or number a person."""


class Action(StrEnum):
    CREATE = "create"
    PUBLISH = "publish"
    DELEGATE = "delegate"


class RuleTitle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sv: str
    en: str = ""

    def in_language(self, language: str) -> str:
        return (self.sv or self.en) if language == "sv" else (self.en or self.sv)


class RuleBase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    title: RuleTitle


class RuleAudience(RuleBase, frozen=True, kw_only=True, tag="who"):
    """Users who have one of the roles, or are named, and have done the training `module` are the only ones who may
    do `action`."""

    action: Action
    roles: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    module: str = ""

    def names(self, address: str, role: str) -> bool:
        return is_named(self.roles, self.users, address, role)

    def is_trained(self, modules: frozenset[str]) -> bool:
        return not self.module or self.module.lower() in modules


class Selecting(RuleBase, frozen=True, kw_only=True):
    """A rule for what carries one of the tags, or has one of the types or categories."""

    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def is_about_all(self) -> bool:
        return not (self.tags or self.types or self.categories)


class ReachLimitRule(Selecting, frozen=True, kw_only=True, tag="at_most"):
    """The selection goes no further than `reach`; to a sharing group only of `groups` (uuids), if any are
    named."""

    reach: PolicyReach
    groups: tuple[str, ...] = ()


class RequiredTagRule(RuleBase, frozen=True, kw_only=True, tag="must_carry"):
    """An event that goes as far as `reach`, or further, must carry one of the tags."""

    tags: tuple[str, ...]
    reach: PolicyReach = PolicyReach.SHARING_GROUP


class FourEyesRule(Selecting, frozen=True, kw_only=True, tag="four_eyes"):
    """A selection that goes as far as `reach`, or further, needs a second person's approval.

    `days` is how long a request waits. The second person has one of the roles or is named, and may publish.
    """

    reach: PolicyReach = PolicyReach.SHARING_GROUP
    roles: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    days: int = DAYS


class DefaultsRule(RuleBase, frozen=True, kw_only=True, tag="defaults"):
    """Defaults of a new event; `group` is the uuid of a sharing group."""

    tags: tuple[str, ...] = ()
    reach: PolicyReach | None = None
    group: str = ""


class HandlingRule(StrEnum):
    NECESSITY = "necessity"
    STAYS = "stays"


class PersonalDataRule(RuleBase, frozen=True, kw_only=True, tag="personal_data"):
    """Values of these types are shared only with a comment that says why they are needed, or not at all."""

    types: tuple[str, ...]
    handling: HandlingRule = HandlingRule.NECESSITY


class RetentionRule(RuleBase, frozen=True, kw_only=True, tag="retention"):
    """An own event (with one of the tags, if any are named) is reviewed at this age in months."""

    months: int
    tags: tuple[str, ...] = ()


type Rule = (
    RuleAudience
    | ReachLimitRule
    | RequiredTagRule
    | FourEyesRule
    | DefaultsRule
    | PersonalDataRule
    | RetentionRule
)
KINDS: tuple[type[RuleBase], ...] = (
    RuleAudience,
    ReachLimitRule,
    RequiredTagRule,
    FourEyesRule,
    DefaultsRule,
    PersonalDataRule,
    RetentionRule,
)


def is_named(roles: Sequence[str], users: Sequence[str], address: str, role: str) -> bool:
    """True if the person or their role is named; everyone is if nobody is named."""
    if not roles and not users:
        return True
    named_users, named_roles = {user.lower() for user in users}, {each.lower() for each in roles}
    return address.lower() in named_users or role.lower() in named_roles


def tag_matches(patterns: Sequence[str], tag: str) -> bool:
    lowered = tag.lower()
    return any(
        lowered.startswith(pattern[:-1].lower()) if pattern.endswith("*") else lowered == pattern.lower()
        for pattern in patterns
    )


def read_rules(data: Any) -> tuple[Rule, ...]:
    """Rules from JSON: a list of objects with `kind`, `title` and the fields of the kind.

    Raises Invalid, which names the rule and the field.
    """
    if not isinstance(data, list) or len(data) > MOST_RULES:
        raise Invalid({"rules": [RuleProblem.TOO_MANY(most=MOST_RULES)]})
    return tuple(read_rule(rule, f"rules.{number}") for number, rule in enumerate(data, 1))


def stored_rules(data: Any) -> tuple[Rule, ...]:
    """Rules that were validated when stored; types that MISP has since removed match nothing."""
    return msgspec.convert(data, tuple[Rule, ...])


def read_rule(data: Any, place: str) -> Rule:
    try:
        rule: Rule = converted(data, Rule)
    except InvalidValue as error:
        raise Invalid(by_field(error, place)) from None
    if faults := _faults(rule):
        raise Invalid({f"{place}.{field}": [fault] for field, fault in faults.items()})
    return rule


def written(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    documents: list[dict[str, Any]] = msgspec.to_builtins(list(rules))
    return documents


def _faults(rule: Rule) -> dict[str, Problem]:
    faults: dict[str, Problem] = {}
    if not rule.title.sv.strip() or max(len(rule.title.sv), len(rule.title.en)) > LONGEST:
        faults["title"] = RuleProblem.TITLE_LENGTH(most=LONGEST)
    for field, known in (("types", TYPES), ("categories", CATEGORIES)):
        # At most five, cut: the names come from the client, and the message repeats them.
        if unknown := [name for name in getattr(rule, field, ()) if name not in known]:
            faults[field] = RuleProblem.UNKNOWN_NAMES(names=", ".join(unknown[:5])[:LONGEST])
    for field in ("tags", "roles", "users", "groups"):
        if any(not text.strip() or len(text) > LONGEST for text in getattr(rule, field, ())):
            faults[field] = RuleProblem.TEXT_LENGTH(most=LONGEST)
    return faults | _faults_by_kind(rule)


def _faults_by_kind(rule: Rule) -> dict[str, Problem]:
    match rule:
        case RequiredTagRule(tags=()):
            return {"tags": RuleProblem.NO_TAG()}
        case PersonalDataRule(types=()):
            return {"types": RuleProblem.NO_TYPE()}
        case FourEyesRule(days=days) if not 1 <= days <= 365:
            return {"days": RuleProblem.DAYS_OUT_OF_RANGE()}
        case RetentionRule(months=months) if not 1 <= months <= 1200:
            return {"months": RuleProblem.MONTHS_OUT_OF_RANGE()}
        case RuleAudience(module=module) if len(module) > LONGEST:
            return {"module": RuleProblem.MODULE_TOO_LONG(most=LONGEST)}
        case _:
            return {}
