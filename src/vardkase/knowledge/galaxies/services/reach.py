"""Distribution of clusters and relations, and who may edit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vardkase.core.errors import Forbidden, Invalid
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.models import SharingGroup
from vardkase.identity.organisations.services import capture_sharing_group
from vardkase.knowledge.galaxies.documents import distribution_of, number_of
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem
from vardkase.misp.distribution import Distribution

DEFAULT = Distribution.COMMUNITY


def reach_of(
    actor: Actor, data: Mapping[str, Any], stored: tuple[int, int | None] = (DEFAULT, None)
) -> tuple[int, int | None]:
    """The distribution and sharing group in `data`, by default `stored`.

    Raises Invalid for an unknown distribution, or a group that the actor may not use.
    """
    distribution = distribution_of(data, stored[0])
    if distribution != Distribution.SHARING_GROUP:
        return distribution, None
    group = _group(actor, data, stored[1])
    if group is None:
        raise Invalid({"sharing_group_id": [GalaxyClusterProblem.NO_SHARING_GROUP()]})
    return distribution, group


def require_editor(actor: Actor, item: Galaxy | GalaxyCluster) -> None:
    """Raise Forbidden unless the actor may change custom data of `item.orgc_id`.

    Packaged data belongs to no organisation: it changes with the files only.
    """
    actor.require_writing(Permission.GALAXY_EDITOR)
    if item.default:
        raise Forbidden(GalaxyClusterProblem.PACKAGED())
    require_owner(actor, item)


def require_owner(actor: Actor, item: Galaxy | GalaxyCluster) -> None:
    if not _owns(actor, item):
        raise Forbidden(GalaxyClusterProblem.NOT_OWNER())


def may_create(actor: Actor) -> bool:
    return actor.may_write and actor.may(Permission.GALAXY_EDITOR)


def may_edit(actor: Actor, item: Galaxy | GalaxyCluster) -> bool:
    """What `require_editor` demands, for pages that offer it."""
    return may_delete(actor, item) and not item.default


def may_delete(actor: Actor, item: Galaxy | GalaxyCluster) -> bool:
    """Also packaged clusters, but only for site administrators, as they belong to no organisation."""
    return may_create(actor) and _owns(actor, item)


def _owns(actor: Actor, item: Galaxy | GalaxyCluster) -> bool:
    return actor.is_site_admin or item.orgc_id == actor.organisation_id


def _group(actor: Actor, data: Mapping[str, Any], stored: int | None) -> int | None:
    block = data.get("SharingGroup")
    if isinstance(block, dict) and block.get("uuid"):
        # From another instance, whose ids mean nothing here.
        return capture_sharing_group(actor, block)
    number = number_of(data, "sharing_group_id") or stored
    if number in actor.sharing_group_ids:
        return number
    # A site administrator may use every group.
    usable = actor.is_site_admin and SharingGroup.objects.filter(pk=number or 0).exists()
    return number if usable else None
