"""Document parts to which other organisations' sightings, proposals or analyst data can be attached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ContributionTarget:
    """A part of a document, by type and uuid, that may hold sightings, proposals or analyst data.

    `place` is its position in the document.
    """

    object_type: str
    object_uuid: str
    data: Mapping[str, Any]
    place: str = ""
