"""Queries for delegated decision rights."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from vardkase.core.clock import today
from vardkase.core.query_expressions import first_or_not_found
from vardkase.hub.office.delegation.models import DecisionRight
from vardkase.hub.office.problems import OfficeProblem
from vardkase.identity.accounts.four_eyes.decision_rights import DecisionRights, Delegated
from vardkase.identity.accounts.four_eyes.hub_in_use import APPOINT, BEGIN_AGAIN
from vardkase.identity.accounts.four_eyes.parties import OFFICERS
from vardkase.identity.accounts.four_eyes.registry import ApprovalAction, actions
from vardkase.identity.accounts.four_eyes.single_decisions import SingleDecision, single_decisions
from vardkase.identity.accounts.services.protection import CHANGE, CHANGE_LAST

CHANGE_DELEGATION = "change_delegation"
ALWAYS_BY_DUTY = frozenset({CHANGE_DELEGATION, APPOINT, BEGIN_AGAIN, CHANGE, CHANGE_LAST})
"""Never delegated: without them nobody could mend a delegation that has locked everybody out."""


type DecisionKind = ApprovalAction | SingleDecision


@dataclass(frozen=True, slots=True)
class DelegatedDecision:
    """A kind of decision with its rights: those of today, coming ones, and ended ones.

    Without `is_delegated`, everybody whose duty approves it decides.
    """

    action: DecisionKind
    is_delegated: bool
    today: list[DecisionRight]
    coming: list[DecisionRight]
    ended: list[DecisionRight]


def delegable() -> list[DecisionKind]:
    """What two people decide, and what one officer decides alone, in the order of their titles."""
    every: list[DecisionKind] = [*actions(), *single_decisions()]
    found = [each for each in every if each.approve & OFFICERS and each.name not in ALWAYS_BY_DUTY]
    return sorted(found, key=lambda action: str(action.title))


def delegation(day: date | None = None) -> list[DelegatedDecision]:
    """Every kind of decision, in the order of their titles."""
    day = day or today()
    rights = defaultdict(list)
    for right in DecisionRight.objects.select_related("user").order_by("first", "pk"):
        rights[right.action].append(right)
    return [_decision(action, rights[action.name], day) for action in delegable()]


def find_right(pk: int) -> DecisionRight:
    return first_or_not_found(_standing().filter(pk=pk), OfficeProblem.NO_SUCH_RIGHT())


def rights_today() -> DecisionRights:
    """For `four_eyes.decision_rights`: an action is delegated from the first day of its first right."""
    day, by_action = today(), defaultdict[str, list[Delegated]](list)
    known = {each.name for each in actions()} | {each.name for each in single_decisions()}
    for right in _standing().filter(first__lte=day, action__in=known - ALWAYS_BY_DUTY).order_by("pk"):
        held = by_action[right.action]
        if _is_in_force(right, day):
            held.append(Delegated(right.source, right.user_id, right.duty))
    return DecisionRights({name: tuple(held) for name, held in by_action.items()})


def without_decider() -> list[str]:
    """The kinds of decision, in words, that are delegated to nobody today."""
    return [str(each.action.title) for each in delegation() if each.is_delegated and not each.today]


def _standing() -> QuerySet[DecisionRight]:
    return DecisionRight.objects.filter(withdrawn_at=None)


def _is_in_force(right: DecisionRight, day: date) -> bool:
    has_holder = right.user_id is not None or bool(right.duty)
    return has_holder and right.first <= day and (right.last is None or right.last >= day)


def _decision(action: DecisionKind, rights: list[DecisionRight], day: date) -> DelegatedDecision:
    standing = [right for right in rights if right.withdrawn_at is None]
    in_force = [right for right in standing if _is_in_force(right, day)]
    coming = [right for right in standing if right.first > day]
    ended = [right for right in rights if right not in in_force and right not in coming]
    return DelegatedDecision(action, any(right.first <= day for right in standing), in_force, coming, ended)


def overlapping(right: DecisionRight) -> QuerySet[DecisionRight]:
    """Standing rights of the same holder to the same decisions during the same time."""
    same = _standing().filter(action=right.action, user=right.user, duty=right.duty)
    same = same.filter(Q(last=None) | Q(last__gte=right.first))
    return same if right.last is None else same.filter(first__lte=right.last)
