"""State machine as a table: which transition leads from which states to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise

from vardkase.audit.actions import AuditAction
from vardkase.core.errors import Conflict, Forbidden
from vardkase.core.problems import Problem
from vardkase.hub.problems import LifecycleProblem


class TransitionRefused(Conflict):
    """The transition is not possible from the current state."""


class NotImpartial(Forbidden):
    """The officer has a conflict of interest; the text says which."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition: from any state of `before` to `after`.

    `act` is its name in the audit log, `words` its label for users ("Approve"). `undoes_decision`: it follows from
    another decision alone, and is not offered as a step.
    """

    act: AuditAction
    words: str | Promise
    before: tuple[str, ...]
    after: str
    undoes_decision: bool = False


@dataclass(frozen=True, slots=True)
class StateMachine:
    """All transitions of one kind of object, whose field `state` holds one of `states`.

    `has_private_notes`: notes are in the history alone, because the audit log has other readers than the object.
    """

    kind: str
    states: type[TextChoices]
    steps: Mapping[str, Transition]
    has_private_notes: bool = False

    def after(self, state: str, name: str) -> str:
        """The state that step `name` leads to from `state`; raises TransitionRefused,
        which lists the possible ones."""
        if not self.may(state, name):
            raise TransitionRefused(self.refusal(state, name))
        return self.steps[name].after

    def may(self, state: str, name: str) -> bool:
        return name in self.steps and state in self.steps[name].before

    def open_steps(self, state: str) -> list[str]:
        return [
            name for name, step in self.steps.items() if state in step.before and not step.undoes_decision
        ]

    def refusal(self, state: str, name: str) -> Problem:
        """Why step `name` is not possible from `state`, and which steps are."""
        # An unknown step comes from a client: it is named as it was given.
        words = self.steps[name].words if name in self.steps else name
        label = self.states(state).label
        if possible := [self.steps[step].words for step in self.open_steps(state)]:
            return LifecycleProblem.NOT_POSSIBLE(step=words, state=label, open=possible)
        return LifecycleProblem.FINAL_STATE(step=words, state=label)
