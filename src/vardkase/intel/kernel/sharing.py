"""Resolves sharing groups named in a document to local ones, and checks that the actor may use them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import SharingGroup
from vardkase.identity.organisations.services import capture_sharing_group
from vardkase.intel.errors import SharingGroupRefused
from vardkase.misp.distribution import Distribution


class SharingGroups:
    """Resolves each group of a document once. Numeric ids are local; a block with a uuid takes precedence."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._by_uuid: dict[str, int | None] = {}
        self._by_id: dict[int, int | None] = {}

    def required(
        self, distribution: int, sharing_group_id: int | None, block: Mapping[str, Any] | None
    ) -> int | None:
        """The group for `distribution`; None unless it is 4. Raises SharingGroupRefused if it is unusable."""
        if distribution != Distribution.SHARING_GROUP:
            return None
        if (found := self._find(sharing_group_id, block)) is None:
            raise SharingGroupRefused
        return found

    def limited(
        self, distribution: int, sharing_group_id: int | None, block: Mapping[str, Any] | None
    ) -> tuple[int, int | None]:
        """Distribution and group of a part; an unusable group becomes "own organisation only"."""
        if distribution != Distribution.SHARING_GROUP:
            return distribution, None
        if (found := self._find(sharing_group_id, block)) is None:
            return Distribution.ORGANISATION, None
        return distribution, found

    def _find(self, sharing_group_id: int | None, block: Mapping[str, Any] | None) -> int | None:
        if block and (uuid := str(block.get("uuid") or "").lower()):
            if uuid not in self._by_uuid:
                self._by_uuid[uuid] = capture_sharing_group(self._actor, block)
            return self._by_uuid[uuid]
        if not sharing_group_id:
            return None
        if sharing_group_id not in self._by_id:
            usable = sharing_group_id in self._actor.sharing_group_ids or (
                self._actor.is_site_admin and SharingGroup.objects.filter(pk=sharing_group_id).exists()
            )
            self._by_id[sharing_group_id] = sharing_group_id if usable else None
        return self._by_id[sharing_group_id]
