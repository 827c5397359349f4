"""Correlation exclusions: values that never correlate, as in MISP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The case-folded exclusions, grouped by where their `%` is."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    infixes: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.exact or self.prefixes or self.suffixes or self.infixes)

    def cover(self, part: str) -> bool:
        folded = part.casefold()
        return (
            folded in self.exact
            # With an empty tuple, startswith and endswith are False.
            or folded.startswith(self.prefixes)
            or folded.endswith(self.suffixes)
            or any(infix in folded for infix in self.infixes)
        )


def like_pattern(value: str) -> str:
    """The LIKE pattern of a value in which only a leading or trailing `%` is a wildcard."""
    literal = value.strip("%").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{'%' * value.startswith('%')}{literal}{'%' * value.endswith('%')}"


def exclusions_from(values: Iterable[str]) -> Exclusions:
    by_wildcards: dict[tuple[bool, bool], list[str]] = {
        (a, b): [] for a in (True, False) for b in (True, False)
    }
    for value in values:
        if text := value.strip("%"):
            by_wildcards[value.startswith("%"), value.endswith("%")].append(text.casefold())
    return Exclusions(
        exact=frozenset(by_wildcards[False, False]),
        prefixes=tuple(by_wildcards[False, True]),
        suffixes=tuple(by_wildcards[True, False]),
        infixes=tuple(by_wildcards[True, True]),
    )
