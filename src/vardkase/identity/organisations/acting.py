"""The protocol of an actor as organisations and accounts need it; implemented by `identity.access.Actor`.

The actor is built from an account and its organisation, which therefore know it by its shape alone.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from vardkase.audit.services import AuditActor

SITE_ADMIN = "perm_site_admin"
ADMIN = "perm_admin"
SYNC = "perm_sync"
SYNC_INTERNAL = "perm_sync_internal"
SHARING_GROUP = "perm_sharing_group"


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """The API key of a request, as far as it limits the actor; `expiration` 0 means never."""

    id: int
    expiration: int = 0
    allowed_ips: tuple[str, ...] = ()
    read_only: bool = False
    is_issued_by_owner: bool = True


class Acting(AuditActor, Protocol):
    @property
    def organisation_name(self) -> str: ...
    @property
    def permissions(self) -> AbstractSet[str]: ...
    @property
    def is_site_admin(self) -> bool: ...
    @property
    def may_not_read_content(self) -> bool: ...
    @property
    def is_connection(self) -> bool: ...
    @property
    def connection_id(self) -> int: ...
    @property
    def delivered_by(self) -> int: ...
    @property
    def is_vouched_for(self) -> bool: ...
    @property
    def sharing_group_ids(self) -> tuple[int, ...]: ...
    @property
    def key(self) -> PresentedKey | None: ...
    @property
    def has_stepped_up(self) -> bool: ...

    @property
    def staff(self) -> AbstractSet[str]: ...

    @property
    def login(self) -> str:
        """The login name of the person at the machine's console, with or without a named account."""
        ...

    def require_step_up(self) -> None: ...

    def require_own_affairs(self) -> None: ...

    def require_writing(self) -> None: ...
