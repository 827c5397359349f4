"""Preview of guard findings before publication. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from vardkase.hub.guard.detectors import examine
from vardkase.hub.guard.findings import Detector, Severity
from vardkase.hub.guard.wording import sentence


@dataclass(frozen=True, slots=True)
class ShownFinding:
    text: str
    is_marking: bool


@dataclass(slots=True)
class GuardPreview:
    stops: list[ShownFinding] = field(default_factory=list)
    asks: list[ShownFinding] = field(default_factory=list)

    @property
    def has_marking(self) -> bool:
        return any(finding.is_marking for finding in self.stops)


def by_severity(event_id: int, distribution: int, sharing_group_id: int | None) -> GuardPreview:
    """The findings in an event at that distribution; the caller checks that the actor may read it."""
    preview = GuardPreview()
    for finding in examine(event_id, distribution, sharing_group_id):
        shown = ShownFinding(sentence(finding), finding.detector is Detector.CLASSIFICATION)
        (preview.stops if finding.severity is Severity.STOPS else preview.asks).append(shown)
    return preview
