"""Registry of decisions that one person makes alone, and whose right can be delegated all the same.

A decision by somebody without the right to make it is no decision of the authority.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from vardkase.core.errors import Conflict
from vardkase.identity.accounts.four_eyes.decision_rights import rights_today
from vardkase.identity.accounts.four_eyes.parties import Party
from vardkase.identity.accounts.four_eyes.problems import FourEyesProblem
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.acting import Acting


class NotDelegated(Conflict):
    """The actor has the duty, but today not the right to make the decision. Their form is shown again with it."""


@dataclass(frozen=True, slots=True)
class SingleDecision:
    """A kind of decision: `title` in words, starting with a verb, and whose duties include it (`approve`, as for
    decisions of two people)."""

    name: str
    title: str | Promise
    approve: frozenset[Party]

    def require_right(self, actor: Acting) -> None:
        """Raise NotDelegated if such decisions are delegated, and to others; the caller has checked the duty."""
        rights = rights_today()
        if self.name not in rights.by_action:
            return
        account = User.objects.filter(pk=actor.user_id or 0).first()
        if account is None or not rights.allow(self.name, account):
            raise NotDelegated(FourEyesProblem.NOT_DELEGATED())


_decisions: dict[str, SingleDecision] = {}


def register(decision: SingleDecision) -> None:
    if _decisions.setdefault(decision.name, decision) is not decision:
        raise RuntimeError(f"the decision {decision.name} is registered twice")


def single_decisions() -> list[SingleDecision]:
    return [_decisions[name] for name in sorted(_decisions)]
