"""Preview of guard findings before publication. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vardkase.hub.guard.detectors import ExaminedDocument, examine, tlp_against_reach
from vardkase.hub.guard.findings import FindingPlace, GuardFinding, Severity
from vardkase.hub.guard.wording import sentence


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """`place` and `id` say where, as in GuardFinding."""

    text: str
    is_marking: bool
    place: FindingPlace
    id: int
    is_about_files: bool


@dataclass(slots=True)
class GuardPreview:
    stops: list[ShownFinding] = field(default_factory=list)
    asks: list[ShownFinding] = field(default_factory=list)
    notes: list[ShownFinding] = field(default_factory=list)

    @property
    def has_marking(self) -> bool:
        return any(finding.is_marking for finding in self.stops)

    @property
    def has_tlp(self) -> bool:
        """Whether a TLP label is exceeded: all that is not a marking."""
        return any(not finding.is_marking for finding in (*self.stops, *self.asks))


def by_severity(
    event_id: int, distribution: int, sharing_group_id: int | None, *, only_known_files: bool = False
) -> GuardPreview:
    """The findings in an event at that distribution; the caller checks that the actor may read it."""
    return _sorted(examine(event_id, distribution, sharing_group_id, only_known_files=only_known_files))


def own_tlp(event_id: int, distribution: int, sharing_group_id: int | None) -> GuardPreview:
    """Only what the event's own TLP tags say of that distribution: cheap, however large the event is."""
    examined = ExaminedDocument(event_id, distribution, sharing_group_id)
    return _sorted(tlp_against_reach(examined, of_event_alone=True))


def _sorted(findings: Iterable[GuardFinding]) -> GuardPreview:
    preview = GuardPreview()
    lists = {Severity.STOPS: preview.stops, Severity.ASKS: preview.asks, Severity.NOTES: preview.notes}
    for finding in findings:
        shown = ShownFinding(
            sentence(finding), finding.is_marking, finding.place, finding.id, finding.is_about_files
        )
        lists[finding.severity].append(shown)
    return preview
