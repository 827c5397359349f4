"""Services for blueprints, and for updating sharing groups from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from vardkase.audit.services import Target, record
from vardkase.core import json_limits
from vardkase.core.clock import now_seconds
from vardkase.core.errors import Conflict, Invalid
from vardkase.core.fields import Readers, fill
from vardkase.core.sql import cursor
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.blueprints.models import SharingGroupBlueprint
from vardkase.identity.blueprints.problems import BlueprintProblem
from vardkase.identity.blueprints.queries import blueprints, chosen_ids, find_blueprint
from vardkase.identity.blueprints.rules import condition
from vardkase.identity.organisations.fields import filled
from vardkase.identity.organisations.models import Organisation, SharingGroup
from vardkase.identity.organisations.queries import Reference
from vardkase.identity.organisations.services.groups import create_sharing_group, locked

LONGEST_NAME = 191  # as in MISP's column
RELEASABILITY = "Generated based on Sharing Group Blueprint rules"


@dataclass(frozen=True, slots=True)
class Executed:
    sharing_group_id: int
    added: int
    removed: int


@transaction.atomic
def add_blueprint(actor: Actor, data: Mapping[str, Any]) -> SharingGroupBlueprint:
    actor.require_writing(Permission.SHARING_GROUP)
    blueprint = SharingGroupBlueprint(
        org=Organisation.objects.get(pk=actor.organisation_id),
        user_id=actor.user_id or 0,
        timestamp=now_seconds(),
        rules=None,
    )
    fill(blueprint, data, READERS)
    blueprint.save()
    record(actor, IdentityAction.SHARING_GROUP_BLUEPRINT_ADDED, Target.of(blueprint))
    return blueprint


@transaction.atomic
def edit_blueprint(actor: Actor, reference: Reference, data: Mapping[str, Any]) -> SharingGroupBlueprint:
    actor.require_writing(Permission.SHARING_GROUP)
    blueprint = _locked(actor, reference)
    fill(blueprint, data, READERS)
    blueprint.timestamp = now_seconds()
    blueprint.save()
    record(actor, IdentityAction.SHARING_GROUP_BLUEPRINT_EDITED, Target.of(blueprint))
    return blueprint


@transaction.atomic
def delete_blueprint(actor: Actor, reference: Reference) -> None:
    actor.require_writing(Permission.SHARING_GROUP)
    blueprint = _locked(actor, reference)
    target = Target.of(blueprint)
    blueprint.delete()
    record(actor, IdentityAction.SHARING_GROUP_BLUEPRINT_DELETED, target)


@transaction.atomic
def detach_blueprint(actor: Actor, reference: Reference) -> SharingGroupBlueprint:
    actor.require_writing(Permission.SHARING_GROUP)
    blueprint = _locked(actor, reference)
    if blueprint.sharing_group is None:
        raise Conflict(BlueprintProblem.NO_GROUP())
    blueprint.sharing_group = None
    blueprint.save()
    record(actor, IdentityAction.SHARING_GROUP_BLUEPRINT_DETACHED, Target.of(blueprint))
    return blueprint


@transaction.atomic
def execute_blueprint(actor: Actor, reference: Reference) -> Executed:
    """Create the sharing group, or update its members, by the rules; two statements whatever their number.

    The owner stays a member. Raises Invalid if the group's name is taken, NotFound, Forbidden.
    """
    actor.require_writing(Permission.SHARING_GROUP)
    blueprint = _locked(actor, reference)
    group = _group_of(actor, blueprint)
    sql, parameters = chosen_ids(actor, blueprint)
    parameters |= {"group": group.pk, "owner": group.org_id}
    removed = cursor().execute(REMOVE.format(chosen=sql), parameters).rowcount
    added = cursor().execute(ADD.format(chosen=sql), parameters).rowcount
    record(
        actor, IdentityAction.SHARING_GROUP_REBUILT, Target.of(group), {"added": added, "removed": removed}
    )
    return Executed(group.pk, added, removed)


def _group_of(actor: Actor, blueprint: SharingGroupBlueprint) -> SharingGroup:
    if blueprint.sharing_group is not None:
        return locked(actor, blueprint.sharing_group)
    description = f"Sharing group of the blueprint {blueprint.name}."
    data = {"name": blueprint.name, "releasability": RELEASABILITY, "description": description}
    group = create_sharing_group(actor, data)
    blueprint.sharing_group = group
    blueprint.save()
    return group


def _locked(actor: Actor, reference: Reference) -> SharingGroupBlueprint:
    pk = find_blueprint(actor, reference).pk
    return blueprints(actor).select_for_update(of=("self",)).get(pk=pk)


def read_rules(value: Any) -> dict[str, Any]:
    try:
        tree = json_limits.decoded(value) if isinstance(value, str) else value
    except ValueError:
        raise Invalid(BlueprintProblem.NOT_JSON()) from None
    condition(tree)
    return dict(tree)


REMOVE = """
DELETE FROM sharing_group_org
WHERE sharing_group_id = %(group)s AND org_id <> %(owner)s AND org_id NOT IN ({chosen})
"""
ADD = """
INSERT INTO sharing_group_org (sharing_group_id, org_id, extend)
SELECT %(group)s, chosen.id, FALSE FROM ({chosen}) chosen
ON CONFLICT DO NOTHING
"""


READERS: Readers = {"name": filled(gettext_lazy("name"), LONGEST_NAME), "rules": read_rules}
