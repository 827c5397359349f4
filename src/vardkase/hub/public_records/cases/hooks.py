"""Hook points of requests for public records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vardkase.core.hooks import Hook


@dataclass(frozen=True, slots=True)
class MemberConsulted:
    """An organisation is consulted on its material. `items`: its lines, by the UUID of their event."""

    organisation_uuid: UUID
    authority_id: int
    case_number: str
    asked_by: int | None
    deadline: datetime
    items: Mapping[UUID, Sequence[str]]


member_consulted: Hook[MemberConsulted] = Hook("member_consulted")
