"""Queries for blueprints, an organisation's own only, and the organisations they currently match."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from vardkase.core.errors import NotFound
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.blueprints.models import SharingGroupBlueprint
from vardkase.identity.blueprints.problems import BlueprintProblem
from vardkase.identity.blueprints.rules import condition
from vardkase.identity.organisations.models import Organisation
from vardkase.identity.organisations.queries import Reference, by_reference, visible_groups


def blueprints(actor: Actor) -> QuerySet[SharingGroupBlueprint]:
    actor.require(Permission.SHARING_GROUP)
    visible = SharingGroupBlueprint.objects.select_related("org", "sharing_group").order_by("pk")
    return visible if actor.is_site_admin else visible.filter(org_id=actor.organisation_id)


def find_blueprint(actor: Actor, reference: Reference) -> SharingGroupBlueprint:
    wanted = by_reference(reference)
    blueprint = blueprints(actor).filter(wanted).first() if wanted is not None else None
    if blueprint is None:
        raise NotFound(BlueprintProblem.NOT_FOUND())
    return blueprint


def chosen_organisations(actor: Actor, blueprint: SharingGroupBlueprint) -> QuerySet[Organisation]:
    ids = [row[0] for row in cursor().execute(*chosen_ids(actor, blueprint)).fetchall()]
    return Organisation.objects.filter(pk__in=ids).order_by("name", "pk")


def chosen_ids(actor: Actor, blueprint: SharingGroupBlueprint) -> tuple[str, dict[str, Any]]:
    """SQL (one column) and parameters. Groups that `actor` may not know of are treated as empty."""
    built = condition(blueprint.rules)
    known = visible_groups(actor).prefetch_related(None)
    if not actor.is_site_admin:  # One that hides its members is empty to all but its owner.
        known = known.filter(Q(hides_members=False) | Q(org=actor.organisation_id))
    groups = list(known.values_list("pk", flat=True))
    return f"SELECT o.id FROM organisation o WHERE {built.sql}", {
        **built.parameters,
        "blueprint_groups": groups,
    }
