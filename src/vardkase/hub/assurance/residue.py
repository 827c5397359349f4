"""Residual risks: what the tables state, what is open among the requirements, and what deviates on this hub."""

from __future__ import annotations

from collections.abc import Iterator

from vardkase.hub.assurance.tables import OPEN, Chapter, Requirement, State, chapters


def open_requirements() -> Iterator[tuple[Chapter, Requirement]]:
    for chapter in chapters():
        for requirement in chapter.requirements:
            if requirement.state in OPEN:
                yield chapter, requirement


def counts() -> dict[State, int]:
    """How many numbered requirements are in each state."""
    found = dict.fromkeys(State, 0)
    for chapter in chapters():
        for requirement in chapter.requirements:
            found[requirement.state] += len(requirement.ids)
    return found
