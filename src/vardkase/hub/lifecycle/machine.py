"""State machine as a table: which transition leads from which states to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext

from vardkase.audit.actions import AuditAction
from vardkase.core.errors import Conflict, Forbidden


class TransitionRefused(Conflict):
    """The transition is not possible from the current state."""


class NotImpartial(Forbidden):
    """The officer has a conflict of interest; the text says which."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition: from any state of `before` to `after`.

    `act` is its name in the audit log, `words` its label for users ("Approve").
    """

    act: AuditAction
    words: str | Promise
    before: tuple[str, ...]
    after: str


@dataclass(frozen=True, slots=True)
class StateMachine:
    """All transitions of one kind of object, whose field `state` holds one of `states`."""

    kind: str
    states: type[TextChoices]
    steps: Mapping[str, Transition]

    def after(self, state: str, name: str) -> str:
        """The state that step `name` leads to from `state`; raises StepRefused, which lists the possible
        steps."""
        if not self.may(state, name):
            raise TransitionRefused(self.refusal(state, name))
        return self.steps[name].after

    def may(self, state: str, name: str) -> bool:
        return name in self.steps and state in self.steps[name].before

    def open_steps(self, state: str) -> list[str]:
        return [name for name, step in self.steps.items() if state in step.before]

    def refusal(self, state: str, name: str) -> str:
        """Why step `name` is not possible from `state`, and which steps are."""
        words = {
            "step": self.steps[name].words if name in self.steps else name,
            "state": self.states(state).label,
            "open": ", ".join(str(self.steps[each].words) for each in self.open_steps(state)),
        }
        if words["open"]:
            return (
                gettext("“%(step)s” is not possible in the state “%(state)s”. Possible now: %(open)s.")
                % words
            )
        return gettext("“%(step)s” is not possible: “%(state)s” is a final state.") % words
