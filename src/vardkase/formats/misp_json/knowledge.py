"""Galaxies, clusters, elements and tags from model rows, as plain dictionaries in MISP's order."""

from __future__ import annotations

from typing import Any

from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.taxonomies.models import Tag


def tag_dict(tag: Tag) -> dict[str, Any]:
    return {
        "id": str(tag.pk),
        "name": tag.name,
        "colour": tag.colour,
        "exportable": tag.exportable,
        "org_id": str(tag.org_id),
        "user_id": str(tag.user_id),
        "hide_tag": tag.hide_tag,
        "numerical_value": None if tag.numerical_value is None else str(tag.numerical_value),
        "is_galaxy": tag.is_galaxy,
        "is_custom_galaxy": tag.is_custom_galaxy,
        "local_only": tag.local_only,
    }


def galaxy_dict(galaxy: Galaxy) -> dict[str, Any]:
    """A galaxy's own members; the kill chain only if there is one, an owner only for custom galaxies."""
    body = {
        "id": str(galaxy.pk),
        "uuid": str(galaxy.uuid),
        "name": galaxy.name,
        "type": galaxy.type,
        "description": galaxy.description,
        "version": galaxy.version,
        "icon": galaxy.icon,
        "namespace": galaxy.namespace,
        "enabled": galaxy.enabled,
        "local_only": galaxy.local_only,
    }
    body |= {"kill_chain_order": galaxy.kill_chain_order} if galaxy.kill_chain_order else {}
    if galaxy.default:
        return body
    return body | {
        "default": False,
        "org_id": str(galaxy.org_id),
        "orgc_id": str(galaxy.orgc_id),
        "distribution": str(int(galaxy.distribution)),
        "sharing_group_id": _number(galaxy.sharing_group_id),
        "created": galaxy.created.strftime("%Y-%m-%d %H:%M:%S"),
        "modified": galaxy.modified.strftime("%Y-%m-%d %H:%M:%S"),
    }


def cluster_dict(cluster: GalaxyCluster) -> dict[str, Any]:
    # MISP writes an empty text for a packaged cluster that extends none, and null for a custom one.
    nothing = "" if cluster.default else None
    return {
        "id": str(cluster.pk),
        "uuid": str(cluster.uuid),
        "collection_uuid": cluster.collection_uuid,
        "type": cluster.type,
        "value": cluster.value,
        "tag_name": cluster.tag_name,
        "description": cluster.description,
        "galaxy_id": str(cluster.galaxy_id),
        "source": cluster.source,
        "authors": cluster.authors,
        "version": str(cluster.version),
        "distribution": str(int(cluster.distribution)),
        "sharing_group_id": _number(cluster.sharing_group_id),
        "org_id": str(cluster.org_id),
        "orgc_id": str(cluster.orgc_id),
        "default": cluster.default,
        "locked": cluster.locked,
        "extends_uuid": str(cluster.extends_uuid) if cluster.extends_uuid else nothing,
        "extends_version": _number(cluster.extends_version),
        "published": cluster.published,
        "deleted": cluster.deleted,
    }


def element_dict(element: GalaxyElement) -> dict[str, Any]:
    return {
        "id": str(element.pk),
        "galaxy_cluster_id": str(element.galaxy_cluster_id),
        "key": element.key,
        "value": element.value,
    }


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)
