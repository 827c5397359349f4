"""Services for sharing groups: their fields, organisations and servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from vardkase.audit.services import Target, record
from vardkase.core import fields
from vardkase.core.errors import Conflict, Forbidden, Invalid
from vardkase.core.problems import CommonProblem
from vardkase.identity.audit_actions import IdentityAction
from vardkase.identity.organisations import rules
from vardkase.identity.organisations.acting import SHARING_GROUP, Acting
from vardkase.identity.organisations.fields import short_text, text
from vardkase.identity.organisations.models import (
    Organisation,
    SharingGroup,
    SharingGroupOrg,
    SharingGroupServer,
)
from vardkase.identity.organisations.problems import SharingGroupProblem
from vardkase.identity.organisations.queries import visible_groups
from vardkase.misp.flags import as_bool

THIS_INSTANCE = 0


@transaction.atomic
def create_sharing_group(actor: Acting, data: Mapping[str, Any]) -> SharingGroup:
    """Add a group that the actor's organisation owns, is in, and may extend.

    `data` holds fields as in `edit_sharing_group`. Raises Invalid by field, Forbidden without permission for
    sharing groups.
    """
    actor.require_writing()
    if SHARING_GROUP not in actor.permissions:  # Site administrators have it, operators never.
        raise Forbidden
    owner = Organisation.objects.get(pk=actor.organisation_id)
    group = SharingGroup(org=owner, organisation_uuid=owner.uuid, sync_user_id=actor.user_id or 0)
    apply(group, data)
    _check_name(actor, group)
    group.save()
    SharingGroupOrg.objects.create(sharing_group=group, org=owner, extend=True)
    record(actor, IdentityAction.SHARING_GROUP_CREATED, Target.of(group))
    return group


@transaction.atomic
def edit_sharing_group(actor: Acting, group: SharingGroup, data: Mapping[str, Any]) -> SharingGroup:
    """Change name, releasability, description, active or roaming.

    Raises Invalid if the name is empty or taken, Forbidden unless the actor may extend the group.
    Deactivating a group, or turning roaming on, reaches further than adding a member: only the owner and site
    administrators may.
    """
    group = locked(actor, group)
    before = {name: getattr(group, name) for name in FIELDS}
    apply(group, data)
    changed = [name for name in FIELDS if getattr(group, name) != before[name]]
    if {"active", "roaming"} & set(changed) and not rules.may_delete_group(actor, group):
        raise Forbidden
    _check_name(actor, group)
    group.save()
    record(actor, IdentityAction.SHARING_GROUP_EDITED, Target.of(group), {"fields": changed})
    return group


@transaction.atomic
def delete_sharing_group(actor: Acting, group: SharingGroup) -> None:
    actor.require_writing()
    if not rules.may_delete_group(actor, group):
        raise Forbidden
    target = Target.of(group)
    try:
        with transaction.atomic():
            group.delete()
    except ProtectedError as error:
        raise Conflict(SharingGroupProblem.NOT_DELETED()) from error
    record(actor, IdentityAction.SHARING_GROUP_DELETED, target)


@transaction.atomic
def add_organisation_to_group(
    actor: Acting, group: SharingGroup, organisation: Organisation, *, extend: bool = False
) -> None:
    """Give `organisation` read access to what is shared with `group`, and with `extend` the right to extend
    it.

    Raises Conflict if it is already a member, Forbidden unless the actor may extend the group.
    """
    group = locked(actor, group)
    if group.members.filter(org=organisation).exists():
        raise Conflict(SharingGroupProblem.ALREADY_MEMBER())
    SharingGroupOrg.objects.create(sharing_group=group, org=organisation, extend=extend)
    change = {"organisation": organisation.name, "extend": extend}
    group.save(update_fields=["modified"])
    record(actor, IdentityAction.SHARING_GROUP_ORGANISATION_ADDED, Target.of(group), change)


@transaction.atomic
def remove_organisation_from_group(actor: Acting, group: SharingGroup, organisation: Organisation) -> None:
    group = locked(actor, group)
    removed, _ = group.members.filter(org=organisation).delete()
    if not removed:
        raise Conflict(SharingGroupProblem.NOT_A_MEMBER())
    change = {"organisation": organisation.name}
    group.save(update_fields=["modified"])
    record(actor, IdentityAction.SHARING_GROUP_ORGANISATION_REMOVED, Target.of(group), change)


@transaction.atomic
def add_server_to_group(
    actor: Acting, group: SharingGroup, server_id: int, *, all_orgs: bool = False
) -> None:
    """Let `group` synchronise to a server (0: this instance); with `all_orgs` everyone there may read.

    Raises Conflict if it is already in the group, Forbidden; only a site administrator may open it to all of
    this instance.
    """
    group = locked(actor, group)
    if all_orgs and server_id == THIS_INSTANCE and not actor.is_site_admin:
        raise Forbidden
    if group.servers.filter(server_id=server_id).exists():
        raise Conflict(SharingGroupProblem.ALREADY_SERVER())
    SharingGroupServer.objects.create(sharing_group=group, server_id=server_id, all_orgs=all_orgs)
    change = {"server_id": server_id, "all_orgs": all_orgs}
    group.save(update_fields=["modified"])
    record(actor, IdentityAction.SHARING_GROUP_SERVER_ADDED, Target.of(group), change)


@transaction.atomic
def remove_server_from_group(actor: Acting, group: SharingGroup, server_id: int) -> None:
    group = locked(actor, group)
    removed, _ = group.servers.filter(server_id=server_id).delete()
    if not removed:
        raise Conflict(SharingGroupProblem.NOT_A_SERVER())
    group.save(update_fields=["modified"])
    record(actor, IdentityAction.SHARING_GROUP_SERVER_REMOVED, Target.of(group), {"server_id": server_id})


def locked(actor: Acting, group: SharingGroup) -> SharingGroup:
    actor.require_writing()
    group = SharingGroup.objects.select_for_update().get(pk=group.pk)
    if not rules.may_change_group(actor, group, group.members.all()):
        raise Forbidden
    return group


def apply(group: SharingGroup, data: Mapping[str, Any]) -> None:
    fields.apply(group, data, FIELDS)


def _check_name(actor: Acting, group: SharingGroup) -> None:
    """Names must be unique among the groups that the actor knows of; others must not be revealed by a clash."""
    if not group.name:
        raise Invalid({"name": [CommonProblem.NAME_EMPTY()]})
    if visible_groups(actor).exclude(pk=group.pk).filter(name__iexact=group.name).exists():
        raise Invalid({"name": [SharingGroupProblem.NAME_TAKEN()]})


FIELDS: dict[str, Callable[[Any], Any]] = {
    "name": short_text,
    "releasability": text,
    "description": text,
    "active": as_bool,
    "roaming": as_bool,
}
