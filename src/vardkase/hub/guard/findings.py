"""Findings of a detector about an event, as language-independent values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`STOPS`: it is not published. `ASKS`: only if the publisher confirms. `NOTES`: the publisher is told."""

    STOPS = "stops"
    ASKS = "asks"
    NOTES = "notes"


class FindingPlace(StrEnum):
    TITLE = "title"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    OBJECT = "object"
    REPORT = "report"
    FILE = "file"
    TEXT = "text"


class Detector(StrEnum):
    CLASSIFICATION = "classification"
    TLP = "tlp"
    UNREAD_FILES = "unread_files"


@dataclass(frozen=True, slots=True)
class GuardFinding:
    """`id` is the part's (0 for the event itself; for a file its attribute's), `text` the match, shortened.

    Of unread files `text` names a few of `count`.
    """

    detector: Detector
    severity: Severity
    place: FindingPlace
    id: int
    text: str
    count: int = 1

    @property
    def stops(self) -> bool:
        return self.severity is Severity.STOPS

    @property
    def is_marking(self) -> bool:
        return self.detector is Detector.CLASSIFICATION

    @property
    def is_about_files(self) -> bool:
        """Files that could not be examined."""
        return self.detector is Detector.UNREAD_FILES
