"""One line of the table, and how times become one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.client import Answer
from bench.memory import Peak

MEMORY_TARGET = 100.0
"""MB that one request may add to a web process."""


@dataclass(slots=True)
class Row:
    """A name, a value with its unit, and perhaps a target: the most (or the least) it should be."""

    name: str
    value: float
    unit: str
    target: float | None = None
    more_is_better: bool = False
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one. What failed meets none."""
        if "error" in self.detail:
            return False
        if self.target is None:
            return None
        return self.value >= self.target if self.more_is_better else self.value <= self.target

    def as_dict(self) -> dict[str, Any]:
        """For the JSON file."""
        return {**asdict(self), "met": self.met}


def milliseconds(name: str, answers: Sequence[Answer], peak: Peak, target: float | None = None) -> Row:
    """The median time of equal requests."""
    median = statistics.median(answer.seconds for answer in answers)
    return Row(name, median * 1000, "ms", target, detail=_detail(answers, peak))


def rate(name: str, count: int, answers: Sequence[Answer], peak: Peak, target: float | None = None) -> Row:
    """Attributes a second, of requests that carry `count` attributes each."""
    median = statistics.median(answer.seconds for answer in answers)
    return Row(
        name, count / median, "attributes/s", target, more_is_better=True, detail=_detail(answers, peak)
    )


def failed(name: str, error: Exception) -> Row:
    """What could not be measured, and why."""
    return Row(name, 0.0, "FAILED", detail={"error": str(error)[:300]})


def _detail(answers: Sequence[Answer], peak: Peak) -> dict[str, Any]:
    times = sorted(answer.seconds * 1000 for answer in answers)
    return {
        "requests": len(times),
        "p50_ms": round(statistics.median(times), 2),
        "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2),
        "first_byte_ms": round(statistics.median(answer.first_byte for answer in answers) * 1000, 2),
        "bytes": answers[-1].size,
        "web_memory_mb": None if peak.web is None else round(peak.web, 1),
        "database_memory_mb": None if peak.database is None else round(peak.database, 1),
    }
