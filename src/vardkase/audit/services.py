"""Writing the audit trail: one row in the caller's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from vardkase.audit.hooks import recorded
from vardkase.audit.models import AuditEntry


class ActorReference(Protocol):
    """What the trail keeps of whoever acted; `identity.access.Actor` has it."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def organisation_id(self) -> int: ...
    @property
    def credential_name(self) -> str: ...
    @property
    def address(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Target:
    """What was acted on: kind is the model's noun ("event", "user"), title what a person would call it."""

    kind: str
    id: int | None = None
    uuid: UUID | None = None
    title: str = ""


def record(actor: ActorReference, action: str, target: Target, change: dict[str, Any] | None = None) -> None:
    """Write one entry. `action` reads ``noun.verb`` ("event.published"); `change` never holds a secret."""
    entry = AuditEntry.objects.create(
        action=action,
        actor_id=actor.user_id,
        actor_name=actor.name,
        organisation_id=actor.organisation_id,
        credential=actor.credential_name,
        address=actor.address,
        target_kind=target.kind,
        target_id=target.id,
        target_uuid=target.uuid,
        title=target.title[:2000],
        change=change or {},
    )
    recorded.emit(entry)
