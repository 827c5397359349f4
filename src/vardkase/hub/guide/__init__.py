"""The getting-started guide in the FAQ's six steps: hub functions per step, and an organisation's progress.

`providers` has what is known of each step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

STEPS = ("read", "needs", "terms", "apply", "connect", "routines")
"""Names of the steps, in order: those of the passages that describe them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One item of a step: its text in the reader's language, whether it is done, and its page."""

    label: str
    done: bool
    view: str = ""


type Provider = Callable[[int], Sequence[Progress]]
"""Organisation's id → the items of a step; none for an organisation that it does not know."""

_providers: dict[str, list[Provider]] = {step: [] for step in STEPS}


def register(step: str, provider: Provider) -> None:
    """Register a provider for a step; registering the same one twice has no effect. Raises KeyError."""
    if provider not in _providers[step]:
        _providers[step].append(provider)


def progress(organisation_id: int) -> dict[str, list[Progress]]:
    return {
        step: [each for provider in _providers[step] for each in provider(organisation_id)] for step in STEPS
    }
