"""Each rule as a sentence in the active language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub.policy.misp_names import CATEGORIES, ROLES, TYPES, native_names
from vardkase.hub.policy.reach import PolicyReach
from vardkase.hub.policy.rules import (
    Action,
    DefaultsRule,
    FourEyesRule,
    HandlingRule,
    PersonalDataRule,
    ReachLimitRule,
    RequiredTagRule,
    RetentionRule,
    Rule,
    RuleAudience,
    Selecting,
)
from vardkase.hub.policy.wording import REACHES, listed

ONLY: dict[Action, str | Promise] = {
    Action.CREATE: _("Events are created by %(who)s only."),
    Action.PUBLISH: _("Events are published by %(who)s only."),
    Action.DELEGATE: _("Events are delegated to others by %(who)s only."),
}
FURTHER = _(
    "%(what)s may be shared with %(reach)s, or more widely, only with the approval of a second person."
)
SECOND: dict[PolicyReach, str | Promise] = {
    PolicyReach.ORGANISATION: _("%(what)s may be published only with the approval of a second person."),
    PolicyReach.SHARING_GROUP: _(
        "%(what)s may leave our organisation only with the approval of a second person."
    ),
}
TRAINED: dict[Action, str | Promise] = {
    Action.CREATE: _("Anyone who creates events must have completed the training “%(module)s”."),
    Action.PUBLISH: _("Anyone who publishes events must have completed the training “%(module)s”."),
    Action.DELEGATE: _("Anyone who delegates events must have completed the training “%(module)s”."),
}


def sentence(rule: Rule, groups: Mapping[str, str]) -> str:
    match rule:
        case RuleAudience():
            return _audience(rule)
        case ReachLimitRule():
            return _reach_limit(rule, groups)
        case RequiredTagRule():
            return _required_tag(rule)
        case FourEyesRule():
            return _four_eyes(rule)
        case DefaultsRule():
            return _defaults(rule, groups)
        case PersonalDataRule(handling=HandlingRule.STAYS):
            return gettext("Values of type %(types)s do not leave our organisation.") % _types(rule.types)
        case PersonalDataRule():
            only = gettext(
                "Values of type %(types)s leave our organisation only with a comment that says why they are needed."
            )
            return only % _types(rule.types)
        case RetentionRule():
            text = ngettext(
                "Our events are reviewed when they are %(n)s month old.",
                "Our events are reviewed when they are %(n)s months old.",
                rule.months,
            ) % {"n": rule.months}
            if rule.tags:
                text += " " + gettext("This applies to anything with %(tags)s.") % {"tags": tagged(rule.tags)}
            return f"{text} {gettext('We then delete them, or say why we keep them.')}"


def people(roles: Sequence[str], users: Sequence[str]) -> str:
    held = {"roles": listed(native_names(roles, ROLES))}
    named = [gettext("those who have the role %(roles)s") % held] if roles else []
    return listed([*named, *users])


def tagged(patterns: Sequence[str]) -> str:
    names = [pattern for pattern in patterns if not pattern.endswith("*")]
    beginnings = [
        gettext("“%(name)s”") % {"name": pattern[:-1]} for pattern in patterns if pattern.endswith("*")
    ]
    phrases = [gettext("the tag %(tags)s") % {"tags": listed(names)}] if names else []
    if beginnings:
        phrases.append(gettext("a tag that begins with %(tags)s") % {"tags": listed(beginnings)})
    return listed(phrases)


def selected(rule: Selecting) -> str:
    parts = []
    if rule.tags:
        parts.append(gettext("anything with %(tags)s") % {"tags": tagged(rule.tags)})
    if rule.types:
        parts.append(gettext("values of type %(types)s") % _types(rule.types))
    if rule.categories:
        names = listed(native_names(rule.categories, CATEGORIES))
        parts.append(gettext("values in category %(names)s") % {"names": names})
    selection = listed(parts, pgettext("between the last two of a list", "and")) or gettext("what we publish")
    # Not capitalize(): that would lower the case of tags and names.
    return selection[:1].upper() + selection[1:]


def _types(types: Sequence[str]) -> dict[str, str]:
    return {"types": listed(native_names(types, TYPES))}


def _audience(rule: RuleAudience) -> str:
    sentences = []
    if rule.roles or rule.users:
        sentences.append(str(ONLY[rule.action]) % {"who": people(rule.roles, rule.users)})
    if rule.module:
        sentences.append(str(TRAINED[rule.action]) % {"module": rule.module})
    return " ".join(sentences) or gettext("The rule is empty.")


def _required_tag(rule: RequiredTagRule) -> str:
    words = {"reach": REACHES[rule.reach], "tags": tagged(rule.tags)}
    if rule.reach is PolicyReach.ORGANISATION:
        return gettext("Anything we publish must have %(tags)s.") % words
    if rule.reach is PolicyReach.SHARING_GROUP:
        return gettext("Anything that leaves our organisation must have %(tags)s.") % words
    return gettext("Anything shared with %(reach)s, or more widely, must have %(tags)s.") % words


def _reach_limit(rule: ReachLimitRule, groups: Mapping[str, str]) -> str:
    words = {"what": selected(rule), "reach": REACHES[rule.reach]}
    if rule.reach is PolicyReach.ORGANISATION:
        return gettext("%(what)s may not leave our organisation.") % words
    if rule.reach is PolicyReach.SHARING_GROUP and rule.groups:
        named = [groups.get(uuid, uuid) for uuid in rule.groups]
        return gettext("%(what)s may be shared with the sharing group %(groups)s at most.") % {
            **words,
            "groups": listed(named),
        }
    return gettext("%(what)s may be shared with %(reach)s at most.") % words


def _four_eyes(rule: FourEyesRule) -> str:
    words = {"what": selected(rule), "reach": REACHES[rule.reach], "n": rule.days}
    sentences = [str(SECOND.get(rule.reach, FURTHER)) % words]
    if rule.roles or rule.users:
        who = {"who": people(rule.roles, rule.users)}
        sentences.append(gettext("Approval is given by %(who)s, never by the person who requests it.") % who)
    sentences.append(
        ngettext(
            "A request is open for %(n)s day.",
            "A request is open for %(n)s days.",
            rule.days,
        )
        % words
    )
    return " ".join(sentences)


def _defaults(rule: DefaultsRule, groups: Mapping[str, str]) -> str:
    sentences = []
    if rule.tags:
        sentences.append(
            gettext("A new event gets the tag %(tags)s.")
            % {"tags": listed(rule.tags, pgettext("between the last two of a list", "and"))}
        )
    if rule.group:
        name = {"group": groups.get(rule.group, rule.group)}
        sentences.append(
            gettext("It is shared with the sharing group %(group)s unless something else is chosen.") % name
        )
    elif rule.reach is PolicyReach.ORGANISATION:
        sentences.append(gettext("It stays in our organisation unless something else is chosen."))
    elif rule.reach is not None:
        reach = {"reach": REACHES[rule.reach]}
        sentences.append(gettext("It is shared with %(reach)s unless something else is chosen.") % reach)
    return " ".join(sentences) or gettext("The rule is empty.")
