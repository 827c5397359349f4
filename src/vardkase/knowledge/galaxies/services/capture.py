"""Captures clusters from documents: pushed by a peer, imported from a file, or inside an event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from vardkase.audit.services import Target, record
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Forbidden, Invalid, NotFound
from vardkase.core.problems import CommonProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.organisations.attribution import (
    is_delivered_by_another,
    misattributed,
    require_attribution,
)
from vardkase.identity.organisations.services import capture_organisations
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.blocklists.models import Blocked
from vardkase.knowledge.blocklists.queries import is_blocked
from vardkase.knowledge.galaxies.documents import (
    cluster_fields,
    elements_of,
    number_of,
    related_of,
    text_of,
    uuid_of,
)
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.problems import GalaxyClusterProblem, GalaxyProblem
from vardkase.knowledge.galaxies.queries import visible_clusters, visible_galaxies
from vardkase.knowledge.galaxies.services.contents import (
    replace_elements,
    require_shareable_cluster,
    save_relations,
)
from vardkase.knowledge.galaxies.services.reach import reach_of
from vardkase.misp.distribution import Distribution
from vardkase.misp.flags import as_bool
from vardkase.misp.galaxy_tags import tag_name
from vardkase.misp.time import LARGEST_LEAD


class Captured(StrEnum):
    """The result for one cluster of a document."""

    IMPORTED = "imported"
    IGNORED = "ignored"
    FAILED = "failed"


def capture_clusters(actor: Actor, documents: Iterable[Any]) -> Counter[Captured]:
    """Store each of `documents` (``{"GalaxyCluster": {…}}``, or bare), one transaction per cluster.

    A malformed one fails alone. Raises Forbidden without ``perm_galaxy_editor``.
    """
    actor.require_writing(Permission.GALAXY_EDITOR)
    done: Counter[Captured] = Counter()
    for document in documents:
        inner = document.get("GalaxyCluster", document) if isinstance(document, dict) else None
        try:
            done[capture_cluster(actor, inner) if isinstance(inner, dict) else Captured.FAILED] += 1
        except (Invalid, Forbidden, NotFound):
            done[Captured.FAILED] += 1
    if done[Captured.IMPORTED]:
        record(
            actor,
            KnowledgeAction.GALAXY_CLUSTER_CAPTURED,
            Target("galaxy_cluster"),
            {str(k): n for k, n in done.items()},
        )
    return done


@transaction.atomic
def capture_cluster(actor: Actor, document: Mapping[str, Any]) -> Captured:
    """Store the cluster of a document, or a newer version of a stored one.

    Blocklisted clusters are skipped. Packaged clusters never change, and custom ones only if they came from
    elsewhere (`locked`) and the document's version is higher. A sync user's clusters keep their creator and
    are locked; others belong to the actor's organisation. Raises Forbidden, Invalid.
    """
    actor.require_writing(Permission.GALAXY_EDITOR)
    uuid = uuid_of(document)
    if uuid is None:
        raise Invalid({"uuid": [CommonProblem.MISSING()]})
    if _is_blocked(uuid, document):
        return Captured.IGNORED
    # Locked, so that two deliveries of one cluster are compared one after the other.
    stored = list(GalaxyCluster.objects.select_for_update().filter(uuid=uuid).order_by("pk"))
    version = number_of(document, "version") or 0
    if as_bool(document.get("default")) or (stored and not _may_replace(actor, stored[0], version)):
        return Captured.IGNORED
    # A version is the time of the change: one far ahead would keep every later change out.
    if version > now_seconds() + LARGEST_LEAD:
        raise Invalid({"version": [GalaxyClusterProblem.IN_THE_FUTURE()]})
    if stored and (
        misattributed(actor, ids=[stored[0].orgc_id]) or is_delivered_by_another(actor, stored[0].org_id)
    ):
        return Captured.IGNORED
    fields = cluster_fields(document)
    if "value" not in fields:
        raise Invalid({"value": [CommonProblem.MISSING()]})
    cluster = stored[0] if stored else GalaxyCluster(uuid=uuid, galaxy=_galaxy(actor, document))
    _fill(actor, cluster, document, fields)
    cluster.save()
    replace_elements(cluster, elements_of(document) or [])
    cluster.relations.all().delete()
    save_relations(actor, cluster, related_of(document) or [])
    require_shareable_cluster(cluster)  # With its elements, which are stored by now.
    record(actor, KnowledgeAction.GALAXY_CLUSTER_RECEIVED, Target.of(cluster), {"version": cluster.version})
    return Captured.IMPORTED


def _is_blocked(uuid: UUID, document: Mapping[str, Any]) -> bool:
    block = document.get("Orgc")
    creator = uuid_of(block) if isinstance(block, dict) else None
    return is_blocked(Blocked.GALAXY_CLUSTER, uuid) or (
        creator is not None and is_blocked(Blocked.ORGANISATION, creator)
    )


def _may_replace(actor: Actor, stored: GalaxyCluster, version: int) -> bool:
    if stored.default or not stored.locked or version <= stored.version:
        return False
    # An actor that cannot see the stored cluster learns nothing of it, and cannot replace it.
    return visible_clusters(actor).filter(pk=stored.pk).exists()


def _fill(
    actor: Actor, cluster: GalaxyCluster, document: Mapping[str, Any], fields: Mapping[str, Any]
) -> None:
    is_sync = actor.may(Permission.SYNC)
    for key, value in ({"authors": None} | dict(fields)).items():
        setattr(cluster, key, value)
    cluster.type = cluster.galaxy.type
    cluster.tag_name = tag_name(cluster.type, str(cluster.uuid))
    cluster.collection_uuid = (
        text_of(document, "collection_uuid")[:255] if "collection_uuid" in document else ""
    )
    cluster.version = number_of(document, "version") or 0
    cluster.distribution, cluster.sharing_group_id = _reach(actor, document)
    cluster.org_id = actor.organisation_id
    cluster.orgc_id = _creator(actor, document) if is_sync else actor.organisation_id
    cluster.locked = is_sync
    cluster.extends_uuid = uuid_of(document, "extends_uuid")
    cluster.extends_version = number_of(document, "extends_version")
    cluster.published = as_bool(document.get("published")) and is_sync
    cluster.deleted = as_bool(document.get("deleted"))


def _reach(actor: Actor, document: Mapping[str, Any]) -> tuple[int, int | None]:
    try:
        return reach_of(actor, document)
    except Invalid as error:
        if isinstance(error.errors, Mapping) and "sharing_group_id" in error.errors:
            # Only this error: a group that is unknown here narrows the cluster, instead of losing it.
            return Distribution.ORGANISATION, None
        raise


def _creator(actor: Actor, document: Mapping[str, Any]) -> int:
    block = document.get("Orgc")
    if isinstance(block, dict) and (uuid := uuid_of(block)):
        require_attribution(actor, str(uuid))
    known = capture_organisations([block], created_by=actor.user_id or 0) if isinstance(block, dict) else {}
    return next(iter(known.values()), actor.organisation_id)


def _galaxy(actor: Actor, document: Mapping[str, Any]) -> Galaxy:
    block = document.get("Galaxy")
    block = block if isinstance(block, dict) else {}
    uuid = uuid_of(block)
    kind = (
        text_of(block, "type") if "type" in block else text_of(document, "type") if "type" in document else ""
    )
    readable = visible_galaxies(actor).order_by("pk")
    known = readable.filter(uuid=uuid).first() if uuid else None
    known = known or readable.filter(type=kind).first()
    if known is not None:
        return known
    if uuid is None or not kind or len(kind) > 255:
        raise Invalid({"Galaxy": [GalaxyProblem.UNKNOWN()]})
    names = {
        key: text_of(block, key)[:255] for key in ("name", "version", "icon", "namespace") if key in block
    }
    is_taken = Galaxy.objects.filter(uuid=uuid).exists()  # By one that the actor may not see.
    return Galaxy.objects.create(
        uuid=uuid4() if is_taken else uuid,
        type=kind,
        description=text_of(block, "description") if "description" in block else "",
        default=False,
        org_id=actor.organisation_id,
        orgc_id=actor.organisation_id,
        **{"name": kind} | names,
    )
