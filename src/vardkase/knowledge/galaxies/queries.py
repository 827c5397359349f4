"""Queries for galaxies and clusters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower

from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.visibility import (
    cluster_predicate,
    galaxy_predicate,
    numbers_written_in,
    relation_predicate,
)
from vardkase.knowledge.galaxies.models import (
    Galaxy,
    GalaxyCluster,
    GalaxyClusterRelation,
    GalaxyElement,
)
from vardkase.knowledge.galaxies.problems import (
    GalaxyClusterProblem,
    GalaxyClusterRelationProblem,
    GalaxyProblem,
)
from vardkase.knowledge.taxonomies.models import Tag
from vardkase.misp.fields import UUID_IN_ANY_CASE as UUID_FORM
from vardkase.misp.flags import is_id

ATTACK = "mitre-attack-pattern"
TECHNIQUE_BEGUN = re.compile(r"T[0-9]{2,4}(\.[0-9]{0,3})?", re.IGNORECASE)
"""The number of a technique, or its beginning."""
CHUNK = 500
MOST_CUSTOM = 5_000
NAMING_KEYS = ("synonyms", "external_id")
"""Elements by which people know a cluster, beside its name."""
CONTEXTS = ("all", "default", "custom", "org", "deleted")


def visible_galaxies(actor: Actor) -> QuerySet[Galaxy]:
    sql = f"SELECT g.id FROM galaxy g WHERE {numbers_written_in(galaxy_predicate(actor), actor)}"
    return Galaxy.objects.filter(pk__in=_ids(sql)).order_by("name")


def visible_clusters(actor: Actor) -> QuerySet[GalaxyCluster]:
    if actor.is_site_admin and actor.may_read:
        return GalaxyCluster.objects.all()  # No subquery, which would be true of every row.
    sql = f"SELECT c.id FROM galaxy_cluster c WHERE {numbers_written_in(cluster_predicate(actor), actor)}"
    return GalaxyCluster.objects.filter(pk__in=_ids(sql))


def visible_relations(actor: Actor) -> QuerySet[GalaxyClusterRelation]:
    sql = (
        "SELECT r.id FROM galaxy_cluster_relation r JOIN galaxy_cluster c ON c.id = r.galaxy_cluster_id "
        f"WHERE {numbers_written_in(relation_predicate(actor), actor)}"
    )
    return GalaxyClusterRelation.objects.filter(pk__in=_ids(sql))


def search_galaxies(actor: Actor, value: str = "") -> QuerySet[Galaxy]:
    galaxies = visible_galaxies(actor)
    if not value:
        return galaxies
    condition = Q(name__icontains=value) | Q(description__icontains=value)
    return galaxies.filter(condition | Q(uuid=value) if UUID_FORM.fullmatch(value) else condition)


def find_galaxy(actor: Actor, reference: str) -> Galaxy:
    return first_or_not_found(visible_galaxies(actor).filter(_matches(reference)), GalaxyProblem.NOT_FOUND())


def clusters_of(
    actor: Actor, galaxy: Galaxy, *, context: str = "all", value: str = ""
) -> QuerySet[GalaxyCluster]:
    clusters = visible_clusters(actor).filter(galaxy=galaxy, deleted=context == "deleted").order_by("pk")
    if context in ("default", "custom"):
        clusters = clusters.filter(default=context == "default")
    if context == "org":
        clusters = clusters.filter(org_id=actor.organisation_id, default=False)
    if value:
        named = Q(value__icontains=value) | Q(description__icontains=value)
        clusters = clusters.filter(named | Q(uuid=value) if UUID_FORM.fullmatch(value) else named)
    return clusters


def matching_clusters(
    actor: Actor, galaxy: Galaxy, *, context: str = "all", text: str = ""
) -> QuerySet[GalaxyCluster]:
    """As `clusters_of`; `text` is looked for in synonyms and codes (T1566) too, as MISP's API does not."""
    clusters = clusters_of(actor, galaxy, context=context)
    if not text:
        return clusters
    named = GalaxyElement.objects.filter(
        galaxy_cluster__galaxy=galaxy, key__in=NAMING_KEYS, value__icontains=text
    )
    condition = Q(value__icontains=text) | Q(pk__in=named.values("galaxy_cluster_id"))
    return clusters.filter(condition | Q(uuid=text) if UUID_FORM.fullmatch(text) else condition)


def cluster_counts(actor: Actor) -> dict[int, int]:
    """Galaxy id → how many readable clusters it has."""
    readable = numbers_written_in(cluster_predicate(actor), actor)
    sql = f"SELECT c.galaxy_id, count(*) FROM galaxy_cluster c WHERE NOT c.deleted AND {readable} GROUP BY 1"
    return dict(cursor().execute(sql).fetchall())


def naming_elements(clusters: Iterable[GalaxyCluster]) -> dict[int, dict[str, list[str]]]:
    """Cluster id → its synonyms and codes, by key."""
    ids = [cluster.pk for cluster in clusters]
    found: dict[int, dict[str, list[str]]] = {number: {} for number in ids}
    rows = GalaxyElement.objects.filter(galaxy_cluster__in=ids, key__in=NAMING_KEYS).order_by("pk")
    for number, key, value in rows.values_list("galaxy_cluster_id", "key", "value"):
        found[number].setdefault(key, []).append(value)
    return found


def find_cluster(actor: Actor, reference: str, *, deleted: bool = False) -> GalaxyCluster:
    """The readable cluster with this id or uuid; the first of several with the same uuid.

    Deleted ones are found only with `deleted`. Raises NotFound.
    """
    clusters = visible_clusters(actor).filter(_matches(reference))
    if not deleted:
        clusters = clusters.filter(deleted=False)
    return first_or_not_found(
        clusters.select_related("galaxy").order_by("pk"), GalaxyClusterProblem.NOT_FOUND()
    )


def find_relation(actor: Actor, reference: str) -> GalaxyClusterRelation:
    relations = visible_relations(actor).select_related("galaxy_cluster")
    # Relations have no uuid.
    return first_or_not_found(
        relations.none() if UUID_FORM.fullmatch(reference) else relations.filter(_matches(reference)),
        GalaxyClusterRelationProblem.NOT_FOUND(),
    )


def with_elements_in_chunks(clusters: QuerySet[GalaxyCluster]) -> Iterator[Sequence[GalaxyCluster]]:
    """The same clusters with their elements, by id, in chunks of some hundreds: there may be thousands, with
    a hundred thousand elements."""
    elements = Prefetch("elements", GalaxyElement.objects.order_by("pk"))
    # By id and not by offset, for which each chunk would read all rows before it.
    last = 0
    while True:
        rest = clusters.filter(pk__gt=last).order_by("pk").prefetch_related(elements)
        chunk = list(rest[:CHUNK])
        if not chunk:
            return
        yield chunk
        last = chunk[-1].pk


def clusters_by_tag(actor: Actor, names: Iterable[str]) -> dict[str, GalaxyCluster]:
    lower = [name.lower() for name in names]
    rows = visible_clusters(actor).annotate(lower_name=Lower("tag_name")).filter(lower_name__in=lower)
    # The last of several with one tag wins, which is the oldest.
    clusters = rows.filter(deleted=False).select_related("galaxy").order_by("-pk")
    return {cluster.tag_name.lower(): cluster for cluster in clusters}


def custom_cluster_names(actor: Actor) -> dict[str, str]:
    """Tag in lower case → name, of the readable clusters that organisations made; the latest, if there are many."""
    rows = visible_clusters(actor).filter(default=False).order_by("-pk").values_list("tag_name", "value")
    return {tag.lower(): value for tag, value in rows[:MOST_CUSTOM]}


def search_clusters(
    actor: Actor, text: str, *, limit: int = 20, types: Sequence[str] = ()
) -> QuerySet[GalaxyCluster]:
    """Clusters by name or synonym, of galaxies of these `types` or of all.

    For the number of a technique, MITRE ATT&CK's own come first: other galaxies repeat the number in their names.
    """
    clusters = _named(actor, text)
    if types:
        clusters = clusters.filter(galaxy__type__in=types)
    if TECHNIQUE_BEGUN.fullmatch(text.strip()):
        numbered = When(galaxy__type=ATTACK, value__icontains=f"- {text.strip()}", then=Value(0))
        clusters = clusters.annotate(rank=Case(numbered, default=Value(1))).order_by("rank", Lower("value"))
    else:
        clusters = clusters.order_by(Lower("value"))
    return clusters.select_related("galaxy")[:limit]


def cluster_tag_ids(actor: Actor, text: str) -> list[int]:
    """Ids of the tags of the clusters with `text` in their names or synonyms."""
    names = _named(actor, text).annotate(folded=Lower("tag_name")).values("folded")
    tags = Tag.objects.annotate(folded=Lower("name")).filter(is_galaxy=True, folded__in=names)
    return list(tags.values_list("pk", flat=True))


def _named(actor: Actor, text: str) -> QuerySet[GalaxyCluster]:
    synonyms = GalaxyElement.objects.filter(key="synonyms", value__icontains=text)
    found = Q(value__icontains=text) | Q(pk__in=synonyms.values("galaxy_cluster_id"))
    return visible_clusters(actor).filter(found, deleted=False)


def _ids(sql: str) -> RawSQL:
    return RawSQL(sql, ())  # noqa: S611 - numbers of the actor are all that is written into it


def _matches(reference: str) -> Q:
    if UUID_FORM.fullmatch(reference):
        return Q(uuid=reference)
    if is_id(reference):
        return Q(pk=int(reference))
    return Q(pk__in=())
