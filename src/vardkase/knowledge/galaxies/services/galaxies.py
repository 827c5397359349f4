"""Services for galaxies: update, enable, disable, and manage custom ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from vardkase.audit.services import Target, record
from vardkase.core.errors import Invalid
from vardkase.core.problems import CommonProblem
from vardkase.core.query_expressions import first_or_not_found
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.access.sharing import require_shareable
from vardkase.knowledge.audit_actions import KnowledgeAction
from vardkase.knowledge.galaxies import loader
from vardkase.knowledge.galaxies.documents import LONGEST, text_of, uuid_of
from vardkase.knowledge.galaxies.models import Galaxy, GalaxyCluster
from vardkase.knowledge.galaxies.problems import GalaxyProblem
from vardkase.knowledge.galaxies.queries import visible_galaxies
from vardkase.knowledge.galaxies.services.reach import reach_of, require_editor
from vardkase.knowledge.sources.load_changed import LoadResult
from vardkase.knowledge.sources.models import KnowledgeSource
from vardkase.misp.flags import as_bool

MOST_COLUMNS = 500
"""Of all tabs of a matrix together; ATT&CK has 160."""

TEXTS = ("name", "type", "description", "version", "icon", "namespace")


def update_galaxies(actor: Actor) -> LoadResult:
    actor.require_writing(Permission.SITE_ADMIN)
    loaded = loader.load()
    if loaded.updated:
        record(actor, KnowledgeAction.GALAXY_UPDATED, Target("galaxy"), {"updated": loaded.updated})
    return loaded


@transaction.atomic
def set_galaxy_enabled(actor: Actor, galaxy_id: int, *, enabled: bool) -> Galaxy:
    actor.require_writing(Permission.SITE_ADMIN)
    galaxy = _locked(galaxy_id)
    galaxy.enabled = enabled
    galaxy.save(update_fields=["enabled"])
    record(
        actor,
        KnowledgeAction.GALAXY_ENABLED if enabled else KnowledgeAction.GALAXY_DISABLED,
        Target.of(galaxy),
    )
    return galaxy


@transaction.atomic
def add_galaxy(actor: Actor, data: Mapping[str, Any]) -> Galaxy:
    actor.require_writing(Permission.GALAXY_EDITOR)
    fields = _fields(data)
    if not fields.get("name", "").strip():
        raise Invalid({"name": [CommonProblem.MISSING()]})
    fields.setdefault("type", fields["name"].strip().lower().replace(" ", "-"))
    kind = fields["type"]
    if not kind or any(sign in kind for sign in ':="\n'):
        raise Invalid({"type": [GalaxyProblem.BAD_TYPE()]})
    # Tags name a galaxy by its type only.
    if visible_galaxies(actor).filter(type=kind).exists():
        raise Invalid({"type": [GalaxyProblem.TYPE_TAKEN()]})
    uuid = uuid_of(data)
    if uuid and Galaxy.objects.filter(uuid=uuid).exists():
        raise Invalid({"uuid": [GalaxyProblem.UUID_TAKEN()]})
    distribution, group = reach_of(actor, data)
    galaxy = Galaxy.objects.create(
        **({"uuid": uuid} if uuid else {}),
        **{"namespace": "custom"} | fields,
        default=False,
        org_id=actor.organisation_id,
        orgc_id=actor.organisation_id,
        distribution=distribution,
        sharing_group_id=group,
    )
    require_shareable(galaxy.distribution, (galaxy.name, galaxy.type, galaxy.description, galaxy.namespace))
    record(actor, KnowledgeAction.GALAXY_CREATED, Target.of(galaxy))
    return galaxy


@transaction.atomic
def edit_galaxy(actor: Actor, galaxy_id: int, data: Mapping[str, Any]) -> Galaxy:
    galaxy = _locked(galaxy_id)
    require_editor(actor, galaxy)
    # Not the type: the tags of all its clusters contain it.
    fields = {key: value for key, value in _fields(data).items() if key != "type"}
    if not fields.get("name", galaxy.name).strip():
        raise Invalid({"name": [CommonProblem.MISSING()]})
    reach = reach_of(actor, data, (galaxy.distribution, galaxy.sharing_group_id))
    galaxy.distribution, galaxy.sharing_group_id = reach
    for key, value in fields.items():
        setattr(galaxy, key, value)
    galaxy.modified = timezone.now()
    galaxy.save()
    require_shareable(galaxy.distribution, (galaxy.name, galaxy.type, galaxy.description, galaxy.namespace))
    record(actor, KnowledgeAction.GALAXY_CHANGED, Target.of(galaxy), {"fields": sorted(fields)})
    return galaxy


@transaction.atomic
def delete_galaxy(actor: Actor, galaxy_id: int) -> None:
    """Delete a galaxy with all its clusters; a packaged one returns with the next newer file.

    Raises Forbidden unless the actor is a site administrator, and NotFound.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    galaxy = _locked(galaxy_id)
    record(actor, KnowledgeAction.GALAXY_DELETED, Target.of(galaxy))
    # In three statements: Django's cascade would fetch every element of a hundred thousand.
    for table in ("galaxy_element", "galaxy_cluster_relation"):
        cursor().execute(
            f"DELETE FROM {table} p USING galaxy_cluster c "
            "WHERE c.id = p.galaxy_cluster_id AND c.galaxy_id = %s",
            (galaxy.pk,),
        )
    cursor().execute("DELETE FROM galaxy_cluster WHERE galaxy_id = %s", (galaxy.pk,))
    galaxy.delete()


@transaction.atomic
def wipe_default(actor: Actor) -> int:
    """Remove all packaged clusters, and their galaxies unless they have custom ones; returns the number of
    clusters.

    The next update loads them again. Raises Forbidden.
    """
    actor.require_writing(Permission.SITE_ADMIN)
    cursor().execute(WIPE_PARTS)
    count = GalaxyCluster.objects.filter(default=True).count()
    cursor().execute('DELETE FROM galaxy_cluster WHERE "default"')
    cursor().execute(WIPE_GALAXIES)
    # Without the fingerprint the next update takes the files for new.
    KnowledgeSource.objects.filter(name=loader.NAME).delete()
    record(actor, KnowledgeAction.GALAXY_WIPED, Target("galaxy"), {"clusters": count})
    return count


WIPE_PARTS = """
WITH gone AS (SELECT id FROM galaxy_cluster WHERE "default"), elements AS (
    DELETE FROM galaxy_element WHERE galaxy_cluster_id IN (SELECT id FROM gone)
)
DELETE FROM galaxy_cluster_relation WHERE galaxy_cluster_id IN (SELECT id FROM gone)
"""
WIPE_GALAXIES = """
DELETE FROM galaxy g WHERE g."default"
AND NOT EXISTS (SELECT 1 FROM galaxy_cluster c WHERE c.galaxy_id = g.id)
"""


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {key: text_of(data, key) for key in TEXTS if key in data}
    for key, value in fields.items():
        if key != "description" and len(value) > LONGEST:
            raise Invalid({key: [GalaxyProblem.TOO_LONG()]})
    if "kill_chain_order" in data:
        fields["kill_chain_order"] = _kill_chain(data["kill_chain_order"])
    for flag in ("enabled", "local_only"):
        if flag in data:
            fields[flag] = as_bool(data[flag])
    return fields


def _kill_chain(value: Any) -> dict[str, list[str]] | None:
    if value in (None, "", [], {}):
        return None
    is_chain = isinstance(value, dict) and all(
        isinstance(columns, list) and all(isinstance(column, str) for column in columns)
        for columns in value.values()
    )
    if not is_chain:
        raise Invalid({"kill_chain_order": [GalaxyProblem.BAD_KILL_CHAIN()]})
    if sum(max(1, len(columns)) for columns in value.values()) > MOST_COLUMNS:
        raise Invalid({"kill_chain_order": [GalaxyProblem.TOO_MANY_COLUMNS(most=MOST_COLUMNS)]})
    if any(len(name) > LONGEST for tab, columns in value.items() for name in (tab, *columns)):
        raise Invalid({"kill_chain_order": [GalaxyProblem.TOO_LONG()]})
    return dict(value)


def _locked(galaxy_id: int) -> Galaxy:
    return first_or_not_found(
        Galaxy.objects.select_for_update().filter(pk=galaxy_id), GalaxyProblem.NOT_FOUND()
    )
