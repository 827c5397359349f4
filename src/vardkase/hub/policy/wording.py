"""Rules and violations as sentences in the active language."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from vardkase.hub.policy.evaluation import MatchedRule, Refusal
from vardkase.hub.policy.reach import PolicyReach
from vardkase.hub.policy.rules import Action, RuleBase

REACHES: dict[PolicyReach, str | Promise] = {
    PolicyReach.ORGANISATION: _("your own organisation"),
    PolicyReach.SHARING_GROUP: _("a sharing group"),
    PolicyReach.COMMUNITY: _("everyone on this hub"),
    PolicyReach.CONNECTED: _("connected hubs"),
    PolicyReach.ALL: _("everyone, on all hubs"),
}
"""How far something goes, after the word "to"."""

OTHERS = _("a sharing group or another organisation")
"""A group, or whoever is handed an event."""

MAY_NOT: dict[Action, str | Promise] = {
    Action.CREATE: _("you are not among those who may create events."),
    Action.PUBLISH: _("you are not among those who may publish events."),
    Action.DELEGATE: _("you are not among those who may delegate events to others."),
}


def title_of(rule: RuleBase) -> str:
    return rule.title.in_language((get_language() or "en")[:2])


def listed(words: Sequence[str], conjunction: str = "") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction or pgettext('between the last two of a list', 'or')} {words[-1]}"


def refusal(met: MatchedRule, organisation: str, *, own: bool) -> str:
    words = {
        "number": met.number,
        "title": title_of(met.rule),
        "why": because(met),
        "organisation": organisation,
    }
    if own:
        return (
            gettext(
                "Rule %(number)s of your organisation’s MISP policy, “%(title)s”, does not allow this: %(why)s"
            )
            % words
        )
    return (
        gettext(
            "Rule %(number)s of the MISP policy of %(organisation)s, “%(title)s”, does not allow this: %(why)s"
        )
        % words
    )


def because(met: MatchedRule) -> str:
    reach = OTHERS if met.reach is PolicyReach.SHARING_GROUP else REACHES[met.reach]
    said = {"name": met.name, "reach": reach, "n": met.count}
    match met.why:
        case Refusal.EVENT:
            return gettext("the event would go to %(reach)s.") % said
        case Refusal.TAG:
            return gettext("what is tagged %(name)s would go to %(reach)s.") % said
        case Refusal.TYPE:
            return (
                ngettext(
                    "%(n)s value of type %(name)s would go to %(reach)s.",
                    "%(n)s values of type %(name)s would go to %(reach)s.",
                    met.count,
                )
                % said
            )
        case Refusal.CATEGORY:
            return (
                ngettext(
                    "%(n)s value of category %(name)s would go to %(reach)s.",
                    "%(n)s values of category %(name)s would go to %(reach)s.",
                    met.count,
                )
                % said
            )
        case Refusal.MISSING_TAG:
            return gettext("the event carries none of these tags: %(name)s.") % said
        case Refusal.UNEXPLAINED:
            return (
                ngettext(
                    "%(n)s value of type %(name)s has no comment that says why it is needed.",
                    "%(n)s values of type %(name)s have no comment that says why they are needed.",
                    met.count,
                )
                % said
            )
        case Refusal.UNTRAINED:
            return (
                gettext(
                    "the training “%(name)s” has to be done first. The administrator of your organisation registers it "
                    "under Sharing policy, Training."
                )
                % said
            )
        case Refusal.PERSON:
            return str(MAY_NOT[getattr(met.rule, "action", Action.PUBLISH)])
