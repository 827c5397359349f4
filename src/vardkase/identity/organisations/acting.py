"""What this room and the accounts need to know of whoever acts; `identity.access.Actor` has it.

Who you are rests on your account, and your account on your organisation, so the actor is known here by its
shape alone.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Protocol

from vardkase.audit.services import ActorReference

SITE_ADMIN = "perm_site_admin"
ADMIN = "perm_admin"
SYNC = "perm_sync"
SHARING_GROUP = "perm_sharing_group"


class Acting(ActorReference, Protocol):
    """Somebody with permissions (by their wire names) and an organisation."""

    @property
    def organisation_name(self) -> str: ...
    @property
    def permissions(self) -> AbstractSet[str]: ...
    @property
    def is_site_admin(self) -> bool: ...
    @property
    def is_content_blind(self) -> bool: ...
    @property
    def is_connection(self) -> bool: ...
    @property
    def connection_id(self) -> int: ...
    @property
    def sharing_group_ids(self) -> tuple[int, ...]: ...

    def require_writing(self) -> None:
        """Raise Forbidden when whoever acts may only read."""
        ...
