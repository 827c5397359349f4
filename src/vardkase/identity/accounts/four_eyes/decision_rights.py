"""Delegation of decision rights: who, of those whose duty approves an action, may decide on it today.

A package above says who (`register`, called by `config.wiring`); until one does, the duties alone decide.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vardkase.identity.accounts.models import User


@dataclass(frozen=True, slots=True)
class Delegated:
    """One right: of an account, or of every holder of a duty. `source` is the decision that gives it."""

    source: str
    user_id: int | None = None
    duty: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRights:
    """The rights on one day, by name of the action. An action that is not in it is decided by duty alone."""

    by_action: Mapping[str, tuple[Delegated, ...]] = field(default_factory=dict)

    def allow(self, action: str, account: User) -> bool:
        return action not in self.by_action or self.right_of(action, account) is not None

    def right_of(self, action: str, account: User) -> Delegated | None:
        """The right by which the account decides; None where it has none, or needs none."""
        for right in self.by_action.get(action, ()):
            if right.user_id == account.pk or (right.duty and right.duty in account.staff_roles):
                return right
        return None


_rules: list[Callable[[], DecisionRights]] = []


def register(rule: Callable[[], DecisionRights]) -> None:
    """`rule` answers for today, in one query: lists of requests ask it on every page."""
    _rules[:] = [rule]


def rights_today() -> DecisionRights:
    return _rules[0]() if _rules else DecisionRights()
