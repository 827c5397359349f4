"""Attaching galaxy clusters to events and attributes, through the cluster's tag."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from vardkase.identity.access.actor import Actor
from vardkase.intel.editing.tagging import Tagged, attach_tag
from vardkase.intel.settings import MIRROR_CLUSTERS
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.taxonomies.services import resolve_tags


@transaction.atomic
def attach_cluster(actor: Actor, uuid: UUID, cluster: GalaxyCluster, *, local: bool = False) -> Tagged:
    """Attach `cluster` to the event or attribute with `uuid`. Raises as `attach_tag`.

    Users who may tag may choose any cluster, so a missing cluster tag is created, even for users who may not
    create tags. Where clusters are mirrored, the attribute's event gets it too.
    """
    tags = resolve_tags(actor, [{"name": cluster.tag_name}], may_create=True)
    tag = next(iter(tags.values()), None)
    attached = attach_tag(actor, uuid, tag.pk if tag else cluster.tag_name, local=local)
    if not attached.target.is_event and MIRROR_CLUSTERS.value:
        attach_tag(actor, attached.target.event.uuid, attached.tag.pk, local=local)
    return attached
