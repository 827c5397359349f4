"""Attaching galaxy clusters to events and attributes, through the cluster's tag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Lower

from vardkase.audit.services import record
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.intel.audit_actions import IntelAction
from vardkase.intel.editing.tagging import Tagged, attach_tag, link_event_tags, require_may_tag
from vardkase.intel.kernel.audit_entries import event_target
from vardkase.intel.kernel.locking import lock_event, touch
from vardkase.intel.models import Event, EventTag
from vardkase.intel.settings import MIRROR_CLUSTERS
from vardkase.knowledge.galaxies.models import GalaxyCluster
from vardkase.knowledge.galaxies.queries import visible_clusters
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.knowledge.taxonomies.queries import named_tags
from vardkase.knowledge.taxonomies.services import resolve_tags


@dataclass(frozen=True, slots=True)
class ClusterChanges:
    """Ids of clusters to attach to an event, there or only on this hub, and to detach."""

    attach: Sequence[int] = ()
    attach_locally: Sequence[int] = ()
    detach: Sequence[int] = ()


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


@transaction.atomic
def change_clusters(actor: Actor, event_id: int, changes: ClusterChanges) -> ClusterChanges:
    """Attach and detach many clusters of an event in a few statements; returns what would undo it.

    Clusters that the actor may not see, that are there already, or that are not there, are left out. Raises
    NotFound, Forbidden, and Invalid for local tags of an event that is not the actor's; all or nothing.
    """
    actor.require_writing(Permission.TAGGER)
    event = lock_event(actor, event_id)
    wanted = (*changes.attach, *changes.attach_locally, *changes.detach)
    clusters = visible_clusters(actor).filter(pk__in=wanted, deleted=False).in_bulk()
    detached = _detach(actor, event, [clusters[pk] for pk in changes.detach if pk in clusters])
    locally = set(changes.attach_locally)
    chosen = [clusters[pk] for pk in (*changes.attach, *changes.attach_locally) if pk in clusters]
    attached = _attach(actor, event, {cluster: cluster.pk in locally for cluster in chosen})
    # Local tags do not leave the hub: nothing to publish again.
    if not all((*detached.values(), *attached.values())):
        touch(event)
    return ClusterChanges(
        attach=[pk for pk, local in detached.items() if not local],
        attach_locally=[pk for pk, local in detached.items() if local],
        detach=list(attached),
    )


def _attach(actor: Actor, event: Event, local: Mapping[GalaxyCluster, bool]) -> dict[int, bool]:
    """Cluster id → whether its tag is local, of those that were not on the event."""
    # Users who may tag may choose any cluster, as in `attach_cluster`.
    tags = resolve_tags(actor, [{"name": cluster.tag_name} for cluster in local], may_create=True)
    present = set(EventTag.objects.filter(event=event).values_list("tag_id", flat=True))
    links: dict[int, tuple[int, bool, str]] = {}
    for cluster, is_local in local.items():
        tag = tags.get(cluster.tag_name.lower())
        if tag is not None and tag.pk not in present:
            links[cluster.pk] = (tag.pk, is_local or tag.local_only, "")
    _require(actor, event, {is_local for _, is_local, _ in links.values()})
    link_event_tags(event.pk, list(links.values()))
    by_id = {tag.pk: tag for tag in tags.values()}
    _record(actor, IntelAction.TAG_ATTACHED, event, [by_id[tag_id] for tag_id, *_ in links.values()])
    return {pk: is_local for pk, (_, is_local, _) in links.items()}


def _detach(actor: Actor, event: Event, clusters: Sequence[GalaxyCluster]) -> dict[int, bool]:
    names = {cluster.tag_name.lower(): cluster.pk for cluster in clusters}
    tags = named_tags(actor).annotate(lower_name=Lower("name")).filter(lower_name__in=names)
    links = list(EventTag.objects.filter(event=event, tag__in=tags).select_related("tag"))
    _require(actor, event, {link.local for link in links})
    EventTag.objects.filter(pk__in=[link.pk for link in links]).delete()
    _record(actor, IntelAction.TAG_DETACHED, event, [link.tag for link in links])
    return {names[link.tag.name.lower()]: link.local for link in links}


def _require(actor: Actor, event: Event, flags: Iterable[bool]) -> None:
    for local in flags:
        require_may_tag(actor, event, local=local)


def _record(actor: Actor, action: IntelAction, event: Event, tags: Sequence[Tag]) -> None:
    if tags:
        names = ", ".join(tag.name for tag in tags)
        record(actor, action, event_target(event), {"tag": names, "count": len(tags)})
