"""Rules and violations as sentences in the active language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import Problem
from vardkase.hub.policy.evaluation import MatchedRule, Refusal
from vardkase.hub.policy.problems import RuleReason, RuleRefusal
from vardkase.hub.policy.reach import PolicyReach
from vardkase.hub.policy.rules import Action, RuleBase
from vardkase.intel.personal_data.kinds import PersonalDataKind

REACHES: dict[PolicyReach, str | Promise] = {
    PolicyReach.ORGANISATION: _("your own organisation"),
    PolicyReach.SHARING_GROUP: _("a sharing group"),
    PolicyReach.COMMUNITY: _("everyone on this hub"),
    PolicyReach.CONNECTED: _("connected hubs"),
    PolicyReach.ALL: _("everyone, on all hubs"),
}
"""How far something goes, after the word "to"."""

OTHERS = _("a sharing group or another organisation")
"""A sharing group, or the organisation that an event is delegated to."""

MAY_NOT = {
    Action.CREATE: RuleReason.NOT_AMONG_CREATORS,
    Action.PUBLISH: RuleReason.NOT_AMONG_PUBLISHERS,
    Action.DELEGATE: RuleReason.NOT_AMONG_DELEGATORS,
}

REASONS = {
    Refusal.EVENT: RuleReason.EVENT,
    Refusal.TAG: RuleReason.TAG,
    Refusal.TYPE: RuleReason.TYPE,
    Refusal.CATEGORY: RuleReason.CATEGORY,
    Refusal.MISSING_TAG: RuleReason.MISSING_TAG,
    Refusal.UNEXPLAINED: RuleReason.UNEXPLAINED,
    Refusal.MARKED: RuleReason.MARKED,
    Refusal.UNANSWERED: RuleReason.UNANSWERED,
    Refusal.UNTRAINED: RuleReason.UNTRAINED,
}


def title_of(rule: RuleBase) -> str:
    return rule.title.in_language((get_language() or "en")[:2])


def listed(items: Sequence[str], conjunction: str = "") -> str:
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction or pgettext('between the last two of a list', 'or')} {items[-1]}"


def refusal(met: MatchedRule, organisation: str, *, own: bool) -> Problem:
    # Lazy: the language of a title is chosen when the problem is read, not when it is raised.
    facts = {"number": met.number, "title": lazy(title_of, str)(met.rule), "why": because(met)}
    return RuleRefusal.OWN(**facts) if own else RuleRefusal.OF_ANOTHER(organisation=organisation, **facts)


def because(met: MatchedRule) -> Problem:
    if met.why is Refusal.PERSON:
        return MAY_NOT[getattr(met.rule, "action", Action.PUBLISH)]()
    reach = OTHERS if met.reach is PolicyReach.SHARING_GROUP else REACHES[met.reach]
    is_mark = met.why in (Refusal.MARKED, Refusal.UNANSWERED)
    name = PersonalDataKind(met.name).label if is_mark else met.name
    return REASONS[met.why](name=name, reach=reach, n=met.count)
