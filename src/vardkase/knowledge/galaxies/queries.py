"""Galaxies and clusters looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from vardkase.core.errors import NotFound
from vardkase.identity.access.actor import Actor
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster, GalaxyElement
from vardkase.knowledge.galaxies.rules import UUID_FORM

CHUNK = 500
CONTEXTS = ("all", "default", "custom", "org", "deleted")


def search_galaxies(value: str = "") -> QuerySet[Galaxy]:
    """Galaxies with `value` in their name or description, or with this uuid. By name."""
    galaxies = Galaxy.objects.order_by("name")
    if not value:
        return galaxies
    condition = Q(name__icontains=value) | Q(description__icontains=value)
    return galaxies.filter(condition | Q(uuid=value) if UUID_FORM.fullmatch(value) else condition)


def find_galaxy(reference: str) -> Galaxy:
    """The galaxy with this id or uuid. Raises NotFound."""
    galaxy = Galaxy.objects.filter(_matches(reference)).first()
    if galaxy is None:
        raise NotFound("Galaxy not found")
    return galaxy


def visible_clusters(actor: Actor) -> QuerySet[GalaxyCluster]:
    """Clusters that the actor may see: packaged, the own organisation's, and those shared with it."""
    clusters = GalaxyCluster.objects.all()
    if not actor.may_read:
        return clusters.none()
    if actor.is_site_admin:
        return clusters
    return clusters.filter(
        Q(default=True)
        | Q(org_id=actor.organisation_id)
        | Q(distribution__in=(1, 2, 3))
        | Q(distribution=4, sharing_group_id__in=actor.sharing_group_ids)
    )


def clusters_of(
    actor: Actor, galaxy: Galaxy, *, context: str = "all", value: str = ""
) -> QuerySet[GalaxyCluster]:
    """The galaxy's clusters in one of `CONTEXTS`, those with `value` in name, description or uuid. By id."""
    clusters = visible_clusters(actor).filter(galaxy=galaxy, deleted=context == "deleted").order_by("pk")
    if context in ("default", "custom"):
        clusters = clusters.filter(default=context == "default")
    if context == "org":
        clusters = clusters.filter(org_id=actor.organisation_id, default=False)
    if value:
        named = Q(value__icontains=value) | Q(description__icontains=value)
        clusters = clusters.filter(named | Q(uuid=value) if UUID_FORM.fullmatch(value) else named)
    return clusters


def find_cluster(actor: Actor, reference: str) -> GalaxyCluster:
    """The visible cluster with this id or uuid; the first of those that share a uuid. Raises NotFound."""
    found = visible_clusters(actor).filter(_matches(reference), deleted=False)
    cluster = found.select_related("galaxy").order_by("pk").first()
    if cluster is None:
        raise NotFound("Invalid galaxy cluster")
    return cluster


def with_elements_in_chunks(clusters: QuerySet[GalaxyCluster]) -> Iterator[Sequence[GalaxyCluster]]:
    """The same clusters with their elements read along, by id, some hundreds at a time: there may be thousands,
    and a hundred thousand elements."""
    elements = Prefetch("elements", GalaxyElement.objects.order_by("pk"))
    last = 0
    while True:
        rest = clusters.filter(pk__gt=last).order_by("pk").prefetch_related(elements)
        chunk = list(rest[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1].pk


def clusters_by_tag(actor: Actor, names: Iterable[str]) -> dict[str, GalaxyCluster]:
    """The visible clusters that tags of these names stand for, by the names in lower case."""
    lower = [name.lower() for name in names]
    found = visible_clusters(actor).annotate(lower_name=Lower("tag_name")).filter(lower_name__in=lower)
    clusters = found.filter(deleted=False).select_related("galaxy").order_by("-pk")
    return {cluster.tag_name.lower(): cluster for cluster in clusters}


def search_clusters(actor: Actor, text: str, *, limit: int = 20) -> QuerySet[GalaxyCluster]:
    """Clusters whose name or synonym contains `text`, for choosing one, by name."""
    synonyms = GalaxyElement.objects.filter(key="synonyms", value__icontains=text)
    found = visible_clusters(actor).filter(
        Q(value__icontains=text) | Q(pk__in=synonyms.values("galaxy_cluster_id")), deleted=False
    )
    return found.select_related("galaxy").order_by(Lower("value"))[:limit]


def _matches(reference: str) -> Q:
    """The condition for an id or a uuid; text that is neither matches nothing."""
    if UUID_FORM.fullmatch(reference):
        return Q(uuid=reference)
    if reference.isascii() and reference.isdigit() and len(reference) < 19:
        return Q(pk=int(reference))
    return Q(pk__in=())
