"""Residual risks: what the tables state, what is open among the requirements, and what deviates on this hub."""

from __future__ import annotations

from collections.abc import Iterator

from vardkase.hub.assurance.tables import LEVELS, OPEN, Chapter, Requirement, State, chapters


def open_requirements() -> Iterator[tuple[Chapter, Requirement]]:
    for chapter in chapters():
        for requirement in chapter.requirements:
            if requirement.state in OPEN:
                yield chapter, requirement


def counts() -> dict[State, dict[int, int]]:
    """State → level → how many numbered requirements. Of level 3 only those that were chosen are there."""
    found = {state: dict.fromkeys(LEVELS, 0) for state in State}
    for chapter in chapters():
        for requirement in chapter.requirements:
            found[requirement.state][requirement.level] += len(requirement.ids)
    return found
