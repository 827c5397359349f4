"""What a detector says of an event: values, in no language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`STOPS`: it is not published. `ASKS`: it is, when who publishes says that it is meant."""

    STOPS = "stops"
    ASKS = "asks"


class Place(StrEnum):
    """What part of an event a finding is in."""

    TITLE = "title"
    TAG = "tag"
    ATTRIBUTE = "attribute"
    OBJECT = "object"
    REPORT = "report"
    TEXT = "text"


class Detector(StrEnum):
    """What is looked for."""

    CLASSIFICATION = "classification"
    TLP = "tlp"


@dataclass(frozen=True, slots=True)
class Finding:
    """`id` is that of the part (0 for the event itself), `text` what was found, shortened."""

    detector: Detector
    severity: Severity
    place: Place
    id: int
    text: str
