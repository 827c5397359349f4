"""Conditions and exceptions as the pages of a member show them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from vardkase.core.clock import today
from vardkase.hub.law.queries import citation
from vardkase.hub.membership.conditions.models import ConditionState, MemberCondition
from vardkase.hub.membership.conditions.queries import conditions_of
from vardkase.hub.membership.members.models import Membership
from vardkase.identity.access.actor import Actor


def conditions_panel(actor: Actor, membership: Membership) -> dict[str, Any]:
    return {"conditions": [described(each) for each in conditions_of(actor, membership)]}


def described(condition: MemberCondition) -> dict[str, Any]:
    pill, words = _state(condition)
    return {
        "condition": condition,
        "pill": pill,
        "words": words,
        "provision": citation(condition.provision) if condition.provision else "",
    }


def _state(condition: MemberCondition) -> tuple[str, str]:
    match condition.state:
        case ConditionState.ANSWERED:
            return "wait", gettext("Answered, being reviewed")
        case ConditionState.MET:
            return "ok", gettext("Met")
        case ConditionState.ENDED:
            return "out", gettext("Has ended")
    if condition.day < today():
        return "bad", gettext("Ended, to be decided on") if condition.is_exception else gettext(
            "Not met in time"
        )
    return "land", gettext("In force") if condition.is_exception else gettext("To be met")
