"""A life as a table: which step leads from which states to which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext

from vardkase.core.errors import Conflict, Forbidden


class StepRefused(Conflict):
    """The step does not lead on from the state that the thing is in."""


class NotImpartial(Forbidden):
    """Who has an interest in a case takes no part in it; the words say which."""


@dataclass(frozen=True, slots=True)
class Step:
    """One way on: from any state of `before` to `after`. `act` is how the audit trail names it, `words` what people
    who take it read ("Approve")."""

    act: str
    words: str | Promise
    before: tuple[str, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Machine:
    """All steps of one kind of thing, whose field `state` holds one of `states`."""

    kind: str
    states: type[TextChoices]
    steps: Mapping[str, Step]

    def after(self, state: str, name: str) -> str:
        """The state that step `name` leads to from `state`; raises StepRefused, which says what could be done."""
        if not self.may(state, name):
            raise StepRefused(self.refusal(state, name))
        return self.steps[name].after

    def may(self, state: str, name: str) -> bool:
        """Whether step `name` leads on from `state`."""
        return name in self.steps and state in self.steps[name].before

    def open_steps(self, state: str) -> list[str]:
        """The steps that lead on from `state`, in the order of the table."""
        return [name for name, step in self.steps.items() if state in step.before]

    def refusal(self, state: str, name: str) -> str:
        """Why step `name` does not lead on from `state`, and which do."""
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
